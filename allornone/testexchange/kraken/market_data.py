"""What Kraken tells anybody: its assets, its pairs, their prices and its time."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Market, Side
from allornone.testexchange.engine.matching import offers
from allornone.testexchange.kraken.errors import UNKNOWN_PAIR, KrakenError
from allornone.testexchange.kraken.forms import COST_PLACES, VOLUME_PLACES, at_least, fixed, places
from allornone.testexchange.kraken.names import asset_id, means, pair_id, pair_name, pair_with_slash, short_name
from allornone.units import times

_OLD_PLACES = 10
_DISPLAYED = 5


def time(engine: Engine) -> dict[str, Any]:
    """Return the exchange's clock."""
    at = datetime.fromtimestamp(engine.now() // 1000, UTC)
    return {"unixtime": engine.now() // 1000, "rfc1123": format_datetime(at)}


def status(engine: Engine) -> dict[str, Any]:
    """Return whether it trades at all."""
    at = datetime.fromtimestamp(engine.now() // 1000, UTC)
    return {"status": "online", "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ")}


def assets(engine: Engine) -> dict[str, Any]:
    """Return every asset that a pair has."""
    found = {asset for market in engine.markets.values() for asset in (market.base, market.quote)}
    return {asset_id(asset): _asset(asset) for asset in sorted(found)}


def pairs(engine: Engine, asked: str | None) -> dict[str, Any]:
    """Return the pairs asked for, or all."""
    return {pair_id(market): _pair(market) for market in chosen(engine.markets.values(), asked)}


def ticker(engine: Engine, asked: str | None) -> dict[str, Any]:
    """Return best prices. Nobody keeps a day's statistics here: today's fields repeat the price."""
    return {pair_id(market): _prices(market) for market in chosen(engine.markets.values(), asked)}


def depth(engine: Engine, asked: str | None) -> dict[str, Any]:
    """Return what the house and others offer around the price."""
    at = engine.now() // 1000

    def levels(market: Market, side: Side) -> list[list[object]]:
        found = offers(market, side, engine.books.open_orders(market.symbol))
        return [[fixed(offer.price, places(market.tick)), at_least(offer.amount, 3), at] for offer in found]

    return {
        pair_id(market): {"asks": levels(market, Side.BUY), "bids": levels(market, Side.SELL)}
        for market in chosen(engine.markets.values(), asked)
    }


def chosen(markets: Iterable[Market], asked: str | None) -> list[Market]:
    """Return the markets that a list of names means. Raises KrakenError where one means none."""
    if not asked:
        return list(markets)
    known = list(markets)
    found = [next((market for market in known if means(market, name)), None) for name in asked.split(",")]
    if None in found:
        raise KrakenError(UNKNOWN_PAIR)
    return [market for market in found if market is not None]


def market_of(markets: Mapping[str, Market], name: str) -> Market:
    """Return the market that a name means."""
    return chosen(markets.values(), name or "?")[0]


def _asset(asset: str) -> dict[str, Any]:
    old = asset_id(asset) != asset
    return {
        "aclass": "currency",
        "altname": short_name(asset),
        "decimals": _OLD_PLACES if old else VOLUME_PLACES,
        "display_decimals": _DISPLAYED,
        "status": "enabled",
    }


def _pair(market: Market) -> dict[str, Any]:
    return {
        "altname": pair_name(market),
        "wsname": pair_with_slash(market),
        "aclass_base": "currency",
        "base": asset_id(market.base),
        "aclass_quote": "currency",
        "quote": asset_id(market.quote),
        "lot": "unit",
        "cost_decimals": COST_PLACES,
        "pair_decimals": places(market.tick),
        "lot_decimals": places(market.step),
        "lot_multiplier": 1,
        "leverage_buy": [],
        "leverage_sell": [],
        "fees": [[0, _percent(market.taker_fee)]],
        "fees_maker": [[0, _percent(market.maker_fee)]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": at_least(market.minimum, 0),
        "costmin": at_least(market.minimum_cost, 0),
        "tick_size": at_least(market.tick, 0),
        "status": "cancel_only" if market.halted else "online",
    }


def _percent(rate: Decimal) -> float:
    return float(times(rate, Decimal(100)))


def _prices(market: Market) -> dict[str, Any]:
    digits = places(market.tick)
    ask, amount = market.ladder(Side.BUY)[0]
    bid, _ = market.ladder(Side.SELL)[0]
    last, lot = fixed(market.mark, digits), fixed(amount, VOLUME_PLACES)
    day = [lot, lot]
    return {
        "a": [fixed(ask, digits), "1", fixed(amount, 3)],
        "b": [fixed(bid, digits), "1", fixed(amount, 3)],
        "c": [last, lot],
        "v": day,
        "p": [last, last],
        "t": [0, 0],
        "l": [last, last],
        "h": [last, last],
        "o": last,
    }
