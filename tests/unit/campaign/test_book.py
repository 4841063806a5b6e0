from dataclasses import replace
from pathlib import Path

from tests.campaign.book import Book, Cell, Verdict


def cell(name: str, verdict: Verdict = "held", code: str = "c0de") -> Cell:
    return Cell("B", name, verdict, 7, "abc", code, 1.23456, "")


def test_the_last_verdict_of_a_cell_counts(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.jsonl")
    book.keep(cell("two", "broken"))
    book.keep(cell("one"))
    book.keep(cell("two"))

    assert [(each.name, each.verdict) for each in Book(tmp_path / "book.jsonl").cells()] == [
        ("one", "held"),
        ("two", "held"),
    ]


def test_verdicts_of_other_code_are_told_apart(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.jsonl")
    book.keep(cell("one"))
    book.keep(cell("two", "broken"))
    book.keep(cell("three", code="0ther"))

    assert {part: dict(counts) for part, counts in book.tally("c0de").items()} == {
        "B": {"held": 1, "broken": 1, "stale": 1}
    }


def test_a_line_cut_off_by_a_kill_is_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "book.jsonl"
    book = Book(path)
    book.keep(cell("one"))
    with path.open("ab") as file:
        file.write(b'{"part": "B", "name": "tw')

    assert [each.name for each in book.cells()] == ["one"]

    book.keep(cell("two"))
    book.keep(cell("three"))

    assert [each.name for each in book.cells()] == ["one", "three", "two"]


def test_compacting_keeps_one_sorted_line_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "book.jsonl"
    book = Book(path)
    for name in ("two", "one", "two"):
        book.keep(cell(name))
    before = book.cells()

    book.compact()

    assert book.cells() == before
    assert path.read_text("utf-8").splitlines()[0] == (
        '{"part":"B","name":"one","verdict":"held","seed":7,"commit":"abc","code":"c0de","seconds":1.23,"note":""}'
    )
    assert len(path.read_text("utf-8").splitlines()) == 2


def test_what_held_or_was_unreachable_on_this_code_is_settled_and_nothing_else(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.jsonl")
    book.keep(cell("held here", code="new"))
    book.keep(cell("unreachable here", "unreachable", code="new"))
    book.keep(cell("broken here", "broken", code="new"))
    book.keep(cell("held elsewhere", code="old"))
    book.keep(replace(cell("held in another part", code="new"), part="A"))

    assert book.settled("B", "new") == {"held here", "unreachable here"}
