"""The campaign's command: `python -m tests.campaign --help`."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.campaign.book import PUBLISHED, Book, Cell
from tests.campaign.deciding import Part, code_of
from tests.campaign.parts import ALL, DAILY_MINUTES, Ask, run

talk = Console(stderr=True)


def main(
    *,
    part: Annotated[list[str] | None, typer.Option(help="A, B, C, D or E; may be given several times.")] = None,
    seed: Annotated[int, typer.Option(help="Everything random is a function of it.")] = 0,
    shard: Annotated[str, typer.Option(help="Which share of the work: NUMBER/OF, from 1.")] = "1/1",
    minutes: Annotated[float | None, typer.Option(help="Begin nothing more in a part after so long.")] = None,
    schedules: Annotated[int, typer.Option(help="Random schedules of part A in this run.")] = 20_000,
    book: Annotated[Path, typer.Option(help="Where the verdicts are kept.")] = PUBLISHED,
    full: Annotated[bool, typer.Option(help="All of it, instead of the daily form.")] = False,
    rest: Annotated[bool, typer.Option(help="Only what the book has no good verdict of, on this code.")] = False,
) -> None:
    """Run the campaign, or parts of it; keep each verdict; exit 1 where anything is broken.

    Example: python -m tests.campaign --part A --seed 7 --shard 1/10 --minutes 30
    """
    number, _, of = shard.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise typer.BadParameter(f"a shard is NUMBER/OF such as 1/10, was {shard!r}")
    named = [each.upper() for each in part or ALL]
    parts: list[Part] = [each for each in ALL if each in named]
    if unknown := [each for each in named if each not in ALL]:
        raise typer.BadParameter(f"parts are {', '.join(ALL)}, was {', '.join(unknown)}")
    gc.set_threshold(200_000, 20, 100)
    cells: list[Cell] = []
    for each in parts:
        bound = minutes if minutes is not None else None if full else DAILY_MINUTES[each]
        code, kept = code_of(each), Book(book)
        done = kept.settled(each, code) if rest else frozenset[str]()
        ask = Ask(seed, (int(number) - 1, int(of)), bound, schedules, full, code, done)
        cells += _kept(run(each, ask, talk.print), kept)
    _show(cells)
    sys.exit(any(cell.verdict == "broken" for cell in cells))


def _kept(cells: Iterator[Cell], book: Book) -> Iterator[Cell]:
    for cell in cells:
        book.keep(cell)
        if cell.verdict == "broken":
            talk.print(f"[bold]broken[/bold] {cell.part} {cell.name}: {cell.note}", highlight=False)
        yield cell


def _show(cells: list[Cell]) -> None:
    table = Table("part", "held", "broken", "unreachable", "skipped", "seconds")
    for part in sorted({cell.part for cell in cells}):
        mine = [cell for cell in cells if cell.part == part]
        count = [
            str(sum(cell.verdict == each for cell in mine)) for each in ("held", "broken", "unreachable", "skipped")
        ]
        table.add_row(part, *count, f"{sum(cell.seconds for cell in mine):.0f}")
    Console().print(table)
    for cell in cells:
        if cell.verdict == "broken":
            Console().print(f"broken: {cell.part} {cell.name} (seed {cell.seed}): {cell.note}", highlight=False)


if __name__ == "__main__":
    typer.run(main)
