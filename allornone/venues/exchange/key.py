"""What a key may do, as its exchange tells it: asked at a worker's start, by a call that moves nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from allornone.venues.exchange.client import Answer, Client
from allornone.venues.exchange.options import Options


class Right(StrEnum):
    """Something that a key may do, in the words of the banner."""

    READ = "read balances"
    ORDERS = "read orders"
    TRADE = "trade"
    FUTURES = "trade futures"
    TRANSFER = "transfer"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a key may do, and until when; None where it has no end, or none is told."""

    may: frozenset[Right]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """How one exchange is asked about the key that asks, and how its answer is read."""

    ask: Callable[[Client], Awaitable[Answer]]
    """May raise VenueUnavailableError."""
    read: Callable[[Any], KeyInfo]


def needed(options: Options) -> frozenset[Right]:
    """Return what the account's settings are for: withdrawing only where there are addresses to withdraw to."""
    if options.account == "deposits":
        return frozenset({Right.READ})
    trade = Right.FUTURES if options.account == "usdm" else Right.TRADE
    leaves = {Right.WITHDRAW} if options.addresses is not None and options.account == "spot" else set[Right]()
    return frozenset({Right.READ, Right.ORDERS, trade, *leaves})


def rights(told: dict[Right, bool]) -> frozenset[Right]:
    """Return those that are told to be so."""
    return frozenset(right for right, so in told.items() if so)
