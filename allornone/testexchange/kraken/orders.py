"""Placing, finding and cancelling orders, as Kraken does it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Side
from allornone.testexchange.engine.order import Lasting, Order, OrderType, Ticket
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.testexchange.kraken.errors import DEADLINE_ELAPSED, KrakenError
from allornone.testexchange.kraken.forms import order_form, sentence
from allornone.testexchange.kraken.market_data import market_of
from allornone.testexchange.kraken.names import ORDER, lettered, numbered
from allornone.testexchange.kraken.params import Params
from allornone.units import ZERO

DEADLINE_MAX_MS = 60_000
PAGE = 50
"""Closed orders on one page."""

_Word = TypeVar("_Word")
_TYPES = {"market": OrderType.MARKET, "limit": OrderType.LIMIT}
_LASTING = {"GTC": Lasting.GTC, "IOC": Lasting.IOC, "FOK": Lasting.FOK}
_SIDES = {side.value: side for side in Side}


def add(engine: Engine, account: str, params: Params) -> dict[str, Any]:
    """Take an order. Raises KrakenError or RejectedError, and has then changed nothing."""
    if params.flag("validate"):
        Params.refuse("validate")  # trying an order out is not served
    ticket = _ticket(engine, account, params)
    market = engine.markets[ticket.symbol]
    _in_time(engine, params.deadline_ms())
    if ticket.client_id and any(order.open for order in engine.books.orders_under(account, ticket.client_id)):
        raise RejectedError(Reason.DUPLICATE, f"{ticket.client_id} is the id of an open order")
    placed = engine.trading.place(ticket).order
    answer: dict[str, Any] = {"descr": {"order": sentence(placed, market)}, "txid": [lettered(ORDER, placed.order_id)]}
    return answer | ({"cl_ord_id": ticket.client_id} if ticket.client_id else {})


def opened(engine: Engine, account: str, params: Params) -> dict[str, Any]:
    """Return what is open."""
    found = _of(engine.reading.open_orders(account), params)
    return {"open": _forms(engine, found, trades=params.flag("trades"))}


def closed(engine: Engine, account: str, params: Params) -> dict[str, Any]:
    """Return a page of what is over, newest first."""
    over = (order for order in engine.reading.orders(account) if not order.open)
    found = [order for order in _of(over, params) if _between(order, params)][::-1]
    shown = found[params.offset() : params.offset() + PAGE]
    return {"closed": _forms(engine, shown, trades=params.flag("trades")), "count": len(found)}


def queried(engine: Engine, account: str, params: Params) -> dict[str, Any]:
    """Return the orders of the ids given; an id that is nobody's is left out."""
    asked = {numbered(ORDER, text) for text in params.text("txid").split(",")}
    found = (order for order in engine.reading.orders(account) if order.order_id in asked)
    return _forms(engine, found, trades=params.flag("trades"))


def cancelled(engine: Engine, account: str, params: Params) -> dict[str, Any]:
    """Cancel one open order, by Kraken's id or by the client's own."""
    own = params.own_id()
    number = None if own else numbered(ORDER, params.text("txid"))
    for order in engine.books.open_orders(account=account):
        if (own and order.client_id == own) or order.order_id == number:
            engine.trading.cancel(order)
            return {"count": 1}
    raise RejectedError(Reason.UNKNOWN_ORDER, "no such open order")


def _ticket(engine: Engine, account: str, params: Params) -> Ticket:
    flags = (params.given("oflags") or "").split(",")
    volume, kind = params.number("volume"), _one_of(_TYPES, params.text("ordertype"), "ordertype")
    spends = "viqc" in flags and kind is OrderType.MARKET
    return Ticket(
        account=account,
        symbol=market_of(engine.markets, params.text("pair")).symbol,
        side=_one_of(_SIDES, params.text("type"), "type"),
        type=OrderType.POST_ONLY if "post" in flags and kind is OrderType.LIMIT else kind,
        client_id=params.own_id(),
        amount=ZERO if spends else volume,
        spend=volume if spends else ZERO,
        price=params.number("price") if kind is OrderType.LIMIT else ZERO,
        lasting=_one_of(_LASTING, params.given("timeinforce") or "GTC", "timeinforce"),
    )


def _in_time(engine: Engine, deadline_ms: int | None) -> None:
    if deadline_ms is None:
        return
    if deadline_ms > engine.now() + DEADLINE_MAX_MS:
        Params.refuse("deadline")
    if deadline_ms <= engine.now():
        raise KrakenError(DEADLINE_ELAPSED)


def _one_of(known: Mapping[str, _Word], text: str, name: str) -> _Word:
    return known[text] if text in known else Params.refuse(name)


def _of(orders: Iterable[Order], params: Params) -> list[Order]:
    own = params.own_id()
    return [order for order in orders if not own or order.client_id == own]


def _between(order: Order, params: Params) -> bool:
    at = {"open": order.created_ms, "close": order.updated_ms}.get(params.given("closetime") or "", order.updated_ms)
    start, end = params.moment("start"), params.moment("end")
    return (start is None or at / 1000 > start) and (end is None or at / 1000 <= end)


def _forms(engine: Engine, orders: Iterable[Order], *, trades: bool) -> dict[str, Any]:
    books, markets = engine.books, engine.markets
    return {
        lettered(ORDER, order.order_id): order_form(
            order, markets[order.symbol], books.order_fills(order.order_id), trades=trades
        )
        for order in orders
    }
