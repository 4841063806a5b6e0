"""Which orders and fills a request asks for: the parameters that spot and USD-M share."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.engine.order import Fill, Order
from allornone.testexchange.engine.rejection import Reason, RejectedError

_Row = TypeVar("_Row")
_ROWS_MAX = 1000
_ROWS_DEFAULT = 500


def is_asked_for(order: Order, params: Params) -> bool:
    """Tell whether an order is the one that `orderId`, `origClientOrderId`, or both of them name."""
    order_id, client_id = params.whole("orderId"), params.client_id("origClientOrderId")
    if order_id is None and client_id is None:
        raise ProblemError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    return order_id in (None, order.order_id) and client_id in (None, order.client_id)


def newest(orders: Sequence[Order], params: Params) -> Order:
    """Return the newest order that is asked for. Raises RejectedError where there is none."""
    for order in reversed(orders):
        if is_asked_for(order, params):
            return order
    raise RejectedError(Reason.UNKNOWN_ORDER, "no such order")


def newest_open(orders: Sequence[Order], params: Params) -> Order:
    """Return the newest open order that is asked for. One unknown or closed is answered alike."""
    for order in reversed(orders):
        if is_asked_for(order, params) and order.open:
            return order
    raise ProblemError(-2011, "Unknown order sent.")


def some_orders(orders: Iterable[Order], params: Params) -> list[Order]:
    """Return those from `orderId` on, within the times, as many as the limit allows."""
    first = params.whole("orderId")
    kept = [
        order for order in orders if (first is None or order.order_id >= first) and within(params, order.created_ms)
    ]
    return page(kept, params, from_start=first is not None)


def some_fills(fills: Iterable[Fill], params: Params, *, overlaps: bool = False) -> list[Fill]:
    """Return those of `orderId`, from `fromId` on, within the times, as many as the limit allows.

    With `overlaps` the one before `fromId` is among them.
    """
    order_id, first = params.whole("orderId"), params.whole("fromId")
    kept = [fill for fill in fills if (order_id is None or fill.order_id == order_id) and within(params, fill.at_ms)]
    if first is not None:
        passed = sum(fill.trade_id < first for fill in kept)
        kept = kept[passed - (overlaps and passed > 0) :]
    return page(kept, params, from_start=first is not None or params.given("startTime") is not None)


def within(params: Params, at_ms: int) -> bool:
    """Tell whether a time is not before `startTime` and not after `endTime`, where they are given."""
    start, end = params.whole("startTime"), params.whole("endTime")
    return (start is None or at_ms >= start) and (end is None or at_ms <= end)


def page(found: list[_Row], params: Params, *, from_start: bool) -> list[_Row]:
    """Return the first rows, or the last, as many as the limit allows."""
    limit = params.whole("limit")
    limit = _ROWS_DEFAULT if limit is None else limit
    if not 1 <= limit <= _ROWS_MAX:
        raise ProblemError(-1130, "Data sent for parameter 'limit' is not valid.")
    return found[:limit] if from_start else found[-limit:]
