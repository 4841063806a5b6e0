"""What came of it: each invariant held, held in part, broken or not checked."""

from dataclasses import asdict, dataclass, field
from typing import Any

from allornone_verify.breaks import Break

NOTHING = "nothing"
"""What is witness of a venue that no ledger tells of."""
SHOWN_MAX = 20
"""Witnesses that are kept of one invariant; all are counted."""


@dataclass(slots=True)
class Verdict:
    """One invariant. `state` is held, held in part, broken or not checked.

    `reason` says what was not looked at, and why; `looked_at` counts the groups that were judged by every witness that
    it asks.
    """

    name: str
    title: str
    state: str = "held"
    count: int = 0
    reason: str = ""
    looked_at: int = 0
    breaks: list[Break] = field(default_factory=list[Break])

    def add(self, found: Break) -> None:
        """Count a break."""
        self.state = "broken"
        self.count += 1
        if len(self.breaks) < SHOWN_MAX:
            self.breaks.append(found)


@dataclass(slots=True)
class Report:
    """Every invariant's verdict, and how much was looked at."""

    verdicts: list[Verdict]
    groups: int = 0
    open_groups: int = 0
    moving_groups: int = 0
    records: int = 0
    orders: int = 0
    histories: int = 0
    seconds: float = 0.0
    witnesses: dict[str, str] = field(default_factory=dict[str, str])
    """By venue that anything was permitted for: the ledger that tells of it, or `nothing`."""

    @property
    def broken(self) -> list[Verdict]:
        """What does not hold."""
        return [verdict for verdict in self.verdicts if verdict.state == "broken"]

    def verdict(self, name: str) -> Verdict:
        """Return the verdict on one invariant."""
        return next(verdict for verdict in self.verdicts if verdict.name == name)

    def plain(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        """Write what is broken, each with its first witness."""
        return "\n".join(
            f"{each.name} {each.title}: {each.count} broken; {_line(each.breaks[0])}" for each in self.broken
        )


def _line(found: Break) -> str:
    place = " ".join(part for part in (found.group, found.ref, found.place) if part)
    return f"{found.found} [{place}]"
