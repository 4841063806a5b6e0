"""The spot endpoints of api.binance.com."""

from decimal import Decimal
from typing import TypeVar

from allornone.testexchange.binance import spot_answers
from allornone.testexchange.binance.limits import Limits
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.binance.spot_info import spot_info
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Market, Side
from allornone.testexchange.engine.order import Fill, Lasting, Order, OrderType, Ticket
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.units import ZERO

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
LASTING = {"GTC": Lasting.GTC, "IOC": Lasting.IOC, "FOK": Lasting.FOK}
_TYPES = {"MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "LIMIT_MAKER": OrderType.POST_ONLY}
_Row = TypeVar("_Row", Order, Fill)
_TRADES_MAX = 1000
_TRADES_DEFAULT = 500


class Spot:
    """Answers spot calls. Every method takes checked parameters and returns what is written as JSON."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits

    def time(self, _: Params) -> object:
        """Tell the exchange's time."""
        return {"serverTime": self._engine.now()}

    def info(self, params: Params) -> object:
        """Tell the markets."""
        wanted = params.given("symbol")
        if wanted is not None:
            return spot_info([self._market(wanted)], self._limits, self._engine.now())
        markets = [market for market in self._engine.markets.values() if not market.perpetual]
        return spot_info(markets, self._limits, self._engine.now())

    def account(self, params: Params) -> object:
        """Tell the balances."""
        return spot_answers.account(self._engine, params.account, params.permissions)

    def place(self, params: Params) -> object:
        """Take an order."""
        answers = {"ACK": spot_answers.acknowledged, "RESULT": spot_answers.result, "FULL": spot_answers.full}
        ticket = self._ticket(params)
        usual = "ACK" if ticket.type is OrderType.POST_ONLY else "FULL"
        wanted = params.given("newOrderRespType") or usual
        if wanted not in answers:
            raise ProblemError(-1138, "Invalid newOrderRespType.")
        return answers[wanted](self._engine.trading.place(ticket))

    def query(self, params: Params) -> object:
        """Show one order."""
        return spot_answers.shown(self._find(params))

    def cancel(self, params: Params) -> object:
        """Cancel one order, which may be one that reads do not show yet. One unknown or closed is answered alike."""
        for order in reversed(self._engine.books.orders_of(params.account, self._market(params.text("symbol")).symbol)):
            if order.open and _is_asked_for(order, params):
                cancelled = self._engine.trading.cancel(order)
                cancel_id = params.client_id("newClientOrderId") or f"cancel-{order.order_id}"
                return spot_answers.cancelled(cancelled, cancel_id)
        raise ProblemError(-2011, "Unknown order sent.")

    def open_orders(self, params: Params) -> object:
        """Show the open orders of one market or of all."""
        wanted = params.given("symbol")
        symbol = None if wanted is None else self._market(wanted).symbol
        found = self._engine.reading.open_orders(params.account, symbol)
        return [spot_answers.shown(order) for order in found if not self._engine.markets[order.symbol].perpetual]

    def all_orders(self, params: Params) -> object:
        """Show the orders of one market."""
        found = self._engine.reading.orders(params.account, self._market(params.text("symbol")).symbol)
        first, start, end = params.whole("orderId"), params.whole("startTime"), params.whole("endTime")
        kept = [
            order
            for order in found
            if (first is None or order.order_id >= first)
            and (start is None or order.created_ms >= start)
            and (end is None or order.created_ms <= end)
        ]
        return [spot_answers.shown(order) for order in _page(params, kept, from_start=first is not None)]

    def trades(self, params: Params) -> object:
        """Show the fills of one market, of one order of it where that is asked for."""
        found = self._engine.reading.fills(params.account, self._market(params.text("symbol")).symbol)
        order_id, first = params.whole("orderId"), params.whole("fromId")
        start, end = params.whole("startTime"), params.whole("endTime")
        kept = [
            fill
            for fill in found
            if (order_id is None or fill.order_id == order_id)
            and (first is None or fill.trade_id >= first)
            and (start is None or fill.at_ms >= start)
            and (end is None or fill.at_ms <= end)
        ]
        from_start = first is not None or start is not None
        return [spot_answers.trade(fill) for fill in _page(params, kept, from_start=from_start)]

    def _market(self, symbol: str) -> Market:
        market = self._engine.markets.get(symbol)
        if market is None or market.perpetual:
            raise ProblemError(-1121, "Invalid symbol.")
        return market

    def _find(self, params: Params) -> Order:
        for order in reversed(self._engine.reading.orders(params.account, self._market(params.text("symbol")).symbol)):
            if _is_asked_for(order, params):
                return order
        raise RejectedError(Reason.UNKNOWN_ORDER, "no such order")

    def _ticket(self, params: Params) -> Ticket:
        market = self._market(params.text("symbol"))
        side = params.choice("side", SIDES, -1117, "Invalid side.")
        order_type = params.choice("type", _TYPES, -1116, "Invalid orderType.")
        lasting = Lasting.GTC
        if order_type is OrderType.LIMIT:
            lasting = params.choice("timeInForce", LASTING, -1115, "Invalid timeInForce.")
        spends = order_type is OrderType.MARKET and params.given("quantity") is None
        return Ticket(
            account=params.account,
            symbol=market.symbol,
            side=side,
            type=order_type,
            client_id=params.client_id("newClientOrderId") or f"web_{self._engine.books.next_order():032x}",
            amount=ZERO if spends else params.amount("quantity"),
            spend=self._spend(params, market) if spends else ZERO,
            price=ZERO if order_type is OrderType.MARKET else params.amount("price"),
            lasting=lasting,
        )

    @staticmethod
    def _spend(params: Params, market: Market) -> Decimal:
        spend = params.amount("quoteOrderQty")
        if spend <= 0:
            raise RejectedError(Reason.COST, f"nothing to spend in {market.symbol}")
        return spend


def _is_asked_for(order: Order, params: Params) -> bool:
    order_id, client_id = params.whole("orderId"), params.client_id("origClientOrderId")
    if order_id is None and client_id is None:
        raise ProblemError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    return order_id in (None, order.order_id) and client_id in (None, order.client_id)


def _page(params: Params, found: list[_Row], *, from_start: bool) -> list[_Row]:
    limit = params.whole("limit")
    limit = _TRADES_DEFAULT if limit is None else limit
    if not 1 <= limit <= _TRADES_MAX:
        raise ProblemError(-1130, "Data sent for parameter 'limit' is not valid.")
    return found[:limit] if from_start else found[-limit:]
