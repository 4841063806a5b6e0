"""Perpetuals: a position against the house, margin in quote, profit made real as it is closed, funding.

What is left out, on purpose: liquidation, and profit that is not real yet as margin.
"""

from dataclasses import dataclass
from decimal import Decimal

from allornone.testexchange.engine.books import Books
from allornone.testexchange.engine.fees import fee_of
from allornone.testexchange.engine.ledger import FEES, HOUSE, Ledger, Move
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.order import Order, Ticket
from allornone.testexchange.engine.position import Funding, Position
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.testexchange.engine.settlement import Charge
from allornone.units import EXACT, ZERO, times


@dataclass(frozen=True, slots=True)
class _Change:
    """A position after a fill, and the profit that the fill made real."""

    amount: Decimal
    entry: Decimal
    realized: Decimal


class PerpetualSettlement:
    """Settles trades of perpetuals."""

    def __init__(self, ledger: Ledger, books: Books) -> None:
        self._ledger = ledger
        self._books = books

    def room(self, market: Market, ticket: Ticket) -> Decimal | None:
        """Return what a reduce-only ticket may fill: the position that it reduces. Raises where there is none."""
        if not ticket.reduce_only:
            return None
        position = self._books.position(ticket.account, market.symbol).amount
        if position * ticket.side.sign >= 0:
            raise RejectedError(Reason.REDUCE_ONLY, "there is no position to reduce")
        return abs(position)

    def check(self, market: Market, ticket: Ticket, amount: Decimal, cost: Decimal) -> None:
        """Raise RejectedError unless the account has the margin for what the ticket adds, and its fee."""
        position = self._books.position(ticket.account, market.symbol)
        if not amount:
            return
        margin = _margin(position, ticket.side.sign, amount, cost)
        needed = margin + (fee_of(cost, market.taker_fee) if margin else ZERO)
        if self._ledger.free(ticket.account, market.wallet, market.quote) < needed:
            raise RejectedError(Reason.MARGIN, f"{ticket.account} has too little free margin")

    def hold(self, market: Market, order: Order, amount: Decimal, cost: Decimal) -> None:
        """Set aside the margin of what the open rest adds."""
        position = self._books.position(order.account, market.symbol)
        margin = _margin(position, order.side.sign, amount, cost) if amount else ZERO
        self._ledger.hold(order.cause, Move(order.account, market.wallet, market.quote, margin))

    def settle(
        self, entry: str, market: Market, order: Order, amount: Decimal, price: Decimal, *, maker: bool
    ) -> Charge:
        """Change the position; pay the profit it made real, and the fee."""
        position = self._books.position(order.account, market.symbol)
        change = _changed(position, order.side.sign * amount, price)
        fee = fee_of(times(amount, price), market.maker_fee if maker else market.taker_fee)
        self._ledger.post(
            entry,
            Move(order.account, market.wallet, market.quote, change.realized - fee),
            Move(HOUSE, market.wallet, market.quote, -change.realized),
            Move(FEES, market.wallet, market.quote, fee),
        )
        position.amount, position.entry, position.updated_ms = change.amount, change.entry, self._ledger.now()
        self._books.write_position(position)
        self.hold_position(market, position)
        return Charge(fee, market.quote, change.realized)

    def hold_position(self, market: Market, position: Position) -> None:
        """Set aside the margin of a position."""
        margin = EXACT.divide(abs(times(position.amount, position.entry)), Decimal(position.leverage))
        self._ledger.hold(
            f"position-{position.account}-{position.symbol}",
            Move(position.account, market.wallet, market.quote, margin.quantize(Decimal("1e-8"), context=EXACT)),
        )

    def fund(self, market: Market, rate: Decimal) -> list[Funding]:
        """Let every position pay `rate` of its value at the mark: longs where it is positive, shorts else."""
        paid: list[Funding] = []
        for position in self._books.positions_in(market.symbol):
            amount = -fee_of(times(position.amount, market.mark), rate)
            if not amount:
                continue
            funding = Funding(
                funding_id=len(self._books.fundings) + 1,
                account=position.account,
                symbol=market.symbol,
                asset=market.quote,
                amount=amount,
                rate=rate,
                at_ms=self._ledger.now(),
            )
            self._ledger.post(
                f"funding-{funding.funding_id}",
                Move(position.account, market.wallet, market.quote, amount),
                Move(HOUSE, market.wallet, market.quote, -amount),
            )
            self._books.add_funding(funding)
            paid.append(funding)
        return paid


def unrealized(position: Position, mark: Decimal) -> Decimal:
    """Return the profit that closing at the mark would make real."""
    return times(position.amount, mark - position.entry)


def _margin(position: Position, sign: int, amount: Decimal, cost: Decimal) -> Decimal:
    """Return the margin for what `amount` adds to the position; what closes needs none."""
    closes = min(amount, abs(position.amount)) if position.amount * sign < 0 else ZERO
    adds = EXACT.divide(times(cost, amount - closes), amount)
    return EXACT.divide(adds, Decimal(position.leverage)).quantize(Decimal("1e-8"), context=EXACT)


def _changed(position: Position, delta: Decimal, price: Decimal) -> _Change:
    before, after = position.amount, position.amount + delta
    if before * delta >= 0:
        entry = EXACT.divide(times(before, position.entry) + times(delta, price), after)
        return _Change(after, entry, ZERO)
    closed = min(abs(before), abs(delta)) * (1 if before > 0 else -1)
    realized = times(closed, price - position.entry).quantize(Decimal("1e-8"), context=EXACT)
    if before * after > 0:
        return _Change(after, position.entry, realized)
    return _Change(after, price if after else ZERO, realized)
