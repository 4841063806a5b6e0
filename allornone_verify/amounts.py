"""Exact amounts, and sums of changes by holding. Nothing here is ever rounded by accident."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

EXACT = Context(prec=96)
ZERO = Decimal(0)
FINEST = Decimal("1e-18")

Holding = tuple[str, str, str]
"""What two spellings of one balance share: venue, class (asset, debt or perp) and token."""
Moves = dict[Holding, Decimal]


def amount_of(value: Any) -> Decimal:
    """Return an amount as it was written. Raises ValueError for what is no finite decimal text."""
    if not isinstance(value, str):
        raise ValueError(f"an amount must be a decimal string, was {value!r}")  # noqa: TRY004 (one kind of bad record)
    try:
        amount = Decimal(value)
    except ArithmeticError:
        raise ValueError(f"an amount must be a decimal string, was {value!r}") from None
    if not amount.is_finite():
        raise ValueError(f"an amount must be finite, was {value!r}")
    return amount


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts exactly."""
    result = ZERO
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result


def summed(*parts: Mapping[Holding, Decimal]) -> Moves:
    """Return the sum by holding, without the holdings that come to nothing."""
    moves: Moves = {}
    for part in parts:
        for holding, amount in part.items():
            moves[holding] = EXACT.add(moves.get(holding, ZERO), amount)
    return {holding: amount for holding, amount in moves.items() if amount != 0}


def negated(moves: Mapping[Holding, Decimal]) -> Moves:
    """Return what takes `moves` back."""
    return {holding: amount.copy_negate() for holding, amount in moves.items()}


def proportion(moves: Mapping[Holding, Decimal], part: Decimal, whole: Decimal) -> Moves:
    """Return `moves` in the proportion of `part` to `whole`, each to 18 places as the plans are read."""
    if part == whole:
        return dict(moves)
    return {holding: _share(amount, part, whole) for holding, amount in moves.items()}


def _share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return EXACT.divide(EXACT.multiply(amount, part), whole).quantize(FINEST, ROUND_HALF_EVEN, EXACT)


def text(moves: Mapping[Holding, Decimal]) -> str:
    """Write moves on one line."""
    shown = [
        f"{venue}:{token}{'' if kind == 'asset' else f' ({kind})'} {amount:+f}"
        for (venue, kind, token), amount in sorted(moves.items())
    ]
    return ", ".join(shown) or "nothing"
