"""What an exchange counts of the requests of one account, how much of it may be used, and what each call costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

FORWARD_PERCENT = 80
"""The part of a limit that forward work may use. The rest is for rolling back and for finding out."""
URGENT_PERCENT = 95
"""The part that anything may use. The rest is for requests that bunch up on their way: exchanges count at arrival."""


class Counted(StrEnum):
    """What a limit counts."""

    WEIGHT = "weight"
    PUBLIC = "public"
    """Calls without a key, where they have limits of their own."""
    ORDERS = "orders"
    WALLET = "wallet"
    """Withdrawals, deposits and transfers, where they have limits of their own."""


Cost = Mapping[Counted, int]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` in any `window_ms`. `header` (lower case) is where answers tell how much was used."""

    name: str
    counts: Counted
    amount: int
    window_ms: int
    header: str | None = None

    def allowed(self, *, urgent: bool) -> int:
        """Return how much of it may be used."""
        return self.amount * (URGENT_PERCENT if urgent else FORWARD_PERCENT) // 100


@dataclass(frozen=True, slots=True)
class Tariff:
    """The limits of one account, and the cost of each call by ccxt's name of it; `usual` for any other."""

    limits: tuple[Limit, ...]
    costs: Mapping[str, Cost] = field(default_factory=dict[str, Cost])
    usual: Cost = field(default_factory=lambda: {Counted.WEIGHT: 1})

    def cost(self, method: str) -> Cost:
        """Return what a call costs."""
        return self.costs.get(method, self.usual)

    def scaled(self, share: Decimal) -> "Tariff":
        """Return the tariff with `share` of every limit: half, where two hosts use one account.

        Raises ValueError where a call would cost more than there ever is.
        """
        limits = tuple(replace(limit, amount=_floored(limit.amount * share)) for limit in self.limits)
        for limit in limits:
            dearest = max(cost.get(limit.counts, 0) for cost in (self.usual, *self.costs.values()))
            if dearest > limit.allowed(urgent=False):
                raise ValueError(f"a call costs {dearest} of {limit.name}, which would have {limit.amount}")
        return replace(self, limits=limits)


def _floored(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_DOWN))
