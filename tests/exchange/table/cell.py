"""One cell of the table, and how the ends of one exchange's writes are written down."""

from collections.abc import Mapping
from dataclasses import dataclass

from allornone.models.group import GroupStatus
from tests.plans import Leg

Moves = Mapping[str, str]
"""By `wallet:asset`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One write that a fault befalls. `blocked`: the machine cannot know, and an operator who reads the books says.

    `effective` is how often the exchange did it; an undo counts. `moves` is what the books change by in the end.
    """

    exchange: str
    fault: str
    write: str
    end: GroupStatus
    moves: Moves
    blocked: bool = False
    effective: int = 1

    @property
    def site(self) -> str:
        """The venue that stands for the fault: Binance's go by the fault alone."""
        return self.fault if self.exchange == "binance" else f"{self.exchange}_{self.fault}"

    @property
    def name(self) -> str:
        """The cell's name in a list of tests, and the operation's group."""
        return f"{self.site}-{self.write}"


@dataclass(frozen=True, slots=True)
class Write:
    """What is sent to an exchange: its leg, what tells it to a fault rule, and what the books change by, done once."""

    leg: Leg
    matches: Mapping[str, str]
    moves: Moves
    symbol: str = ""
    """The exchange's own name of what an order trades."""

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return str(self.leg["operation_id"])

    @property
    def keys(self) -> frozenset[str]:
        """The places that it alone moves."""
        return frozenset(self.moves)


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of one exchange's writes."""

    exchange: str
    writes: Mapping[str, Write]

    def done(self, fault: str, *writes: str) -> list[Cell]:
        """Return writes that end completed by themselves, done once."""
        return [self._cell(fault, write, GroupStatus.COMPLETED) for write in writes]

    def refused(self, fault: str, *writes: str) -> list[Cell]:
        """Return writes that end failed by themselves, never done."""
        return [self._none(fault, write, GroupStatus.FAILED) for write in writes]

    def seen_done(self, fault: str, *writes: str) -> list[Cell]:
        """Return writes that were done, which only a person can know."""
        return [self._cell(fault, write, GroupStatus.COMPLETED, blocked=True) for write in writes]

    def sent_anew(self, fault: str, *writes: str) -> list[Cell]:
        """Return writes that were never done, which only a person can know.

        Their window is over by the exchange's clock: on a person's word they are sent under the next reference.
        """
        return self.seen_done(fault, *writes)

    def given_up(self, fault: str, *writes: str) -> list[Cell]:
        """Return writes that were never done, which only a person can know.

        They stay a range that nobody can exclude, are never sent again, and their groups end partial.
        """
        return [self._none(fault, write, GroupStatus.PARTIAL, blocked=True) for write in writes]

    def undone(self, fault: str, write: str, moves: Moves) -> Cell:
        """Return a write whose part was done and undone."""
        return Cell(self.exchange, fault, write, GroupStatus.ROLLED_BACK, moves, effective=2)

    def _cell(self, fault: str, write: str, end: GroupStatus, *, blocked: bool = False) -> Cell:
        return Cell(self.exchange, fault, write, end, self.writes[write].moves, blocked)

    def _none(self, fault: str, write: str, end: GroupStatus, *, blocked: bool = False) -> Cell:
        return Cell(self.exchange, fault, write, end, {}, blocked, effective=0)
