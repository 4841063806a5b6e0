"""The order endpoints of fapi.binance.com: USD-M perpetuals, one-way mode, cross margin."""

from allornone.testexchange.binance import usdm_answers
from allornone.testexchange.binance.asked import newest, newest_open, some_fills, some_orders
from allornone.testexchange.binance.limits import Limits
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.binance.spot import LASTING, SIDES
from allornone.testexchange.binance.usdm_info import bracket, usdm_info
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.order import Lasting, Order, OrderType, Ticket
from allornone.units import ZERO

PERPETUAL = ".P"
"""Behind a perpetual's name in the engine, where the spot market of that name is too."""
_TYPES = {"MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT}
_LASTING = {**LASTING, "GTX": Lasting.GTC}
_FLAGS = {"true": True, "false": False}


class Usdm:
    """Answers calls about perpetuals. Every method takes checked parameters and returns what is written as JSON."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits

    def time(self, _: Params) -> object:
        """Tell the exchange's time."""
        return {"serverTime": self._engine.now()}

    def info(self, _: Params) -> object:
        """Tell the markets."""
        return usdm_info(self.markets(), self._limits, self._engine.now())

    def brackets(self, params: Params) -> object:
        """Tell how much leverage each market allows."""
        wanted = params.given("symbol")
        return [bracket(market) for market in ([self.market(wanted)] if wanted else self.markets())]

    def place(self, params: Params) -> object:
        """Take an order."""
        market = self.market(params.text("symbol"))
        placed = self._engine.trading.place(self._ticket(params, market))
        answers = {"ACK": usdm_answers.acknowledged, "RESULT": usdm_answers.placed}
        wanted = params.given("newOrderRespType") or "ACK"
        if wanted not in answers:
            raise ProblemError(-1138, "Invalid newOrderRespType.")
        return answers[wanted](market, placed.order)

    def query(self, params: Params) -> object:
        """Show one order."""
        market = self.market(params.text("symbol"))
        return usdm_answers.shown(market, newest(self._orders(params), params))

    def query_open(self, params: Params) -> object:
        """Show one open order."""
        market = self.market(params.text("symbol"))
        found = self._engine.reading.open_orders(params.account, market.symbol)
        return usdm_answers.shown(market, newest(found, params))

    def cancel(self, params: Params) -> object:
        """Cancel one order, which may be one that reads do not show yet."""
        market = self.market(params.text("symbol"))
        order = newest_open(self._engine.books.orders_of(params.account, market.symbol), params)
        return usdm_answers.placed(market, self._engine.trading.cancel(order))

    def cancel_all(self, params: Params) -> object:
        """Cancel every open order of one market."""
        market = self.market(params.text("symbol"))
        for order in self._engine.books.open_orders(market.symbol, params.account):
            self._engine.trading.cancel(order)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def open_orders(self, params: Params) -> object:
        """Show the open orders of one market or of all."""
        wanted = params.given("symbol")
        markets = [self.market(wanted)] if wanted else self.markets()
        return [
            usdm_answers.shown(market, order)
            for market in markets
            for order in self._engine.reading.open_orders(params.account, market.symbol)
        ]

    def all_orders(self, params: Params) -> object:
        """Show the orders of one market."""
        market = self.market(params.text("symbol"))
        return [usdm_answers.shown(market, order) for order in some_orders(self._orders(params), params)]

    def trades(self, params: Params) -> object:
        """Show the fills of one market."""
        wanted = params.given("symbol")
        markets = [self.market(wanted)] if wanted else self.markets()
        reading = self._engine.reading
        return [
            usdm_answers.trade(market, fill)
            for market in markets
            for fill in some_fills(
                reading.fills(params.account, market.symbol), params, overlaps=reading.quirks.repeat_fills
            )
        ]

    def markets(self) -> list[Market]:
        """Return every perpetual."""
        return [market for market in self._engine.markets.values() if market.perpetual]

    def market(self, name: str) -> Market:
        """Return a perpetual by the exchange's name."""
        market = self._engine.markets.get(f"{name}{PERPETUAL}")
        if market is None:
            raise ProblemError(-1121, "Invalid symbol.")
        return market

    def _orders(self, params: Params) -> list[Order]:
        return self._engine.reading.orders(params.account, self.market(params.text("symbol")).symbol)

    def _ticket(self, params: Params, market: Market) -> Ticket:
        if params.given("positionSide") not in (None, "BOTH"):
            raise ProblemError(-4061, "Order's position side does not match user's setting.")
        order_type = params.choice("type", _TYPES, -1116, "Invalid orderType.")
        lasting = Lasting.GTC
        if order_type is OrderType.LIMIT:
            lasting = params.choice("timeInForce", _LASTING, -1115, "Invalid timeInForce.")
            order_type = OrderType.POST_ONLY if params.text("timeInForce") == "GTX" else order_type
        return Ticket(
            account=params.account,
            symbol=market.symbol,
            side=params.choice("side", SIDES, -1117, "Invalid side."),
            type=order_type,
            client_id=params.client_id("newClientOrderId") or f"web_{self._engine.books.next_order():032x}",
            amount=params.amount("quantity"),
            price=ZERO if order_type is OrderType.MARKET else params.amount("price"),
            lasting=lasting,
            reduce_only=_FLAGS.get((params.given("reduceOnly") or "false").lower(), False),
        )
