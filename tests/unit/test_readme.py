"""What the documents say is so: their code runs elsewhere in the tests, their links and names are there."""

import importlib
import re
from pathlib import Path

import pytest

from allornone.cli.app import app
from allornone.venues.paper.faults import read_faults

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
COMMAND = re.compile(r"allornone ([a-z]+)\b")
TEST = re.compile(r"`(test_[a-z0-9_]+)`")


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands() -> set[str]:
    importlib.import_module("worker.main")  # it adds those that run processes
    return {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}


def test_the_readme_is_short() -> None:
    assert len(read("README.md").splitlines()) < 150


def test_the_strategy_of_the_readme_is_the_one_that_runs() -> None:
    (shown,) = blocks(read("README.md"), "python")
    runs = iter(read("examples/strategy.py").splitlines())

    assert [line for line in shown.splitlines() if not line.startswith("#") and line not in runs] == []


def test_a_strategy_takes_less_than_forty_lines() -> None:
    assert len(read("examples/strategy.py").splitlines()) < 40


def test_every_make_target_that_is_shown_is_there() -> None:
    shown = set(re.findall(r"\$ make ([a-z]+)\b", "".join(blocks(read("README.md"), "console"))))
    there = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))

    assert shown == {"demo", "test"}
    assert shown <= there


def test_every_command_is_told_about() -> None:
    told = set(COMMAND.findall("".join(path.read_text("utf-8") for path in DOCUMENTS)))
    listed = set(re.findall(r"`([a-z]+)[ `]", read("docs/operators.md")))

    assert commands() - told - listed == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_told_about_is_there(document: Path) -> None:
    shown = {name for block in blocks(document.read_text("utf-8"), "console") for name in COMMAND.findall(block)}

    assert shown <= commands()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    missing = [link for link in LINK.findall(document.read_text("utf-8")) if not (document.parent / link).exists()]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_example_that_is_named_is_there(document: Path) -> None:
    named = re.findall(r"examples/\w+\.\w+", document.read_text("utf-8"))

    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_faults_that_are_shown_can_be_read() -> None:
    (shown,) = blocks(read("docs/operations.md"), "yaml")

    assert len(read_faults(shown, "docs/operations.md")) == 3


def test_every_test_that_the_seed_page_names_is_there() -> None:
    there = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))

    assert [name for name in TEST.findall(read("docs/seed.md")) if f"def {name}(" not in there] == []
