"""Binance's door: its hosts, its endpoints, and what each of them needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from allornone.testexchange.binance.depth import Depth
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.binance.signing import Signatures
from allornone.testexchange.binance.spot import Spot
from allornone.testexchange.binance.wallet import Wallet
from allornone.testexchange.door import Answer, Call, Kind, Told
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.keys import Key

_API = "api.binance.com"
_USDM = "fapi.binance.com"
_COINM = "dapi.binance.com"


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What a path does, what it is about, and what a key needs for it; no permission: it is public."""

    serve: Callable[[Params], object]
    kind: Kind
    permission: str | None = None


class BinanceDoor:
    """Serves Binance's HTTP over an engine."""

    name = "binance"
    hosts = frozenset({_API, _USDM, _COINM})

    def __init__(self, engine: Engine, keys: Iterable[Key]) -> None:
        self.engine = engine
        self._signatures = Signatures(keys, engine.now)
        spot, wallet = Spot(engine), Wallet(engine)
        self._endpoints = _spot(spot) | _wallet(wallet) | _coin_margined(wallet) | _depth(engine)

    def tell(self, call: Call) -> Told:
        """Return what the call is, by its path and parameters."""
        endpoint = self._endpoints.get((call.host, call.method, call.path))
        params = call.params
        return Told(
            kind=Kind.OTHER if endpoint is None else endpoint.kind,
            account=self._signatures.account(call),
            client_id=_client_id(params),
            symbol=params.get("symbol"),
        )

    def serve(self, call: Call) -> Answer:
        """Check the call and do it."""
        endpoint = self._endpoints.get((call.host, call.method, call.path))
        if endpoint is None:
            return Answer(404, {"code": -1000, "msg": f"the test exchange does not serve {call.method} {call.path}"})
        try:
            return Answer(200, endpoint.serve(self._params(call, endpoint)))
        except ProblemError as problem:
            return problem.answer

    def _params(self, call: Call, endpoint: _Endpoint) -> Params:
        if endpoint.permission is None:
            return Params(call.params)
        key = self._signatures.check(call, endpoint.permission)
        return Params(call.params, key.account, key.permissions)


def _client_id(params: dict[str, str]) -> str | None:
    for name in ("newClientOrderId", "origClientOrderId", "withdrawOrderId"):
        if params.get(name):
            return params[name]
    return None


_Endpoints = dict[tuple[str, str, str], _Endpoint]


def _spot(spot: Spot) -> _Endpoints:
    return {
        (_API, "GET", "/api/v3/ping"): _Endpoint(lambda _: {}, Kind.MARKET),
        (_API, "GET", "/api/v3/time"): _Endpoint(spot.time, Kind.MARKET),
        (_API, "GET", "/api/v3/exchangeInfo"): _Endpoint(spot.info, Kind.MARKET),
        (_API, "GET", "/api/v3/account"): _Endpoint(spot.account, Kind.BALANCE, "read"),
        (_API, "POST", "/api/v3/order"): _Endpoint(spot.place, Kind.ORDER, "trade"),
        (_API, "GET", "/api/v3/order"): _Endpoint(spot.query, Kind.QUERY, "read"),
        (_API, "DELETE", "/api/v3/order"): _Endpoint(spot.cancel, Kind.CANCEL, "trade"),
        (_API, "GET", "/api/v3/openOrders"): _Endpoint(spot.open_orders, Kind.QUERY, "read"),
        (_API, "GET", "/api/v3/allOrders"): _Endpoint(spot.all_orders, Kind.QUERY, "read"),
        (_API, "GET", "/api/v3/myTrades"): _Endpoint(spot.trades, Kind.TRADES, "read"),
    }


def _depth(engine: Engine) -> _Endpoints:
    return {
        (_API, "GET", "/api/v3/depth"): _Endpoint(Depth(engine, perpetual=False).book, Kind.MARKET),
        (_USDM, "GET", "/fapi/v1/depth"): _Endpoint(Depth(engine, perpetual=True).book, Kind.MARKET),
    }


def _wallet(wallet: Wallet) -> _Endpoints:
    return {
        (_API, "GET", "/sapi/v1/capital/config/getall"): _Endpoint(wallet.coins, Kind.MARKET, "read"),
        (_API, "GET", "/sapi/v1/margin/allPairs"): _Endpoint(wallet.nothing, Kind.MARKET, "read"),
        (_API, "GET", "/sapi/v1/margin/isolated/allPairs"): _Endpoint(wallet.nothing, Kind.MARKET, "read"),
    }


def _coin_margined(wallet: Wallet) -> _Endpoints:
    # There are none; a client that asks for every kind of market still gets an answer.
    return {
        (_COINM, "GET", "/dapi/v1/exchangeInfo"): _Endpoint(lambda _: {"symbols": wallet.nothing(_)}, Kind.MARKET),
        (_USDM, "GET", "/fapi/v1/exchangeInfo"): _Endpoint(lambda _: {"symbols": wallet.nothing(_)}, Kind.MARKET),
    }
