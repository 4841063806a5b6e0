"""A verdict is about the code that decides, and about no other."""

from pathlib import Path

import pytest

from tests.campaign.deciding import Part, deciding, hash_of

SOURCE = '''"""What it is."""

AT_MOST = 3


def bound(amount):
    """Return the bound."""
    return min(amount, AT_MOST)
'''


def hashed(folder: Path, source: str) -> str:
    (folder / "module.py").write_text(source, "utf-8")
    return hash_of([Path("module.py")], folder)


@pytest.mark.parametrize(
    ("part", "decides"),
    [
        ("A", "allornone/core/turn.py"),
        ("A", "activities/send.py"),
        ("A", "activities/sweep.py"),
        ("A", "tests/campaign/virtual/aftermath.py"),
        ("A", "tests/campaign/varieties.py"),
        ("A", "workflows/briefs.py"),
        ("A", "allornone/eventlog/permit.py"),
        ("B", "worker/build.py"),
        ("B", "worker/timely.py"),
        ("B", "activities/sweep.py"),
        ("B", "allornone/venues/paper/venue.py"),
    ],
)
def test_what_a_part_runs_decides(part: Part, decides: str) -> None:
    assert Path(decides) in deciding(part)


@pytest.mark.parametrize(
    ("part", "looks_on"),
    [("A", "allornone/venues/paper/venue.py"), ("B", "tests/campaign/schedules.py"), ("B", "allornone/cli/app.py")],
)
def test_what_a_part_does_not_run_does_not(part: Part, looks_on: str) -> None:
    assert Path(looks_on) not in deciding(part)


def test_a_changed_program_is_other_code(tmp_path: Path) -> None:
    assert hashed(tmp_path, SOURCE) != hashed(tmp_path, SOURCE.replace("3", "4"))


def test_what_is_said_about_a_program_is_not(tmp_path: Path) -> None:
    said = SOURCE.replace("What it is.", "Something else.").replace("AT_MOST = 3", "# Why three.\n\nAT_MOST = 3")

    assert hashed(tmp_path, SOURCE) == hashed(tmp_path, said.replace("Return the bound.", "The bound."))
