"""What an accepted order does: its fills, what it holds, its end. Makes no checks; `trading` made them."""

from collections.abc import Callable
from decimal import Decimal

from allornone.testexchange.engine.books import Books
from allornone.testexchange.engine.ledger import Ledger
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.matching import Offer, Plan
from allornone.testexchange.engine.order import Fill, Lasting, Order, OrderStatus, OrderType, Ticket
from allornone.testexchange.engine.settlement import Settlement
from allornone.units import ZERO, times


class Execution:
    """Carries orders out on the books."""

    def __init__(
        self, books: Books, ledger: Ledger, settlement_of: Callable[[Market], Settlement], now: Callable[[], int]
    ) -> None:
        self._books = books
        self._ledger = ledger
        self._settlement = settlement_of
        self._now = now

    def accept(self, market: Market, ticket: Ticket, amount: Decimal) -> Order:
        """Write a new order of `amount`, unfilled yet."""
        now = self._now()
        order = Order(
            order_id=self._books.next_order(),
            account=ticket.account,
            client_id=ticket.client_id,
            symbol=market.symbol,
            side=ticket.side,
            type=ticket.type,
            lasting=ticket.lasting,
            amount=amount,
            spend=ticket.spend,
            price=ticket.price,
            reduce_only=ticket.reduce_only,
            status=OrderStatus.NEW,
            filled=ZERO,
            cost=ZERO,
            created_ms=now,
            updated_ms=now,
        )
        self._books.write(order)
        return order

    def take(self, market: Market, order: Order, plan: Plan) -> tuple[Fill, ...]:
        """Fill an order as planned, and its makers with it. What it still needs stays set aside meanwhile."""
        amount, cost = plan.amount, plan.cost
        fills: list[Fill] = []
        for match in plan.matches:
            self._settlement(market).hold(market, order, amount, cost)
            fills.append(self._trade(market, order, match))
            amount, cost = amount - match.amount, cost - times(match.amount, match.price)
        return tuple(fills)

    def rest(self, market: Market, order: Order) -> None:
        """Let what is left wait on the book, or expire where it may not."""
        if order.open and (order.type is OrderType.MARKET or order.lasting is not Lasting.GTC):
            self.end(order, OrderStatus.EXPIRED)
            return
        self._settlement(market).hold(market, order, order.left, times(order.left, order.price))

    def fill(self, market: Market, order: Order, amount: Decimal) -> Fill:
        """Let the house take a resting order, as far as `amount`, at its price."""
        fill = self._one_side(market, order, amount, order.price, self._books.next_trade(), maker=True)
        self.rest(market, order)
        return fill

    def end(self, order: Order, status: OrderStatus) -> Order:
        """Close an order; what it held is free again."""
        order.status = status
        order.updated_ms = self._now()
        self._ledger.release(order.cause)
        self._books.write(order)
        return order

    def _trade(self, market: Market, taker: Order, match: Offer) -> Fill:
        trade_id = self._books.next_trade()
        fill = self._one_side(market, taker, match.amount, match.price, trade_id, maker=False)
        if match.maker is not None:
            self._one_side(market, match.maker, match.amount, match.price, trade_id, maker=True)
            self.rest(market, match.maker)
        return fill

    def _one_side(
        self, market: Market, order: Order, amount: Decimal, price: Decimal, trade_id: int, *, maker: bool
    ) -> Fill:
        entry = f"trade-{trade_id}-{order.order_id}"
        charge = self._settlement(market).settle(entry, market, order, amount, price, maker=maker)
        fill = Fill(
            fill_id=len(self._books.fills) + 1,
            trade_id=trade_id,
            order_id=order.order_id,
            account=order.account,
            symbol=market.symbol,
            side=order.side,
            price=price,
            amount=amount,
            cost=times(amount, price),
            fee=charge.fee,
            fee_asset=charge.asset,
            maker=maker,
            realized=charge.realized,
            at_ms=self._now(),
        )
        self._books.add_fill(fill)
        order.filled += amount
        order.cost += fill.cost
        order.updated_ms = fill.at_ms
        order.status = OrderStatus.PARTIAL if order.left else OrderStatus.FILLED
        self._books.write(order)
        return fill
