"""Our Binance from its desk's side: what it answers, read into the words of `filled`. By HTTP, or in this process."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from allornone.testexchange.binance.endpoints import every_endpoint
from allornone.testexchange.binance.limits import Limits
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import API_HOST, USDM_HOST, ProblemError, refused
from allornone.testexchange.binance.world import OPENING, binance_engine
from allornone.testexchange.engine.conservation import problems
from allornone.testexchange.engine.rejection import RejectedError
from tests.fidelity.filled import Asked, Book, Done, Fill

DESK, STREET = "desk", "street"
Ask = Callable[..., Any]
"""By `"GET depth"` and the like, and the parameters by name: what Binance answers, an error as `code` and `msg`."""


class SpotDesk:
    """The orders of one account in one market."""

    def __init__(self, ask: Ask, symbol: str) -> None:
        self.market: dict[str, Any] = ask("GET exchangeInfo", symbol=symbol)["symbols"][0]
        """Its row of `exchangeInfo`."""
        self.opening = self._totals(ask)
        self._ask = ask
        self._symbol = symbol
        self._placed = 0

    def book(self) -> Book:
        """Return the book as it is shown."""
        shown = self._ask("GET depth", symbol=self._symbol)
        return {side: [(price, amount) for price, amount in shown[side]] for side in ("bids", "asks")}

    def place(self, asked: Asked) -> tuple[str, Done]:
        """Send an order; return its id and what became of it. One that is refused has its code for a status."""
        self._placed += 1
        client_id = f"order-{self._placed}"
        answer = self._ask("POST order", newClientOrderId=client_id, **_wire(asked, self._symbol))
        if "code" in answer:
            return client_id, Done(str(answer["code"]))
        return client_id, self.told(client_id)

    def cancel(self, client_id: str) -> Done:
        """Cancel what is left of an order."""
        self._ask("DELETE order", symbol=self._symbol, origClientOrderId=client_id)
        return self.told(client_id)

    def told(self, client_id: str) -> Done:
        """Return where an order stands."""
        order = self._ask("GET order", symbol=self._symbol, origClientOrderId=client_id)
        fills = [row for row in self.trades() if row["orderId"] == order["orderId"]]
        executed, cost = Decimal(order["executedQty"]), Decimal(order["cummulativeQuoteQty"])
        average = round(cost / executed, 8) if executed else Decimal(0)
        return Done(order["status"], tuple(map(self._fill, fills)), Decimal(order["origQty"]) - executed, average)

    def moved(self) -> dict[str, Decimal]:
        """Return how far each balance went since the beginning, its commissions apart."""
        moved = {asset: total - self.opening[asset] for asset, total in self._totals(self._ask).items()}
        for row in self.trades():
            moved[row["commissionAsset"]] += Decimal(row["commission"])
        return {asset: moved[asset] for asset in (self.market["baseAsset"], self.market["quoteAsset"])}

    def locked(self) -> dict[str, Decimal]:
        """Return what open orders hold of the market's two assets."""
        rows = {row["asset"]: Decimal(row["locked"]) for row in self._ask("GET account")["balances"]}
        return {asset: rows[asset] for asset in (self.market["baseAsset"], self.market["quoteAsset"])}

    def trades(self) -> list[dict[str, Any]]:
        """Return the account's trades in the market, as `myTrades` has them."""
        found: list[dict[str, Any]] = self._ask("GET myTrades", symbol=self._symbol)
        return found

    def _fill(self, row: Mapping[str, Any]) -> Fill:
        price, commission = Decimal(row["price"]), Decimal(row["commission"])
        worth = commission * price if row["commissionAsset"] == self.market["baseAsset"] else commission
        return Fill(price, Decimal(row["qty"]), worth, row["isMaker"])

    @staticmethod
    def _totals(ask: Ask) -> dict[str, Decimal]:
        rows = ask("GET account")["balances"]
        return {row["asset"]: Decimal(row["free"]) + Decimal(row["locked"]) for row in rows}


class Street:
    """A BTCUSDT whose whole book is what this other account rests in it: levels of any size, gone once taken."""

    def __init__(self) -> None:
        self._engine = binance_engine(lambda: 1_700_000_000_000)
        self._engine.markets["BTCUSDT"].depth = Decimal(0)
        for (wallet, asset), amount in OPENING.items():
            self._engine.endow(DESK, wallet, asset, amount)
            self._engine.endow(STREET, wallet, asset, 10 * amount)
        limits = {host: Limits(weight_1m=6_000, orders_10s=100) for host in (API_HOST, USDM_HOST)}
        self._endpoints = every_endpoint(self._engine, limits)

    def desk(self) -> SpotDesk:
        """Return the account that is looked at."""

        def ask(call: str, **values: str) -> Any:
            return self._ask(DESK, call, values)

        return SpotDesk(ask, "BTCUSDT")

    def rest(self, book: Book) -> None:
        """Rest more; what the desk has there at such a price, or a better one, is taken."""
        for side, name in (("BUY", "bids"), ("SELL", "asks")):
            for price, amount in book.get(name, []):
                asked = _wire(Asked(side, "LIMIT", amount, price, "GTC"), "BTCUSDT")
                assert "code" not in self._ask(STREET, "POST order", asked)

    def problems(self) -> list[str]:
        """Return what does not add up in the exchange's books."""
        return problems(self._engine)

    def _ask(self, account: str, call: str, values: dict[str, str]) -> Any:
        method, _, name = call.partition(" ")
        path = f"/api/v3/{name}"
        params = Params(values, account, frozenset({"read", "trade"}))
        try:
            return self._endpoints[API_HOST, method, path].serve(params)
        except RejectedError as rejected:
            return refused(rejected.reason, API_HOST, path).answer.body
        except ProblemError as problem:
            return problem.answer.body


def _wire(asked: Asked, symbol: str) -> dict[str, str]:
    given = {"quantity": asked.amount, "price": asked.price, "timeInForce": asked.lasting}
    return {"symbol": symbol, "side": asked.side, "type": asked.type} | {k: v for k, v in given.items() if v}
