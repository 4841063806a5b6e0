"""A break: one thing that does not hold, with the place that shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Break:
    """What was found, of which group and reference, and where: a line, a ledger's row, an event of a history."""

    found: str
    group: str = ""
    ref: str = ""
    place: str = ""
