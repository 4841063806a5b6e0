"""An order as its exchange shows it, and what an exchange's own module has to do for one: place, find, cancel."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from allornone.errors import VenueUnavailableError
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.units import ZERO


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. The commission is in an asset of its own; `profit` is what closing a contract realised."""

    fill_id: str
    price: Decimal
    amount: Decimal
    commission: Decimal
    commission_asset: str
    profit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """One order. `executed` is of the base asset and `cost` of the quote; the fills add up to both.

    `is_open` tells whether it can still change; `updated_at` when it last did, by the exchange's clock. `reason` is
    the exchange's word for an end without a fill.
    """

    order_id: str
    amount: Decimal
    executed: Decimal
    cost: Decimal
    is_open: bool
    fills: tuple[Fill, ...]
    updated_at: datetime
    reason: str = ""


def taken(order_id: str, amount: Decimal, at: datetime) -> VenueOrder:
    """Return an order that the exchange took and shows nothing more of yet: open, as far as anybody knows."""
    return VenueOrder(order_id, amount, ZERO, ZERO, is_open=True, fills=(), updated_at=at)


def still_open(order_id: str, status: object, opened: frozenset[str], ended: frozenset[str]) -> bool:
    """Return whether an order of this status can change. Raises VenueUnavailableError for one that is not known.

    Taken for an end, it would prove that an order without a fill did nothing.
    """
    if status not in opened | ended:
        raise VenueUnavailableError(f"order {order_id} is {status!r}, which says nothing")
    return status in opened


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a look-up by our reference found. `time` is the exchange's clock, read before the look, where it has one."""

    orders: tuple[VenueOrder, ...]
    time: datetime | None
    full_history: bool = True


class Orders(Protocol):
    """The orders of one account of one exchange: all of what differs from one exchange to the next."""

    @property
    def contract(self) -> bool:
        """Whether these are orders for perpetual contracts."""
        ...

    async def pinned(self, request: ExecutionRequest) -> dict[str, str]:
        """Return what fixes the order's own id and expiry at the exchange. Sends nothing that acts."""
        ...

    async def place(self, prepared: Prepared) -> VenueOrder:
        """Send the order, once.

        Raises RefusedError or NotSentError on proof; anything else means that the outcome is unknown.
        """
        ...

    async def find(self, request: ExecutionRequest, prepared: Prepared | None) -> Sighting:
        """Return every order under the reference. Raises VenueUnavailableError where it cannot be told."""
        ...

    async def cancel(self, request: ExecutionRequest, prepared: Prepared | None) -> None:
        """Cancel what is open under the reference; nothing being open is fine. May be called again.

        Raises VenueUnavailableError where nothing is known of it.
        """
        ...
