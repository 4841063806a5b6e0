"""A ledger as a whole: every balance added up anew (S13, S14), and what belongs to no group (S3)."""

from collections.abc import Iterator
from decimal import Decimal

from allornone_verify.amounts import EXACT, ZERO, Holding, Moves, negated, summed, text
from allornone_verify.breaks import Break
from allornone_verify.journal import Finding
from allornone_verify.ledger import Ledger


def audit(ledger: Ledger) -> Iterator[Finding]:
    """Yield what is wrong with a ledger as a whole. Raises LedgerError where a row cannot be read."""
    opening = ledger.opening()
    sums: Moves = {}
    below = _Below(dict(opening or {}))
    for order, holding, delta, place in ledger.effects():
        sums[holding] = EXACT.add(sums.get(holding, ZERO), delta)
        if opening is not None:
            yield from below.after(order, holding, delta, place)
    if opening is not None:
        yield from below.found()
    stated = ledger.balances()
    off = summed(stated, negated(sums)) if stated is not None else {}
    if off:
        found = f"balances and rows differ by {text(off)}"
        yield Finding("S13", Break(found, place=f"{ledger.label} balances"))
    for found, place in ledger.contradictions():
        yield Finding("S13", Break(found, place=place))
    for stranger, place in ledger.strangers():
        yield Finding("S3", Break(f"it reached the venue, but no permit of the log is for it: {stranger}", place=place))


class _Below:
    """The running balances; an order's rows count together, since a fee and what it is taken from come at once."""

    def __init__(self, opening: Moves) -> None:
        self._balances = opening
        self._order = -1
        self._touched: dict[Holding, tuple[Decimal, str]] = {}

    def after(self, order: int, holding: Holding, delta: Decimal, place: str) -> Iterator[Finding]:
        """Take in one row, and yield what the order before it left below zero."""
        if order != self._order:
            yield from self.found()
            self._order, self._touched = order, {}
        if holding in self._balances:
            self._balances[holding] = EXACT.add(self._balances[holding], delta)
            moved = EXACT.add(self._touched.get(holding, (ZERO, ""))[0], delta)
            self._touched[holding] = moved, place

    def found(self) -> Iterator[Finding]:
        """Yield the balances that the last order took below zero."""
        for holding, (moved, place) in self._touched.items():
            if moved < 0 and self._balances[holding] < 0:
                found = f"{text({holding: self._balances[holding]})} after it"
                yield Finding("S14", Break(found, place=place))
