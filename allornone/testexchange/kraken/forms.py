"""How Kraken writes orders and trades: times in seconds with a fraction, amounts as strings of fixed places."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.order import Fill, Lasting, Order, OrderStatus, OrderType
from allornone.testexchange.kraken.names import ORDER, TRADE, lettered, pair_id, pair_name
from allornone.units import EXACT, ZERO

VOLUME_PLACES = 8
COST_PLACES = 8

_STATUS = {
    OrderStatus.NEW: "open",
    OrderStatus.PARTIAL: "open",
    OrderStatus.FILLED: "closed",
    OrderStatus.CANCELED: "canceled",
    OrderStatus.EXPIRED: "canceled",
    OrderStatus.MET_OWN: "canceled",
}
"""What an IOC or a market order leaves is canceled; `expired` is for orders with a date, which are not here."""

_REASON = {
    OrderStatus.CANCELED: "User requested",
    OrderStatus.EXPIRED: "Order could not be filled",
    OrderStatus.MET_OWN: "Cannot trade with self",
}
"""The last one is Kraken's (support, self trading prevention)."""


def seconds(milliseconds: int) -> float:
    """Return a moment as Kraken writes it."""
    return milliseconds / 1000


def places(step: Decimal) -> int:
    """Return how many places a step or a tick has."""
    exponent = step.normalize(EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def fixed(amount: Decimal, digits: int) -> str:
    """Return `amount` with `digits` places, cut off."""
    return format(amount.quantize(Decimal(1).scaleb(-digits), ROUND_DOWN, EXACT), "f")


def at_least(amount: Decimal, digits: int) -> str:
    """Return `amount` with `digits` places, or with more where it has more."""
    return fixed(amount, max(digits, places(amount)))


def sentence(order: Order, market: Market) -> str:
    """Return an order in words: `buy 0.02100000 ETHUSDT @ limit 330.00`."""
    volume = fixed(order.amount if not order.spend else order.spend, VOLUME_PLACES)
    kind = "market" if order.type is OrderType.MARKET else f"limit {fixed(order.price, places(market.tick))}"
    return f"{order.side.value} {volume} {pair_name(market)} @ {kind}"


def order_form(order: Order, market: Market, fills: Sequence[Fill], *, trades: bool) -> dict[str, Any]:
    """Return an order as `OpenOrders`, `ClosedOrders` and `QueryOrders` show it."""
    digits = places(market.tick)
    average = EXACT.divide(order.cost, order.filled) if order.filled else ZERO
    limit = "0" if order.type is OrderType.MARKET else fixed(order.price, digits)
    form: dict[str, Any] = {
        "refid": None,
        "userref": None,
        "cl_ord_id": order.client_id or None,
        "status": _STATUS[order.status],
        "opentm": seconds(order.created_ms),
        "starttm": 0,
        "expiretm": 0,
        "descr": {
            "pair": pair_name(market),
            "aclass": "forex",
            "type": order.side.value,
            "ordertype": "market" if order.type is OrderType.MARKET else "limit",
            "price": limit,
            "price2": "0",
            "leverage": "none",
            "order": sentence(order, market),
            "close": "",
        },
        "vol": fixed(order.amount, VOLUME_PLACES),
        "vol_exec": fixed(order.filled, VOLUME_PLACES),
        "cost": fixed(order.cost, COST_PLACES),
        "fee": fixed(sum((fill.fee for fill in fills), ZERO), COST_PLACES),
        "price": fixed(average, digits),
        "stopprice": fixed(ZERO, digits),
        "limitprice": fixed(ZERO, digits),
        "misc": "",
        "oflags": _flags(order),
        "margin": False,
    }
    if trades:
        form["trades"] = [lettered(TRADE, fill.fill_id) for fill in fills]
    if not order.open:
        form |= {"reason": _REASON.get(order.status), "closetm": seconds(order.updated_ms)}
    if order.lasting is Lasting.IOC:
        form["timeinforce"] = "IOC"
    return form


def trade_form(fill: Fill, order: Order, market: Market) -> dict[str, Any]:
    """Return a trade as `TradesHistory` and `QueryTrades` show it. The fee is in quote."""
    return {
        "ordertxid": lettered(ORDER, fill.order_id),
        "postxid": lettered("TKH2SE", fill.fill_id),
        "pair": pair_id(market),
        "aclass": "forex",
        "time": seconds(fill.at_ms),
        "type": fill.side.value,
        "ordertype": "market" if order.type is OrderType.MARKET else "limit",
        "price": fixed(fill.price, places(market.tick)),
        "cost": at_least(fill.cost, COST_PLACES),
        "fee": at_least(fill.fee, COST_PLACES),
        "vol": fixed(fill.amount, VOLUME_PLACES),
        "margin": fixed(ZERO, COST_PLACES),
        "leverage": "0",
        "misc": "",
        "trade_id": fill.trade_id,
        "maker": fill.maker,
    }


def _flags(order: Order) -> str:
    flags = ["fciq"]
    if order.spend:
        flags.append("viqc")
    if order.type is OrderType.POST_ONLY:
        flags.append("post")
    return ",".join(flags)
