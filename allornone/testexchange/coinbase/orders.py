"""Placing, finding and cancelling orders, as Coinbase does it: an id given again shows the first order of that id."""

from collections.abc import Sequence
from typing import Any, TypeVar

from allornone.testexchange.coinbase.forms import configuration, fill_form, order_form
from allornone.testexchange.coinbase.ids import identified, numbered
from allornone.testexchange.coinbase.problem import brokerage, invalid, order_failure
from allornone.testexchange.coinbase.request import Request, number
from allornone.testexchange.coinbase.shapes import list_of, object_of
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Side
from allornone.testexchange.engine.order import Fill, Lasting, Order, OrderType, Ticket
from allornone.testexchange.engine.rejection import RejectedError
from allornone.units import ZERO

_Row = TypeVar("_Row", Order, Fill)
_SIDES = {side.value.upper(): side for side in Side}
_LIMITS = {"limit_limit_gtc": Lasting.GTC, "sor_limit_ioc": Lasting.IOC, "limit_limit_fok": Lasting.FOK}
_MARKET = "market_market_ioc"


def create(engine: Engine, request: Request) -> dict[str, Any]:
    """Create an order, or return the one that has its id. One that is turned down is a 200 that failed."""
    ticket = _ticket(request)
    earlier = engine.books.orders_under(request.account, ticket.client_id)
    if earlier:
        return _created(earlier[0])
    try:
        return _created(engine.trading.place(ticket).order)
    except RejectedError as error:
        return order_failure(error.reason, str(error), request.body["order_configuration"])


def one(engine: Engine, request: Request) -> dict[str, Any]:
    """Return one order by Coinbase's id."""
    asked = numbered(request.path[0])
    order = next((order for order in engine.reading.orders(request.account) if order.order_id == asked), None)
    if order is None:
        raise brokerage(404, "NOT_FOUND", "order with this orderID was not found")
    return {"order": order_form(order, engine.books.order_fills(order.order_id))}


def batch(engine: Engine, request: Request) -> dict[str, Any]:
    """Return a page of orders, newest first. There is no filter by the client's own id."""
    shown = [order for order in engine.reading.orders(request.account) if _wanted(engine, order, request)][::-1]
    page, cursor = _page(shown, request)
    forms = [order_form(order, engine.books.order_fills(order.order_id)) for order in page]
    return {"orders": forms, "sequence": "0", "has_next": bool(cursor), "cursor": cursor}


def fills(engine: Engine, request: Request) -> dict[str, Any]:
    """Return a page of fills, newest first."""
    orders = {numbered(text) for text in request.every("order_ids", "order_id")}
    products = set(request.every("product_ids", "product_id"))
    start, end = request.moment_ms("start_sequence_timestamp"), request.moment_ms("end_sequence_timestamp")
    found = [
        fill
        for fill in engine.reading.fills(request.account)
        if (not orders or fill.order_id in orders)
        and (not products or fill.symbol in products)
        and _between(fill.at_ms, start, end)
    ][::-1]
    page, cursor = _page(found, request)
    return {"fills": [fill_form(fill, engine.books.orders[fill.order_id]) for fill in page], "cursor": cursor}


def cancel(engine: Engine, request: Request) -> dict[str, Any]:
    """Cancel orders by Coinbase's ids; each has a result of its own."""
    asked = list_of(request.body.get("order_ids"))
    if not asked:
        raise invalid("order_ids is missing or malformed")
    return {"results": [_cancelled(engine, request.account, str(text)) for text in asked]}


def _cancelled(engine: Engine, account: str, text: str) -> dict[str, Any]:
    order = engine.books.orders.get(numbered(text) or 0)
    if order is None or order.account != account:
        return {"success": False, "failure_reason": "UNKNOWN_CANCEL_ORDER", "order_id": text}
    if not order.open:
        return {"success": False, "failure_reason": "DUPLICATE_CANCEL_REQUEST", "order_id": text}
    engine.trading.cancel(order)
    return {"success": True, "failure_reason": "UNKNOWN_CANCEL_FAILURE_REASON", "order_id": text}


def _created(order: Order) -> dict[str, Any]:
    order_id = identified(order.order_id)
    return {
        "success": True,
        "failure_reason": "UNKNOWN_FAILURE_REASON",
        "order_id": order_id,
        "success_response": {
            "order_id": order_id,
            "product_id": order.symbol,
            "side": order.side.value.upper(),
            "client_order_id": order.client_id,
            "attached_order_id": "",
        },
        # Coinbase's own client reads what was asked for from here, and breaks where there is nothing.
        "order_configuration": configuration(order),
    }


def _ticket(request: Request) -> Ticket:
    kind, sized = _configuration(request.body.get("order_configuration"))
    side = _SIDES.get(request.text("side"))
    if side is None:
        raise invalid("side is BUY or SELL")
    in_quote = kind == _MARKET and "quote_size" in sized
    limit = OrderType.POST_ONLY if sized.get("post_only") is True else OrderType.LIMIT
    return Ticket(
        account=request.account,
        symbol=request.text("product_id"),
        side=side,
        type=OrderType.MARKET if kind == _MARKET else limit,
        client_id=request.text("client_order_id"),
        amount=ZERO if in_quote else number(sized, "base_size"),
        spend=number(sized, "quote_size") if in_quote else ZERO,
        price=ZERO if kind == _MARKET else number(sized, "limit_price"),
        lasting=_LIMITS.get(kind, Lasting.GTC),
    )


def _configuration(given: Any) -> tuple[str, dict[str, Any]]:
    kinds = object_of(given) or {}
    if len(kinds) != 1:
        raise invalid("order_configuration has one kind of order")
    ((kind, of_kind),) = kinds.items()
    sized = object_of(of_kind)
    if kind not in (_MARKET, *_LIMITS) or sized is None:
        raise invalid(f"order configuration {kind} is not served")
    return kind, sized


def _wanted(engine: Engine, order: Order, request: Request) -> bool:
    ids = {numbered(text) for text in request.every("order_ids")}
    products, states = request.every("product_ids", "product_id"), request.every("order_status")
    return (
        (not ids or order.order_id in ids)
        and (not products or order.symbol in products)
        and (not states or order_form(order, engine.books.order_fills(order.order_id))["status"] in states)
        and _between(order.created_ms, request.moment_ms("start_date"), request.moment_ms("end_date"))
    )


def _between(at_ms: int, start: int | None, end: int | None) -> bool:
    return (start is None or at_ms >= start) and (end is None or at_ms < end)


def _page(found: Sequence[_Row], request: Request) -> tuple[Sequence[_Row], str]:
    begins = request.offset()
    ends = begins + request.limit()
    return found[begins:ends], str(ends) if ends < len(found) else ""
