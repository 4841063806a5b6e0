"""The house's quotes, as Binance's depth endpoints show them."""

from decimal import Decimal

from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.places import eight
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Side

_DEFAULT, _MAX = 100, 5000


class Depth:
    """Answers for the order books of the spot markets, or of the perpetuals."""

    def __init__(self, engine: Engine, *, perpetual: bool) -> None:
        self._engine = engine
        self._perpetual = perpetual

    def book(self, params: Params) -> object:
        """Show both sides, best first."""
        market = self._engine.markets.get(params.text("symbol"))
        if market is None or market.perpetual is not self._perpetual:
            raise ProblemError(-1121, "Invalid symbol.")
        limit = params.whole("limit") or _DEFAULT
        if not 1 <= limit <= _MAX:
            raise ProblemError(-1130, "Data sent for parameter 'limit' is not valid.")
        now = self._engine.now()
        return {
            "lastUpdateId": now,
            **({"E": now, "T": now} if self._perpetual else {}),
            "bids": _rows(market.ladder(Side.SELL)[:limit]),
            "asks": _rows(market.ladder(Side.BUY)[:limit]),
        }


def _rows(levels: list[tuple[Decimal, Decimal]]) -> list[list[str]]:
    return [[eight(price), eight(amount)] for price, amount in levels]
