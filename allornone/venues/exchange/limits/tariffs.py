"""The tariffs of the exchanges known here. The sources are the exchanges' own API documentation, by section.

Where a limit counts per IP address and the file is shared by the processes of a host, that is what is counted. Where
it counts per account or key, accounts of the same kind on one host share it: less than they may have, never more.
"""

from collections.abc import Mapping

from allornone.venues.exchange.limits.tariff import Cost, Counted, Limit, Tariff

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_DAY = 24 * 60 * _MINUTE


def _weighs(weight: int) -> Cost:
    return {Counted.WEIGHT: weight}


def _public(calls: int) -> Cost:
    return {Counted.PUBLIC: calls}


def _order(weight: int) -> Cost:
    return {Counted.WEIGHT: weight, Counted.ORDERS: 1}


def _wallet(weight: int) -> Cost:
    return {Counted.WALLET: weight}


# Wallet endpoints: every endpoint has 180,000 a minute per account of its own; here they share one such limit. Those
# that count per IP address have 12,000, so that their weight is written fifteen-fold.
_WALLET = Limit("wallet-1m", Counted.WALLET, 180_000, _MINUTE)
_WALLET_COSTS: Mapping[str, Cost] = {
    "sapiGetCapitalConfigGetall": _wallet(150),
    "sapiPostCapitalWithdrawApply": _wallet(600),
    "sapiGetCapitalWithdrawHistory": _wallet(18_000),
    "sapiGetCapitalDepositHisrec": _wallet(15),
    "sapiGetCapitalDepositAddress": _wallet(150),
    "sapiPostAssetTransfer": _wallet(900),
    "sapiGetAssetTransfer": _wallet(15),
    "sapiGetAccountApiRestrictions": _wallet(15),
}

BINANCE_SPOT = Tariff(
    limits=(
        # Limits, IP limits, and exchangeInfo's rateLimits: REQUEST_WEIGHT. RAW_REQUESTS (61,000 in five minutes and
        # more) cannot be reached below it but by calls of weight 1 alone, of which no group is made.
        Limit("weight-1m", Counted.WEIGHT, 6_000, _MINUTE, "x-mbx-used-weight-1m"),
        # Unfilled order count: orders that fill are not counted there, here they are.
        Limit("orders-10s", Counted.ORDERS, 100, 10 * _SECOND, "x-mbx-order-count-10s"),
        Limit("orders-1d", Counted.ORDERS, 200_000, _DAY, "x-mbx-order-count-1d"),
        _WALLET,
    ),
    costs={
        "publicGetTime": _weighs(1),
        "publicGetDepth": _weighs(5),
        "fetch_order_book": _weighs(5),  # up to 100 levels
        "load_markets": _weighs(20),
        "privatePostOrder": _order(1),
        "privateDeleteOrder": _weighs(1),
        "privateGetOrder": _weighs(4),
        "privateGetOpenOrders": _weighs(6),
        "privateGetAllOrders": _weighs(20),
        "privateGetMyTrades": _weighs(20),
        "privateGetAccount": _weighs(20),
        **_WALLET_COSTS,
    },
    usual=_weighs(20),
)

BINANCE_USDM = Tariff(
    limits=(
        Limit("weight-1m", Counted.WEIGHT, 2_400, _MINUTE, "x-mbx-used-weight-1m"),
        Limit("orders-10s", Counted.ORDERS, 300, 10 * _SECOND, "x-mbx-order-count-10s"),
        Limit("orders-1m", Counted.ORDERS, 1_200, _MINUTE, "x-mbx-order-count-1m"),
    ),
    costs={
        "fapiPublicGetTime": _weighs(1),
        "fapiPublicGetDepth": _weighs(5),
        "fetch_order_book": _weighs(5),
        "load_markets": _weighs(1),
        # New order: 0 on the IP's weight. It is counted as 1, since a call of no weight could be sent without end.
        "fapiPrivatePostOrder": _order(1),
        "fapiPrivateDeleteOrder": _weighs(1),
        "fapiPrivateGetOrder": _weighs(1),
        "fapiPrivateGetOpenOrders": _weighs(1),
        "fapiPrivateGetAllOrders": _weighs(5),
        "fapiPrivateGetUserTrades": _weighs(5),
        "fapiPrivateV2GetAccount": _weighs(5),
        "fapiPrivateV3GetAccount": _weighs(5),
        "fapiPrivateV2GetPositionRisk": _weighs(5),
        "fapiPrivateV3GetPositionRisk": _weighs(5),
        "fapiPrivateGetIncome": _weighs(30),
    },
    usual=_weighs(20),
)

KRAKEN = Tariff(
    limits=(
        # Spot REST rate limits: a counter that may reach 15 and falls by 0.33 a second (tier Starter). 15 in any 45 s
        # keep below it, since nobody then has more than 15 at once, nor more than 15 every 45 s.
        Limit("calls-45s", Counted.WEIGHT, 15, 45 * _SECOND),
        # API rate limits, public: one a second is within them.
        Limit("public-15s", Counted.PUBLIC, 15, 15 * _SECOND),
        # Trading rate limits, tier Starter: a counter of every pair that may reach 60 and falls by 1 a second. An order
        # adds 1, a cancel within five seconds 8. All pairs are counted as if they were one.
        Limit("orders-60s", Counted.ORDERS, 60, 60 * _SECOND),
    ),
    costs={
        "privatePostAddOrder": {Counted.ORDERS: 1},
        "privatePostCancelOrder": {Counted.ORDERS: 8},
        "privatePostTradesHistory": _weighs(2),
        "privatePostLedgers": _weighs(2),
        "privatePostQueryLedgers": _weighs(2),
        "load_markets": _public(2),  # Assets and AssetPairs
        "publicGetTime": _public(1),
        "fetch_order_book": _public(1),
    },
)

COINBASE = Tariff(
    # Advanced Trade REST API rate limits: private endpoints 30 a second per user, public ones 10 a second per IP.
    limits=(
        Limit("calls-1s", Counted.WEIGHT, 30, _SECOND),
        Limit("public-1s", Counted.PUBLIC, 10, _SECOND),
    ),
    costs={
        "load_markets": {Counted.PUBLIC: 6, Counted.WEIGHT: 6},  # of both kinds; how many depends on the key
        "v3PublicGetBrokerageTime": _public(1),
        "fetch_order_book": _public(1),
    },
)

_KNOWN: Mapping[tuple[str, str], Tariff] = {
    ("binance", "spot"): BINANCE_SPOT,
    ("binance", "usdm"): BINANCE_USDM,
    ("kraken", "spot"): KRAKEN,
    ("coinbase", "spot"): COINBASE,
}

UNKNOWN = Tariff(
    limits=(Limit("calls-10s", Counted.WEIGHT, 10, 10 * _SECOND),),
    costs={"load_markets": _weighs(5)},  # several requests, how many differs
)
"""A call a second, which ccxt's throttle allows at all but a few exchanges. More by the settings' `limits_share`."""


ELSEWHERE: Mapping[tuple[str, str], Mapping[str, str]] = {("binance", "usdm"): {"public": "spot", "sapi": "spot"}}
"""Calls of an account that another one's interface answers and counts, by how ccxt's names of them begin.

`/api` and `/sapi` of api.binance.com and `/fapi` of fapi.binance.com "don't share limits with each other" (Binance's
developer forum, Request limit on the API endpoints), though `/api` and `/fapi` tell what is used by a header of one
name, `X-MBX-USED-WEIGHT-1M`: each has a `REQUEST_WEIGHT` of its own in its `exchangeInfo`.
"""


def tariff_of(exchange: str, account: str) -> Tariff:
    """Return the tariff of an account, by ccxt's name of the exchange and the settings' name of the account."""
    return _KNOWN.get((exchange, account), UNKNOWN)
