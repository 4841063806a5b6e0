"""Prices as both APIs tell them. What a real market would know of the last day is what it is now."""

from collections.abc import Callable
from decimal import Decimal

from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.places import plain
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Market, Side
from allornone.testexchange.engine.matching import Offer, offers
from allornone.units import ZERO

_DEPTH_DEFAULT = 100
_DEPTH_MAX = 5000
_DAY_MS = 86_400_000


class Tickers:
    """Answers calls about the prices of some of the engine's markets, in the form of spot or of USD-M.

    USD-M says when each price and book was; spot does not, and alone has the best prices among those of the day.
    """

    def __init__(self, engine: Engine, markets: Callable[[], list[Market]], *, usdm: bool) -> None:
        self._engine = engine
        self._markets = markets
        self._usdm = usdm

    def price(self, params: Params) -> object:
        """Tell the price of one market or of all."""
        return self._each(params, self._price)

    def book_ticker(self, params: Params) -> object:
        """Tell the best bid and ask of one market or of all."""
        return self._each(params, self._best)

    def day(self, params: Params) -> object:
        """Tell the last day of one market or of all."""
        return self._each(params, self._day)

    def premium(self, params: Params) -> object:
        """Tell the mark price and the funding of one perpetual or of all."""
        return self._each(params, self._premium)

    def depth(self, params: Params) -> object:
        """Tell the book of one market."""
        market = self._market(params.text("symbol"))
        limit = min(params.whole("limit") or _DEPTH_DEFAULT, _DEPTH_MAX)
        return {
            "lastUpdateId": self._engine.books.next_trade(),
            **self._at("E", "T"),
            "bids": [_level(market, offer) for offer in self._offers(market, Side.SELL)[:limit]],
            "asks": [_level(market, offer) for offer in self._offers(market, Side.BUY)[:limit]],
        }

    def _each(self, params: Params, tell: Callable[[Market], dict[str, object]]) -> object:
        wanted = params.given("symbol")
        return tell(self._market(wanted)) if wanted else [tell(market) for market in self._markets()]

    def _market(self, name: str) -> Market:
        for market in self._markets():
            if market.name == name:
                return market
        raise ProblemError(-1121, "Invalid symbol.")

    def _offers(self, market: Market, side: Side) -> list[Offer]:
        """Return the levels that an order of `side` meets, best first: all that is offered at a price is one."""
        levels: dict[Decimal, Decimal] = {}
        for offer in offers(market, side, self._engine.books.open_orders(market.symbol)):
            levels[offer.price] = levels.get(offer.price, ZERO) + offer.amount
        return [Offer(price, amount) for price, amount in levels.items()]

    def _at(self, *names: str) -> dict[str, object]:
        return dict.fromkeys(names, self._engine.now()) if self._usdm else {}

    def _price(self, market: Market) -> dict[str, object]:
        return {"symbol": market.name, "price": plain(market.mark, market.tick), **self._at("time")}

    def _best(self, market: Market) -> dict[str, object]:
        bids, asks = self._offers(market, Side.SELL)[:1], self._offers(market, Side.BUY)[:1]
        bid, ask = [_level(market, offer) for offer in bids], [_level(market, offer) for offer in asks]
        nothing = ["0", "0"]
        return {
            "symbol": market.name,
            "bidPrice": (bid or [nothing])[0][0],
            "bidQty": (bid or [nothing])[0][1],
            "askPrice": (ask or [nothing])[0][0],
            "askQty": (ask or [nothing])[0][1],
            **self._at("time"),
        }

    def _day(self, market: Market) -> dict[str, object]:
        mark, now = plain(market.mark, market.tick), self._engine.now()
        spot_only = {} if self._usdm else {**self._best(market), "prevClosePrice": mark}
        return {
            "symbol": market.name,
            **spot_only,
            "priceChange": "0",
            "priceChangePercent": "0.000",
            "weightedAvgPrice": mark,
            "lastPrice": mark,
            "lastQty": plain(market.minimum, market.step),
            "openPrice": mark,
            "highPrice": mark,
            "lowPrice": mark,
            "volume": "0",
            "quoteVolume": "0",
            "openTime": now - _DAY_MS,
            "closeTime": now,
            "firstId": -1,
            "lastId": -1,
            "count": 0,
        }

    def _premium(self, market: Market) -> dict[str, object]:
        mark, now = plain(market.mark, market.tick), self._engine.now()
        return {
            "symbol": market.name,
            "markPrice": mark,
            "indexPrice": mark,
            "estimatedSettlePrice": mark,
            "lastFundingRate": "0.00010000",
            "interestRate": "0.00010000",
            "nextFundingTime": now - now % (_DAY_MS // 3) + _DAY_MS // 3,
            "time": now,
        }


def _level(market: Market, offer: Offer) -> list[str]:
    return [plain(offer.price, market.tick), plain(offer.amount, market.step)]
