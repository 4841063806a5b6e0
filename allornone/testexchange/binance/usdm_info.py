"""The USD-M markets as `exchangeInfo` and its neighbours tell them."""

from decimal import Decimal

from allornone.testexchange.binance.limits import Limits
from allornone.testexchange.binance.places import places, plain
from allornone.testexchange.engine.market import Market
from allornone.units import EXACT

MAINTENANCE = Decimal("0.004")
"""Which part of a position's value must stay as margin; nothing is liquidated here, it is only told."""
_FOREVER_MS = 4_133_404_800_000
_ONBOARD_MS = 1_569_398_400_000
_LEVERAGE_MAX = 125
_CAP = 50_000


def usdm_info(markets: list[Market], limits: Limits, now_ms: int) -> dict[str, object]:
    """Return the answer of `GET /fapi/v1/exchangeInfo`."""
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": [
            {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": limits.weight_1m},
            {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": limits.orders_10s},
        ],
        "exchangeFilters": [],
        "assets": [
            {"asset": asset, "marginAvailable": True, "autoAssetExchange": "0"}
            for asset in sorted({market.quote for market in markets})
        ],
        "symbols": [_symbol(market) for market in markets],
    }


def bracket(market: Market) -> dict[str, object]:
    """Return a market's one bracket of leverage."""
    one = {
        "bracket": 1,
        "initialLeverage": _LEVERAGE_MAX,
        "notionalCap": _CAP,
        "notionalFloor": 0,
        "maintMarginRatio": float(MAINTENANCE),
        "cum": 0.0,
    }
    return {"symbol": market.name, "notionalCoef": 1.0, "brackets": [one]}


def _symbol(market: Market) -> dict[str, object]:
    return {
        "symbol": market.name,
        "pair": market.name,
        "contractType": "PERPETUAL",
        "deliveryDate": _FOREVER_MS,
        "onboardDate": _ONBOARD_MS,
        "status": "BREAK" if market.halted else "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": market.base,
        "quoteAsset": market.quote,
        "marginAsset": market.quote,
        "pricePrecision": places(market.tick),
        "quantityPrecision": places(market.step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10_000,
        "filters": _filters(market),
        "orderTypes": ["LIMIT", "MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        "permissionSets": ["GRID", "COPY"],
    }


def _filters(market: Market) -> list[dict[str, object]]:
    lot = {
        "minQty": plain(market.minimum, market.step),
        "maxQty": plain(market.maximum, market.step),
        "stepSize": plain(market.step, market.step),
    }
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": plain(market.tick, market.tick),
            "maxPrice": plain(Decimal(1_000_000), market.tick),
            "tickSize": plain(market.tick, market.tick),
        },
        {"filterType": "LOT_SIZE", **lot},
        {"filterType": "MARKET_LOT_SIZE", **lot},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": 10},
        {"filterType": "MIN_NOTIONAL", "notional": format(market.minimum_cost, "f")},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": format(market.band, "f"),
            "multiplierDown": format(EXACT.divide(Decimal(1), market.band), "f"),
            "multiplierDecimal": "4",
        },
    ]
