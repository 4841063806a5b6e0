"""The campaign's book: the last verdict of every cell, with the code that it was given to.

Shards add up: each run keeps its cells, and a later verdict of a cell takes the place of an earlier one. A verdict
says something about the code that decides; `code_of` names that, so that verdicts of other code are told apart.
"""

import os
import subprocess
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import orjson

from tests.campaign.deciding import ROOT, Part

Verdict = Literal["held", "broken", "unreachable", "skipped"]

PUBLISHED = ROOT / "docs" / "campaign.jsonl"
"""The record that is committed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that was tried: `held`, `broken`, `unreachable` as declared in advance, or `skipped` by name."""

    part: Part
    name: str
    verdict: Verdict
    seed: int
    commit: str
    code: str
    seconds: float
    note: str = ""


class Book:
    """Cells in a file of one JSON line each. One process writes it at a time."""

    def __init__(self, path: Path = PUBLISHED) -> None:
        self._path = path

    def keep(self, cell: Cell) -> None:
        """Put a verdict on disk; it takes the place of an earlier one of the same part and name."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch()
        with self._path.open("r+b") as file:
            # Behind the last full line: a kill may have cut one off, and a line glued to it would be lost too.
            file.truncate(file.seek(file.read().rfind(b"\n") + 1))
            file.write(_line(cell))
            file.flush()
            os.fsync(file.fileno())

    def cells(self) -> list[Cell]:
        """Return the last verdict of every cell, sorted. A line that was cut off by a kill is no verdict."""
        if not self._path.exists():
            return []
        lines = self._path.read_bytes().split(b"\n")[:-1]
        last = {(cell.part, cell.name): cell for cell in (Cell(**orjson.loads(line)) for line in lines)}
        return [last[key] for key in sorted(last)]

    def tally(self, code: str) -> dict[str, Counter[str]]:
        """Return how many cells of each part have which verdict; `stale` is one that other code was given."""
        tally: dict[str, Counter[str]] = {}
        for cell in self.cells():
            tally.setdefault(cell.part, Counter())[cell.verdict if cell.code == code else "stale"] += 1
        return tally

    def settled(self, part: Part, code: str) -> frozenset[str]:
        """Return the names of a part's cells that were found to hold, or unreachable, on this code."""
        good = ("held", "unreachable")
        return frozenset(
            cell.name for cell in self.cells() if cell.part == part and cell.code == code and cell.verdict in good
        )

    def compact(self) -> None:
        """Rewrite the file with one sorted line a cell."""
        beside = self._path.with_suffix(".part")
        beside.write_bytes(b"".join(_line(cell) for cell in self.cells()))
        beside.replace(self._path)


def commit_of(root: Path = ROOT) -> str:
    """Return the short name of the commit that is checked out, `unknown` outside of git."""
    answer = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"


def _line(cell: Cell) -> bytes:
    return orjson.dumps({**asdict(cell), "seconds": round(cell.seconds, 2)}) + b"\n"
