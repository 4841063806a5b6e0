"""The house is in order: the packages are those of this checkout, and no file has grown too long."""

import importlib
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("allornone", "allornone_verify", "workflows", "activities", "worker")
LINES_MAX = 250
TEST_LINES_MAX = 450
"""A table of rules is one file, however many rules."""


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def too_long(paths: list[Path], limit: int) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths if len(path.read_text("utf-8").splitlines()) > limit]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_comes_from_this_checkout(package: str) -> None:
    module = importlib.import_module(package)

    assert module.__file__ == str(ROOT / package / "__init__.py")


@pytest.mark.parametrize("package", ["workflows", "activities", "worker"])
def test_a_package_that_could_be_somebody_elses_holds_a_docstring_only(package: str) -> None:
    lines = (ROOT / package / "__init__.py").read_text("utf-8").splitlines()

    assert len(lines) == 1
    assert lines[0].startswith('"""')


def test_no_file_is_too_long() -> None:
    paths = [path for folder in (*PACKAGES, "examples") for path in sources(folder)]

    assert too_long(paths, LINES_MAX) == []


def test_no_test_file_is_too_long() -> None:
    assert too_long(sources("tests"), TEST_LINES_MAX) == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in sources(package)
        if not path.read_text("utf-8").startswith('"""')
    ]

    assert silent == []


def test_no_module_is_named_by_what_it_is_not() -> None:
    vague = {"utils", "helpers", "common", "base", "misc", "manager"}

    assert [path.name for package in PACKAGES for path in sources(package) if path.stem in vague] == []


def test_what_make_leaves_behind_is_ignored() -> None:
    left = [".venv/x", ".allornone/x", ".pytest_cache/x", ".ruff_cache/x", ".mypy_cache/x", ".hypothesis/x"]
    asked = subprocess.run(
        ["git", "check-ignore", *left], cwd=ROOT, capture_output=True, text=True, timeout=10, check=False
    )

    assert asked.stdout.split() == left
