"""Placing, cancelling and filling orders. Checks everything first, so that a rejection changed nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from allornone.testexchange.engine.books import Books
from allornone.testexchange.engine.ledger import Ledger, Move
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.matching import Offer, Plan, planned
from allornone.testexchange.engine.order import Fill, Lasting, Order, OrderStatus, OrderType, Ticket
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.testexchange.engine.settlement import SpotSettlement
from allornone.units import ZERO, times

IdRule = Literal["open", "good", "none"]
"""Among which orders of an account a client id is unique: its open ones, all it ever sent, or none."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An accepted order and what filled at once."""

    order: Order
    fills: tuple[Fill, ...]


class Trading:
    """The orders of one exchange."""

    def __init__(
        self, markets: dict[str, Market], books: Books, ledger: Ledger, spot: SpotSettlement, now: Callable[[], int]
    ) -> None:
        self._markets = markets
        self._books = books
        self._ledger = ledger
        self._spot = spot
        self._now = now
        self.id_rule: IdRule = "open"

    def market(self, symbol: str) -> Market:
        """Return a market. Raises RejectedError where there is none."""
        if symbol not in self._markets:
            raise RejectedError(Reason.UNKNOWN_SYMBOL, f"no market {symbol}")
        return self._markets[symbol]

    def place(self, ticket: Ticket) -> Placed:
        """Accept an order and fill what fills. Raises RejectedError, and has then changed nothing."""
        market = self.market(ticket.symbol)
        plan = planned(market, ticket, self._books.open_orders(ticket.symbol))
        self._check(market, ticket, plan)
        for own in plan.displaced:
            self._end(own, OrderStatus.EXPIRED)
        order = self._accept(market, ticket, plan)
        kills = ticket.lasting is Lasting.FOK and plan.amount < ticket.amount
        fills = () if kills else tuple(self._trade(market, order, match) for match in plan.matches)
        self._rest(market, order)
        return Placed(order, fills)

    def find(self, account: str, symbol: str, order_id: int | None, client_id: str | None) -> Order:
        """Return an order by its id, else the newest by its client id. Raises RejectedError where there is none."""
        for order in reversed(self._books.orders_of(account, symbol)):
            if order.order_id == order_id or (order_id is None and order.client_id == client_id):
                return order
        raise RejectedError(Reason.UNKNOWN_ORDER, "no such order")

    def cancel(self, order: Order) -> Order:
        """Cancel what is left. Raises RejectedError where nothing is open."""
        if not order.open:
            raise RejectedError(Reason.NOT_OPEN, f"order {order.order_id} is {order.status}")
        return self._end(order, OrderStatus.CANCELED)

    def fill(self, order: Order, amount: Decimal | None = None) -> Fill:
        """Let the house fill an open order at its price, all that is left or `amount`."""
        market = self.market(order.symbol)
        if not order.open:
            raise RejectedError(Reason.NOT_OPEN, f"order {order.order_id} is {order.status}")
        if amount is not None:
            market.check_amount(amount)
        taken = min(order.left, order.left if amount is None else amount)
        return self._one_side(market, order, taken, order.price, self._books.next_trade(), maker=True)

    def set_mark(self, symbol: str, price: Decimal) -> None:
        """Move the price the house quotes around; resting orders that it now crosses fill."""
        market = self.market(symbol)
        market.mark = price
        for order in self._books.open_orders(symbol):
            best = market.ladder(order.side)
            if best and order.side.sign * (order.price - best[0][0]) >= 0:
                self.fill(order)

    def _check(self, market: Market, ticket: Ticket, plan: Plan) -> None:
        market.check_trading()
        self._check_size(market, ticket)
        self._check_id(ticket)
        if ticket.type is OrderType.POST_ONLY and plan.matches:
            raise RejectedError(Reason.WOULD_TAKE, "the order would take")
        amount, cost = plan.amount, plan.cost
        if ticket.type is not OrderType.MARKET:
            amount, cost = ticket.amount, times(ticket.amount, ticket.price)
        asset, needed = self._spot.needed(market, ticket.side, amount, cost)
        self._ledger.check_free(Move(ticket.account, market.wallet, asset, needed))

    @staticmethod
    def _check_size(market: Market, ticket: Ticket) -> None:
        if ticket.spend:
            market.check_cost(ticket.spend)
            return
        market.check_amount(ticket.amount)
        if ticket.type is OrderType.MARKET:
            market.check_cost(times(ticket.amount, market.mark))
            return
        market.check_price(ticket.price)
        market.check_cost(times(ticket.amount, ticket.price))

    def _check_id(self, ticket: Ticket) -> None:
        for order in self._books.orders_of(ticket.account, ticket.symbol):
            if order.client_id == ticket.client_id and (
                self.id_rule == "good" or (self.id_rule == "open" and order.open)
            ):
                raise RejectedError(Reason.DUPLICATE, f"client id {ticket.client_id} is in use")

    def _accept(self, market: Market, ticket: Ticket, plan: Plan) -> Order:
        now = self._now()
        order = Order(
            order_id=self._books.next_order(),
            account=ticket.account,
            client_id=ticket.client_id,
            symbol=market.symbol,
            side=ticket.side,
            type=ticket.type,
            lasting=ticket.lasting,
            amount=plan.amount if ticket.spend else ticket.amount,
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

    def _rest(self, market: Market, order: Order) -> None:
        if order.open and (order.type is OrderType.MARKET or order.lasting is not Lasting.GTC):
            self._end(order, OrderStatus.EXPIRED)
        elif order.open:
            self._spot.hold(market, order)

    def _trade(self, market: Market, taker: Order, match: Offer) -> Fill:
        trade_id = self._books.next_trade()
        fill = self._one_side(market, taker, match.amount, match.price, trade_id, maker=False)
        if match.maker is not None:
            self._one_side(market, match.maker, match.amount, match.price, trade_id, maker=True)
        return fill

    def _one_side(
        self, market: Market, order: Order, amount: Decimal, price: Decimal, trade_id: int, *, maker: bool
    ) -> Fill:
        entry = f"trade-{trade_id}-{order.order_id}"
        charge = self._spot.settle(entry, market, order, amount, price, maker=maker)
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
            fee=charge.amount,
            fee_asset=charge.asset,
            maker=maker,
            realized=ZERO,
            at_ms=self._now(),
        )
        self._books.add_fill(fill)
        order.filled += amount
        order.cost += fill.cost
        order.updated_ms = fill.at_ms
        order.status = OrderStatus.FILLED if not order.left else OrderStatus.PARTIAL
        self._books.write(order)
        if maker:
            self._spot.hold(market, order)
        return fill

    def _end(self, order: Order, status: OrderStatus) -> Order:
        order.status = status
        order.updated_ms = self._now()
        self._ledger.release(f"order-{order.order_id}")
        self._books.write(order)
        return order
