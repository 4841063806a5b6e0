"""What a venue's own ledger tells, whichever it is: the orders that reached it, and what each of them moved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from allornone_verify.amounts import Holding, Moves, summed


class LedgerError(Exception):
    """The ledger cannot be read; the text says what was found, and where."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One balance change. `position` orders what happened in one ledger; `fee` is a fee's kind, else None."""

    position: int
    holding: Holding
    delta: Decimal
    fee: str | None
    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order as its venue knows it. Amounts are in the unit of the operation's own amount.

    `position` counts the orders of one ledger. `lateness_s` is how long after `not_after` the venue may still take
    it: 0 where it enforces the expiry, None where it gives no bound.
    """

    position: int
    venue: str
    ref: str
    group_id: str
    operation_id: str
    direction: str
    requested: Decimal
    filled: Decimal
    state: str
    received_at: datetime
    not_after: datetime | None
    lateness_s: float | None
    place: str
    effects: tuple[Effect, ...] = ()
    ledger: int = 0

    @property
    def is_forward(self) -> bool:
        """Whether it does, and does not undo."""
        return self.direction == "forward"

    @property
    def was_taken(self) -> bool:
        """Whether the venue took it: it is open, or it filled."""
        return bool(self.effects) or self.filled != 0 or self.state in {"open", "closed"}

    @property
    def moves(self) -> Moves:
        """Everything it changed, fees included."""
        return summed(*({effect.holding: effect.delta} for effect in self.effects))

    @property
    def principal(self) -> Moves:
        """What it changed apart from fees."""
        return summed(*({effect.holding: effect.delta} for effect in self.effects if effect.fee is None))


class Ledger(Protocol):
    """A ledger, read as of one moment. Raises LedgerError where it is not what it should be."""

    name: str

    @property
    def label(self) -> str:
        """What it is in a report."""
        ...

    def groups(self, group_id: str | None) -> Iterator[tuple[str, tuple[Order, ...]]]:
        """Yield each group with its orders, by group id in code point order; all of them, or the one named."""
        ...

    def balances(self) -> Mapping[Holding, Decimal] | None:
        """Return what the venue says every balance changed by, None where it does not say."""
        ...

    def opening(self) -> Mapping[Holding, Decimal] | None:
        """Return the balances it began with; a holding that is not listed has no bound. None where not known."""
        ...

    def lateness_s(self, venue: str, operation_type: str) -> float | None:
        """Return how long after an expiry a venue may still act: 0 where it enforces it, None without a bound."""
        ...

    def strangers(self) -> Iterator[tuple[str, str]]:
        """Yield what reached the venue, belongs to no group, and does not come by itself: in words, and its place."""
        ...

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Yield where the ledger contradicts itself beyond its balances: in words, and the place."""
        ...

    def effects(self) -> Iterator[tuple[int, Holding, Decimal, str]]:
        """Yield every effect in the order in which it happened: its order, holding, change and place."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
