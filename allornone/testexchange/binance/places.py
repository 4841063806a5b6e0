"""Numbers as Binance writes them: strings with eight places, or those of the asset."""

from decimal import ROUND_DOWN, Decimal

from allornone.units import EXACT

_EIGHT = Decimal("1e-8")


def eight(amount: Decimal) -> str:
    """Write an amount with eight places, as spot does."""
    return format(amount.quantize(_EIGHT, ROUND_DOWN, EXACT), "f")


def places(step: Decimal) -> int:
    """Return how many places a step has."""
    exponent = step.normalize(EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def plain(amount: Decimal, step: Decimal) -> str:
    """Write an amount with the places of its step, as USD-M does."""
    return format(amount.quantize(Decimal(1).scaleb(-places(step)), ROUND_DOWN, EXACT), "f")
