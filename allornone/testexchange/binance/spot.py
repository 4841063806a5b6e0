"""The spot endpoints of api.binance.com."""

from decimal import Decimal

from allornone.testexchange.binance import spot_answers
from allornone.testexchange.binance.asked import newest, newest_open, some_fills, some_orders
from allornone.testexchange.binance.limits import Limits
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.binance.spot_info import spot_info
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Market, Side
from allornone.testexchange.engine.order import Lasting, Order, OrderType, Ticket
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.units import ZERO

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
LASTING = {"GTC": Lasting.GTC, "IOC": Lasting.IOC, "FOK": Lasting.FOK}
_TYPES = {"MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "LIMIT_MAKER": OrderType.POST_ONLY}


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
        return spot_info(self.markets(), self._limits, self._engine.now())

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
        return spot_answers.shown(newest(self._orders(params), params))

    def cancel(self, params: Params) -> object:
        """Cancel one order, which may be one that reads do not show yet."""
        market = self._market(params.text("symbol"))
        order = newest_open(self._engine.books.orders_of(params.account, market.symbol), params)
        cancelled = self._engine.trading.cancel(order)
        return spot_answers.cancelled(cancelled, params.client_id("newClientOrderId") or f"cancel-{order.order_id}")

    def cancel_all(self, params: Params) -> object:
        """Cancel every open order of one market."""
        market = self._market(params.text("symbol"))
        orders = self._engine.books.open_orders(market.symbol, params.account)
        if not orders:
            raise ProblemError(-2011, "Unknown order sent.")
        return [
            spot_answers.cancelled(self._engine.trading.cancel(order), f"cancel-{order.order_id}") for order in orders
        ]

    def open_orders(self, params: Params) -> object:
        """Show the open orders of one market or of all."""
        wanted = params.given("symbol")
        symbol = None if wanted is None else self._market(wanted).symbol
        found = self._engine.reading.open_orders(params.account, symbol)
        return [spot_answers.shown(order) for order in found if not self._engine.markets[order.symbol].perpetual]

    def all_orders(self, params: Params) -> object:
        """Show the orders of one market."""
        return [spot_answers.shown(order) for order in some_orders(self._orders(params), params)]

    def trades(self, params: Params) -> object:
        """Show the fills of one market, of one order of it where that is asked for."""
        market = self._market(params.text("symbol"))
        found = self._engine.reading.fills(params.account, market.symbol)
        return [
            spot_answers.trade(fill)
            for fill in some_fills(found, params, overlaps=self._engine.reading.quirks.repeat_fills)
        ]

    def markets(self) -> list[Market]:
        """Return every spot market."""
        return [market for market in self._engine.markets.values() if not market.perpetual]

    def _orders(self, params: Params) -> list[Order]:
        return self._engine.reading.orders(params.account, self._market(params.text("symbol")).symbol)

    def _market(self, symbol: str) -> Market:
        market = self._engine.markets.get(symbol)
        if market is None or market.perpetual:
            raise ProblemError(-1121, "Invalid symbol.")
        return market

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
