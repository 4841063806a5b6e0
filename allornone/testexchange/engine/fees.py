"""What a fill costs, and in which asset."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from allornone.units import EXACT

_FINEST = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """How an exchange charges: in what was received or in quote; and in a third asset where an account chose it."""

    in_received: bool = True
    third: str | None = None
    discount: Decimal = Decimal(0)
    """Which part is let off when the third asset pays."""


def fee_of(amount: Decimal, rate: Decimal) -> Decimal:
    """Return the fee on `amount`, rounded down to the 8 places that exchanges keep."""
    return EXACT.multiply(amount, rate).quantize(_FINEST, ROUND_DOWN, EXACT)
