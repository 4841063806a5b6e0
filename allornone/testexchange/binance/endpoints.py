"""What Binance serves where: the path, what it is about, which permission it needs and what it weighs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from allornone.testexchange.binance.depth import Depth
from allornone.testexchange.binance.limits import Limits
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import API_HOST, USDM_HOST
from allornone.testexchange.binance.spot import Spot
from allornone.testexchange.binance.wallet import Wallet
from allornone.testexchange.door import Kind
from allornone.testexchange.engine.exchange import Engine


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method and path; without a permission it is public."""

    serve: Callable[[Params], object]
    kind: Kind
    weight: int
    permission: str | None = None


Endpoints = dict[tuple[str, str, str], Endpoint]


def every_endpoint(engine: Engine, limits: Mapping[str, Limits]) -> Endpoints:
    """Return all endpoints by host, method and path."""
    spot, wallet = Spot(engine, limits[API_HOST]), Wallet(engine)
    return _spot(spot) | _wallet(wallet) | _coin_margined() | _depth(engine)


def _depth(engine: Engine) -> Endpoints:
    return {
        (API_HOST, "GET", "/api/v3/depth"): Endpoint(Depth(engine, perpetual=False).book, Kind.MARKET, 5),
        (USDM_HOST, "GET", "/fapi/v1/depth"): Endpoint(Depth(engine, perpetual=True).book, Kind.MARKET, 5),
    }


def _spot(spot: Spot) -> Endpoints:
    return {
        (API_HOST, "GET", "/api/v3/ping"): Endpoint(_empty, Kind.MARKET, 1),
        (API_HOST, "GET", "/api/v3/time"): Endpoint(spot.time, Kind.MARKET, 1),
        (API_HOST, "GET", "/api/v3/exchangeInfo"): Endpoint(spot.info, Kind.MARKET, 20),
        (API_HOST, "GET", "/api/v3/account"): Endpoint(spot.account, Kind.BALANCE, 20, "read"),
        (API_HOST, "POST", "/api/v3/order"): Endpoint(spot.place, Kind.ORDER, 1, "trade"),
        (API_HOST, "GET", "/api/v3/order"): Endpoint(spot.query, Kind.QUERY, 4, "read"),
        (API_HOST, "DELETE", "/api/v3/order"): Endpoint(spot.cancel, Kind.CANCEL, 1, "trade"),
        (API_HOST, "GET", "/api/v3/openOrders"): Endpoint(spot.open_orders, Kind.QUERY, 6, "read"),
        (API_HOST, "GET", "/api/v3/allOrders"): Endpoint(spot.all_orders, Kind.QUERY, 20, "read"),
        (API_HOST, "GET", "/api/v3/myTrades"): Endpoint(spot.trades, Kind.TRADES, 20, "read"),
    }


def _wallet(wallet: Wallet) -> Endpoints:
    return {
        (API_HOST, "GET", "/sapi/v1/capital/config/getall"): Endpoint(wallet.coins, Kind.MARKET, 10, "read"),
        (API_HOST, "GET", "/sapi/v1/bnbBurn"): Endpoint(wallet.fee_asset, Kind.OTHER, 1, "read"),
        (API_HOST, "POST", "/sapi/v1/bnbBurn"): Endpoint(wallet.choose_fee_asset, Kind.OTHER, 1, "trade"),
        (API_HOST, "GET", "/sapi/v1/margin/allPairs"): Endpoint(_nothing, Kind.MARKET, 1, "read"),
        (API_HOST, "GET", "/sapi/v1/margin/isolated/allPairs"): Endpoint(_nothing, Kind.MARKET, 10, "read"),
    }


def _coin_margined() -> Endpoints:
    # There are none; a client that asks for every kind of market still gets an answer.
    return {
        ("dapi.binance.com", "GET", "/dapi/v1/exchangeInfo"): Endpoint(_no_symbols, Kind.MARKET, 1),
        (USDM_HOST, "GET", "/fapi/v1/exchangeInfo"): Endpoint(_no_symbols, Kind.MARKET, 1),
    }


def _empty(_: Params) -> object:
    return {}


def _nothing(_: Params) -> object:
    return []


def _no_symbols(_: Params) -> object:
    return {"symbols": []}
