"""Placing, cancelling and filling orders. Checks everything first, so that a rejection changed nothing."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from allornone.testexchange.engine.books import Books
from allornone.testexchange.engine.execution import Execution
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.matching import Plan, SelfTrade, planned
from allornone.testexchange.engine.order import Fill, Lasting, Order, OrderStatus, OrderType, Ticket
from allornone.testexchange.engine.reading import Reading
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.testexchange.engine.settlement import Settlement
from allornone.units import times

IdRule = Literal["open", "good", "none"]
"""Among which orders of an account a client id is unique: its open ones, all it ever sent, or none."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An accepted order and what filled at once."""

    order: Order
    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True)
class Settlements:
    """How each sort of market settles."""

    spot: Settlement
    perpetual: Settlement

    def of(self, market: Market) -> Settlement:
        """Return the market's way."""
        return self.perpetual if market.perpetual else self.spot


class Trading:
    """The orders of one exchange."""

    def __init__(
        self,
        markets: dict[str, Market],
        books: Books,
        reading: Reading,
        execution: Execution,
        settlements: Settlements,
        *,
        id_rule: IdRule,
        gives_way: SelfTrade,
    ) -> None:
        self._markets = markets
        self._books = books
        self._reading = reading
        self._execution = execution
        self._settlements = settlements
        self._id_rule = id_rule
        self._gives_way: SelfTrade = gives_way

    def market(self, symbol: str) -> Market:
        """Return a market. Raises RejectedError where there is none."""
        if symbol not in self._markets:
            raise RejectedError(Reason.UNKNOWN_SYMBOL, f"no market {symbol}")
        return self._markets[symbol]

    def place(self, ticket: Ticket) -> Placed:
        """Accept an order and fill what fills. Raises RejectedError, and has then changed nothing."""
        market = self.market(ticket.symbol)
        market.check_trading()
        self._check_size(market, ticket)
        self._check_id(market, ticket)
        whole, plan = self._plans(market, ticket)
        self._check_terms(market, ticket, whole)
        self._reading.freeze(ticket.account)
        for own in plan.displaced:
            self._execution.end(own, OrderStatus.MET_OWN)
        order = self._execution.accept(market, ticket, whole.amount if ticket.spend else ticket.amount)
        self._reading.hide("order", order.order_id)
        kills = ticket.lasting is Lasting.FOK and plan.amount < ticket.amount
        fills = () if kills else self._execution.take(market, order, plan)
        if plan.gives_way and order.open:
            self._execution.end(order, OrderStatus.MET_OWN)
        else:
            self._execution.rest(market, order)
        return Placed(order, fills)

    def cancel(self, order: Order) -> Order:
        """Cancel what is left. Raises RejectedError where nothing is open."""
        self._check_open(order)
        return self._execution.end(order, OrderStatus.CANCELED)

    def fill(self, order: Order, amount: Decimal | None = None) -> Fill:
        """Let the house fill an open order at its price, all that is left or `amount`."""
        market = self.market(order.symbol)
        self._check_open(order)
        if amount is not None:
            market.check_amount(amount)
        return self._execution.fill(market, order, min(order.left, order.left if amount is None else amount))

    def set_mark(self, symbol: str, price: Decimal) -> None:
        """Move the price the house quotes around; resting orders that it now crosses fill."""
        market = self.market(symbol)
        market.check_price(price)
        market.mark = price
        for order in self._books.open_orders(symbol):
            best = market.ladder(order.side)
            if best and order.side.sign * (order.price - best[0][0]) >= 0:
                self.fill(order)

    def _plans(self, market: Market, ticket: Ticket) -> tuple[Plan, Plan]:
        """Return what the book has for the ticket, and as much of it as the ticket's terms and a quirk let it take."""
        resting = self._books.open_orders(ticket.symbol)
        whole = planned(market, ticket, resting, self._gives_way)
        room = self._settlements.of(market).room(market, ticket)
        ratio = self._reading.quirks.fill_ratio
        limits = [] if room is None else [room]
        limits += [] if ratio is None else [market.floored(times(whole.amount, ratio))]
        if not limits:
            return whole, whole
        less = replace(ticket, spend=Decimal(0), amount=min(whole.amount, *limits))
        return whole, planned(market, less, resting, self._gives_way)

    def _check_terms(self, market: Market, ticket: Ticket, plan: Plan) -> None:
        if ticket.type is OrderType.POST_ONLY and plan.matches:
            raise RejectedError(Reason.WOULD_TAKE, "the order would take")
        amount, cost = plan.amount, plan.cost
        if ticket.type is not OrderType.MARKET:
            amount, cost = ticket.amount, times(ticket.amount, ticket.price)
        self._settlements.of(market).check(market, ticket, amount, cost)

    @staticmethod
    def _check_size(market: Market, ticket: Ticket) -> None:
        if ticket.spend:
            market.check_cost(ticket.spend)
            return
        market.check_amount(ticket.amount)
        if ticket.type is not OrderType.MARKET:
            market.check_price(ticket.price)
        if not ticket.reduce_only:
            price = market.mark if ticket.type is OrderType.MARKET else ticket.price
            market.check_cost(times(ticket.amount, price))

    def _check_id(self, market: Market, ticket: Ticket) -> None:
        # Spot and perpetuals are systems of their own, as their wallets are.
        used = [
            order
            for order in self._books.orders_under(ticket.account, ticket.client_id)
            if self.market(order.symbol).wallet == market.wallet
        ]
        if any(self._id_rule == "good" or (self._id_rule == "open" and order.open) for order in used):
            raise RejectedError(Reason.DUPLICATE, f"client id {ticket.client_id} is in use")

    @staticmethod
    def _check_open(order: Order) -> None:
        if not order.open:
            raise RejectedError(Reason.NOT_OPEN, f"order {order.order_id} is {order.status}")
