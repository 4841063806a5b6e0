"""What Binance serves where: the path, what it is about, which permission it needs and what it weighs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from allornone.testexchange.binance.capital import Capital
from allornone.testexchange.binance.limits import Limits
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import API_HOST, USDM_HOST
from allornone.testexchange.binance.spot import Spot
from allornone.testexchange.binance.tickers import Tickers
from allornone.testexchange.binance.usdm import Usdm
from allornone.testexchange.binance.usdm_account import UsdmAccount
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
    spot, usdm, wallet = Spot(engine, limits[API_HOST]), Usdm(engine, limits[USDM_HOST]), Wallet(engine)
    account, spot_prices, usdm_prices = (
        UsdmAccount(engine, usdm),
        Tickers(engine, spot.markets, usdm=False),
        Tickers(engine, usdm.markets, usdm=True),
    )
    return (
        _spot(spot)
        | _spot_prices(spot_prices)
        | _wallet(wallet)
        | _capital(Capital(engine))
        | _usdm(usdm)
        | _usdm_account(account)
        | _usdm_prices(usdm_prices)
        | _coin_margined()
    )


def _spot(spot: Spot) -> Endpoints:
    return {
        (API_HOST, "GET", "/api/v3/ping"): Endpoint(_empty, Kind.MARKET, 1),
        (API_HOST, "GET", "/api/v3/time"): Endpoint(spot.time, Kind.MARKET, 1),
        (API_HOST, "GET", "/api/v3/exchangeInfo"): Endpoint(spot.info, Kind.MARKET, 20),
        (API_HOST, "GET", "/api/v3/account"): Endpoint(spot.account, Kind.BALANCE, 20, "read"),
        (API_HOST, "POST", "/api/v3/order"): Endpoint(spot.place, Kind.ORDER, 1, "trade"),
        (API_HOST, "GET", "/api/v3/order"): Endpoint(spot.query, Kind.QUERY, 4, "read"),
        (API_HOST, "DELETE", "/api/v3/order"): Endpoint(spot.cancel, Kind.CANCEL, 1, "trade"),
        (API_HOST, "DELETE", "/api/v3/openOrders"): Endpoint(spot.cancel_all, Kind.CANCEL, 1, "trade"),
        (API_HOST, "GET", "/api/v3/openOrders"): Endpoint(spot.open_orders, Kind.QUERY, 6, "read"),
        (API_HOST, "GET", "/api/v3/allOrders"): Endpoint(spot.all_orders, Kind.QUERY, 20, "read"),
        (API_HOST, "GET", "/api/v3/myTrades"): Endpoint(spot.trades, Kind.TRADES, 20, "read"),
    }


def _wallet(wallet: Wallet) -> Endpoints:
    return {
        (API_HOST, "GET", "/sapi/v1/system/status"): Endpoint(wallet.status, Kind.MARKET, 1),
        (API_HOST, "GET", "/sapi/v1/capital/config/getall"): Endpoint(wallet.coins, Kind.MARKET, 10, "read"),
        (API_HOST, "POST", "/sapi/v1/asset/get-funding-asset"): Endpoint(wallet.funding, Kind.BALANCE, 1, "read"),
        (API_HOST, "POST", "/sapi/v1/asset/transfer"): Endpoint(wallet.transfer, Kind.TRANSFER, 900, "transfer"),
        (API_HOST, "GET", "/sapi/v1/asset/transfer"): Endpoint(wallet.transfers, Kind.TRANSFERS, 1, "read"),
        (API_HOST, "GET", "/sapi/v1/account/apiRestrictions"): Endpoint(wallet.permissions, Kind.OTHER, 1, "read"),
        (API_HOST, "GET", "/sapi/v1/bnbBurn"): Endpoint(wallet.fee_asset, Kind.OTHER, 1, "read"),
        (API_HOST, "POST", "/sapi/v1/bnbBurn"): Endpoint(wallet.choose_fee_asset, Kind.OTHER, 1, "trade"),
        (API_HOST, "GET", "/sapi/v1/margin/allPairs"): Endpoint(_nothing, Kind.MARKET, 1, "read"),
        (API_HOST, "GET", "/sapi/v1/margin/isolated/allPairs"): Endpoint(_nothing, Kind.MARKET, 10, "read"),
    }


def _capital(capital: Capital) -> Endpoints:
    folder = "/sapi/v1/capital"
    # The history weighs 18,000 of 180,000 in a second, the only limit of a second: here as so much of a minute's.
    return {
        (API_HOST, "POST", f"{folder}/withdraw/apply"): Endpoint(capital.withdraw, Kind.WITHDRAW, 600, "withdraw"),
        (API_HOST, "GET", f"{folder}/withdraw/history"): Endpoint(capital.withdrawals, Kind.WITHDRAWALS, 300, "read"),
        (API_HOST, "GET", f"{folder}/deposit/address"): Endpoint(capital.address, Kind.DEPOSITS, 10, "read"),
        (API_HOST, "GET", f"{folder}/deposit/hisrec"): Endpoint(capital.deposits, Kind.DEPOSITS, 1, "read"),
    }


def _spot_prices(prices: Tickers) -> Endpoints:
    return {
        (API_HOST, "GET", "/api/v3/ticker/price"): Endpoint(prices.price, Kind.MARKET, 2),
        (API_HOST, "GET", "/api/v3/ticker/bookTicker"): Endpoint(prices.book_ticker, Kind.MARKET, 2),
        (API_HOST, "GET", "/api/v3/ticker/24hr"): Endpoint(prices.day, Kind.MARKET, 2),
        (API_HOST, "GET", "/api/v3/depth"): Endpoint(prices.depth, Kind.MARKET, 5),
    }


def _usdm(usdm: Usdm) -> Endpoints:
    return {
        (USDM_HOST, "GET", "/fapi/v1/ping"): Endpoint(_empty, Kind.MARKET, 1),
        (USDM_HOST, "GET", "/fapi/v1/time"): Endpoint(usdm.time, Kind.MARKET, 1),
        (USDM_HOST, "GET", "/fapi/v1/exchangeInfo"): Endpoint(usdm.info, Kind.MARKET, 1),
        (USDM_HOST, "GET", "/fapi/v1/leverageBracket"): Endpoint(usdm.brackets, Kind.MARKET, 1, "read"),
        (USDM_HOST, "POST", "/fapi/v1/order"): Endpoint(usdm.place, Kind.ORDER, 1, "perp"),
        (USDM_HOST, "GET", "/fapi/v1/order"): Endpoint(usdm.query, Kind.QUERY, 1, "read"),
        (USDM_HOST, "DELETE", "/fapi/v1/order"): Endpoint(usdm.cancel, Kind.CANCEL, 1, "perp"),
        (USDM_HOST, "DELETE", "/fapi/v1/allOpenOrders"): Endpoint(usdm.cancel_all, Kind.CANCEL, 1, "perp"),
        (USDM_HOST, "GET", "/fapi/v1/openOrder"): Endpoint(usdm.query_open, Kind.QUERY, 1, "read"),
        (USDM_HOST, "GET", "/fapi/v1/openOrders"): Endpoint(usdm.open_orders, Kind.QUERY, 1, "read"),
        (USDM_HOST, "GET", "/fapi/v1/allOrders"): Endpoint(usdm.all_orders, Kind.QUERY, 5, "read"),
        (USDM_HOST, "GET", "/fapi/v1/userTrades"): Endpoint(usdm.trades, Kind.TRADES, 5, "read"),
    }


def _usdm_account(account: UsdmAccount) -> Endpoints:
    return {
        (USDM_HOST, "GET", "/fapi/v2/account"): Endpoint(account.account, Kind.BALANCE, 5, "read"),
        (USDM_HOST, "GET", "/fapi/v3/account"): Endpoint(account.account, Kind.BALANCE, 5, "read"),
        (USDM_HOST, "GET", "/fapi/v2/balance"): Endpoint(account.balance, Kind.BALANCE, 5, "read"),
        (USDM_HOST, "GET", "/fapi/v3/balance"): Endpoint(account.balance, Kind.BALANCE, 5, "read"),
        (USDM_HOST, "GET", "/fapi/v2/positionRisk"): Endpoint(account.risk, Kind.BALANCE, 5, "read"),
        (USDM_HOST, "GET", "/fapi/v3/positionRisk"): Endpoint(account.risk, Kind.BALANCE, 5, "read"),
        (USDM_HOST, "GET", "/fapi/v1/income"): Endpoint(account.income, Kind.TRADES, 30, "read"),
        (USDM_HOST, "POST", "/fapi/v1/leverage"): Endpoint(account.leverage, Kind.OTHER, 1, "perp"),
        (USDM_HOST, "POST", "/fapi/v1/marginType"): Endpoint(account.margin_type, Kind.OTHER, 1, "perp"),
        (USDM_HOST, "GET", "/fapi/v1/positionSide/dual"): Endpoint(account.dual, Kind.OTHER, 30, "read"),
    }


def _usdm_prices(prices: Tickers) -> Endpoints:
    return {
        (USDM_HOST, "GET", "/fapi/v1/ticker/price"): Endpoint(prices.price, Kind.MARKET, 1),
        (USDM_HOST, "GET", "/fapi/v2/ticker/price"): Endpoint(prices.price, Kind.MARKET, 1),
        (USDM_HOST, "GET", "/fapi/v1/ticker/bookTicker"): Endpoint(prices.book_ticker, Kind.MARKET, 2),
        (USDM_HOST, "GET", "/fapi/v1/ticker/24hr"): Endpoint(prices.day, Kind.MARKET, 1),
        (USDM_HOST, "GET", "/fapi/v1/premiumIndex"): Endpoint(prices.premium, Kind.MARKET, 1),
        (USDM_HOST, "GET", "/fapi/v1/depth"): Endpoint(prices.depth, Kind.MARKET, 5),
    }


def _coin_margined() -> Endpoints:
    # There are none; a client that asks for every kind of market still gets an answer.
    return {
        ("dapi.binance.com", "GET", "/dapi/v1/exchangeInfo"): Endpoint(_no_symbols, Kind.MARKET, 1),
    }


def _empty(_: Params) -> object:
    return {}


def _nothing(_: Params) -> object:
    return []


def _no_symbols(_: Params) -> object:
    return {"symbols": []}
