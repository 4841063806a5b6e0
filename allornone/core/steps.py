"""What a shell is asked to do next."""

from dataclasses import dataclass
from typing import Literal

from allornone.core.state import Notice
from allornone.models.execution import Direction

LookMode = Literal["look", "read", "reread", "resolve", "last_look"]


@dataclass(frozen=True, slots=True)
class Execute:
    """Send the next epoch of an operation."""

    index: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Undo:
    """Send the next epoch of an operation's undo."""

    index: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Look:
    """Ask what became of a reference.

    `look`: see whether it is still open. `read`: see the closed effect again; `reread`: also where the log has its
    outcome. `resolve`: revoke, recall, look.
    """

    index: int
    direction: Direction
    epoch: int
    mode: LookMode
    reading: int
    number: int


@dataclass(frozen=True, slots=True)
class LastLook:
    """Look every reference up once more, before the end."""

    references: tuple[tuple[int, Direction, int], ...]
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """Record a transition; `number` makes its id."""

    notice: Notice
    number: int


@dataclass(frozen=True, slots=True)
class End:
    """Record the end."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing until `seconds` have passed (None: for as long as it takes) or a command comes."""

    seconds: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end is recorded."""


Step = Execute | Undo | Look | LastLook | Record | End | Wait | Finish
