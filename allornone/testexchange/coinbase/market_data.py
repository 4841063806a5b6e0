"""What Coinbase tells anybody: its products, its currencies and its time."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from allornone.testexchange.coinbase.forms import plain, product_form
from allornone.testexchange.coinbase.problem import invalid
from allornone.testexchange.coinbase.request import Request
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Market, Side
from allornone.testexchange.engine.matching import offers
from allornone.units import EXACT

_FIAT = {"USD": "United States Dollar", "EUR": "Euro"}
_NAMES = {"BTC": "Bitcoin", "ETH": "Ethereum", "USDT": "Tether", "USDC": "USDC"}


def brokerage_time(engine: Engine, _: Request) -> dict[str, Any]:
    """Return the exchange's clock as Advanced Trade writes it."""
    now = engine.now()
    return {"iso": _iso(now), "epochSeconds": str(now // 1000), "epochMillis": str(now)}


def time(engine: Engine, _: Request) -> dict[str, Any]:
    """Return the exchange's clock as `/v2` writes it."""
    return {"data": {"iso": _iso(engine.now()), "epoch": engine.now() // 1000}}


def products(engine: Engine, request: Request) -> dict[str, Any]:
    """Return the spot products; there are no futures."""
    wanted = set(request.every("product_ids"))
    spot = request.one("product_type") in (None, "SPOT", "UNKNOWN_PRODUCT_TYPE")
    found = [product_form(market) for market in engine.markets.values() if spot]
    found = [form for form in found if not wanted or form["product_id"] in wanted]
    return {"products": found, "num_products": len(found)}


def book(engine: Engine, request: Request) -> dict[str, Any]:
    """Return the best prices of the products asked for."""
    wanted = request.every("product_ids", "product_id")
    return {"pricebooks": [_best(engine, symbol) for symbol in engine.markets if not wanted or symbol in wanted]}


def product_book(engine: Engine, request: Request) -> dict[str, Any]:
    """Return the offers around one product's price, best first."""
    market = engine.markets.get(request.one("product_id") or "")
    if market is None:
        raise invalid("valid product_id is required")
    return {
        "pricebook": {
            "product_id": market.symbol,
            "bids": _levels(engine, market, Side.SELL, request.limit()),
            "asks": _levels(engine, market, Side.BUY, request.limit()),
            "time": _iso(engine.now()),
        }
    }


def fiat(engine: Engine, _: Request) -> dict[str, Any]:
    """Return the currencies that are money."""
    found = [asset for asset in _assets(engine) if asset in _FIAT]
    return {"data": [{"id": asset, "name": _FIAT[asset], "min_size": "0.01"} for asset in found]}


def crypto(engine: Engine, _: Request) -> dict[str, Any]:
    """Return the currencies that are not."""
    return {"data": [_crypto(nth, asset) for nth, asset in enumerate(_assets(engine)) if asset not in _FIAT]}


def rates(engine: Engine, _: Request) -> dict[str, Any]:
    """Return how much of each asset a dollar buys, as far as a product tells."""
    found = {"USD": "1"}
    for market in engine.markets.values():
        if market.quote in ("USD", "USDT", "USDC"):
            found[market.base] = plain(EXACT.divide(Decimal(1), market.mark).quantize(Decimal("1e-12"), context=EXACT))
    return {"data": {"currency": "USD", "rates": found}}


def fees(engine: Engine, _: Request) -> dict[str, Any]:
    """Return what an account pays."""
    market = next(iter(engine.markets.values()))
    tier = {
        "pricing_tier": "Advanced 1",
        "usd_from": "0",
        "usd_to": "1000",
        "taker_fee_rate": plain(market.taker_fee),
        "maker_fee_rate": plain(market.maker_fee),
        "aop_from": "",
        "aop_to": "",
    }
    return {
        "total_volume": 0,
        "total_fees": 0,
        "fee_tier": tier,
        "margin_rate": None,
        "goods_and_services_tax": None,
        "advanced_trade_only_volume": 0,
        "advanced_trade_only_fees": 0,
        "coinbase_pro_volume": 0,
        "coinbase_pro_fees": 0,
        "total_balance": "",
    }


def _levels(engine: Engine, market: Market, side: Side, limit: int) -> list[dict[str, str]]:
    """Return what an order of `side` meets, the house's and others', best first."""
    found = offers(market, side, engine.books.open_orders(market.symbol))
    return [{"price": plain(offer.price), "size": plain(offer.amount)} for offer in found[:limit]]


def _best(engine: Engine, symbol: str) -> dict[str, Any]:
    market = engine.markets[symbol]
    return {
        "product_id": symbol,
        "bids": _levels(engine, market, Side.SELL, 1),
        "asks": _levels(engine, market, Side.BUY, 1),
        "time": _iso(engine.now()),
    }


def _crypto(nth: int, asset: str) -> dict[str, Any]:
    return {
        "asset_id": str(uuid5(NAMESPACE_URL, f"coinbase/asset/{asset}")),
        "code": asset,
        "name": _NAMES.get(asset, asset),
        "color": "#000000",
        "sort_index": 100 + nth,
        "exponent": 8,
        "type": "crypto",
        "address_regex": "^(?:0x)?[0-9a-fA-F]{40}$",
    }


def _assets(engine: Engine) -> list[str]:
    return sorted({asset for market in engine.markets.values() for asset in (market.base, market.quote)})


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
