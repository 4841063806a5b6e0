"""The virtual venue: what really took effect, and what it shows of that."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal

from allornone.models.details import OperationType
from allornone.models.execution import (
    Direction,
    Evidence,
    ExecutionHandshake,
    ExecutionRequest,
    ExecutionStatus,
    Fee,
)
from allornone.venues.capabilities import Capabilities, OperationCapability
from allornone.venues.reading import Reading, ReadingState
from tests.unit.core.answers import deltas

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BASE = "binance:BaseToken:ETH"
FEE = Decimal("0.001")

Drift = Literal["", "fee", "breach"]
DRIFTS: dict[str, Drift] = {"fee": "fee", "breach": "breach"}


@lru_cache(100_000)
def moment(seconds: float) -> datetime:
    """Return the time that is `seconds` after the beginning."""
    return NOON + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of venue declares, and how it is. `stale_s` is its worst stale read."""

    name: str
    expiry: Literal["enforced", "bounded", "none"] = "enforced"
    lookup: Literal["full", "none"] = "full"
    ids: Literal["open", "strict"] = "open"
    lateness_s: int = 0
    settle_s: int = 31
    stale_s: int = 31
    ahead_s: float = 0.0
    """Its clock minus the server's."""
    enforces: bool = True
    """False for a venue that declares to refuse what comes late, and takes it."""

    @property
    def capabilities(self) -> Capabilities:
        """What it declares, of both operations that there are here."""
        declared = OperationCapability(
            id_scope="all" if self.ids == "strict" else "open",
            expiry=self.expiry,
            lateness_s=Decimal(self.lateness_s),
            lookup=self.lookup,
            partial_fills=True,
            settle_s=Decimal(self.settle_s),
        )
        return Capabilities(operations=dict.fromkeys((OperationType.STAKE, OperationType.UNSTAKE), declared))


BINANCE = Profile("open ids, enforced expiry")
STRICT = Profile("strict ids, enforced expiry", ids="strict")
BOUNDED = Profile("no expiry, bounded lateness", expiry="bounded", lateness_s=30)
UNBOUNDED = Profile("no expiry, unbounded lateness", expiry="none")
BLIND = Profile("cannot be asked, no expiry", expiry="none", lookup="none")


@dataclass(frozen=True, slots=True)
class Order:
    """What the venue has under one reference. `done` is its true effect in units, negative for an undo."""

    index: int
    direction: Direction
    asked: int
    not_after: float
    sent_at: float
    done: int = 0
    rest: bool = False
    """Accepted, and the rest of it is open."""
    refused: bool = False
    drift: Drift = ""
    shown_from: float = 0.0
    """Until then look-ups may show it as it was before."""
    before: "Order | None" = None
    """As a stale look-up shows it; None where it was not there yet."""
    turned: bool = False
    """It moves the staked units the other way: the group is that of a late undo."""
    given: ExecutionHandshake | None = None
    """Of a late effect, what was told of it."""

    @property
    def sign(self) -> int:
        """The way in which it moves the staked units."""
        return 1 if self.direction is Direction.FORWARD else -1

    @property
    def closed(self) -> bool:
        """Whether it took effect and can change no more."""
        return self.done != 0 and not self.rest

    def fills(self, units: int, *, at: float, stale_s: float, rest: bool = False) -> "Order":
        """Return it with `units` more in effect."""
        return replace(self, done=self.done + self.sign * units, rest=rest, shown_from=at + stale_s)

    def changes(self) -> dict[str, Decimal]:
        """Return every balance change it made, fees included."""
        return _changes(self.moved, self.drift) if self.given is None else self.given.actual_deltas

    @property
    def moved(self) -> int:
        """What it did, in staked units."""
        return -self.done if self.turned else self.done


@cache
def _changes(done: int, drift: Drift) -> dict[str, Decimal]:
    if not done:
        return {}
    moved = dict(deltas(done))
    if drift == "fee":
        moved[BASE] -= FEE
    if drift == "breach":
        moved[BASE] -= Decimal("0.5")
    return moved


def shown(name: str, order: Order | None, now: float) -> Reading:
    """Return what the venue shows of an order at `now`: it, or that there is none."""
    if order is None:
        return _reading(name, ReadingState.NOT_FOUND, 0, 1, "", now)
    return _reading(name, _state(order), order.moved, order.asked, order.drift, now)


def unreadable(name: str, now: float) -> Reading:
    """Return an answer that proves nothing: an HTTP 5xx."""
    return _reading(name, ReadingState.UNKNOWN, 0, 1, "", now)


@lru_cache(100_000)
def _reading(name: str, state: ReadingState, done: int, asked: int, drift: Drift, now: float) -> Reading:  # noqa: PLR0917
    return Reading(state=state, handshake=_handshake(name, state, done, asked, drift), venue_time=moment(now))


def _state(order: Order) -> ReadingState:
    if order.rest:
        return ReadingState.OPEN
    return ReadingState.CLOSED if order.done else ReadingState.REFUSED


_STATUS = {
    ReadingState.CLOSED: ExecutionStatus.CONFIRMED,
    ReadingState.OPEN: ExecutionStatus.PENDING,
    ReadingState.REFUSED: ExecutionStatus.FAILED,
    ReadingState.NOT_FOUND: ExecutionStatus.UNKNOWN,
    ReadingState.UNKNOWN: ExecutionStatus.UNKNOWN,
}


@cache
def _handshake(name: str, state: ReadingState, done: int, asked: int, drift: Drift) -> ExecutionHandshake:
    fees = (Fee(position_key=BASE, amount=FEE, currency="ETH"),) if drift == "fee" and done else ()
    return ExecutionHandshake(
        operation_id=name,
        status=_STATUS[state],
        actual_deltas=_changes(done, drift),
        executed_amount=Decimal(abs(done)),
        filled_ratio=min(Decimal(abs(done)) / asked, Decimal(1)),
        fees=fees,
        evidence=Evidence(venue_ids=(f"{name}-order",)),
    )


def order_of(request: ExecutionRequest, index: int, now: float) -> Order:
    """Return the order that a request asks for, with nothing done yet."""
    takes_back = request.operation_type is OperationType.UNSTAKE
    return Order(
        index=index,
        direction=request.direction,
        turned=takes_back is not (request.direction is Direction.ROLLBACK),
        asked=int(request.operation_details.amount),
        not_after=(request.not_after - NOON).total_seconds(),
        sent_at=now,
    )
