"""Coinbase's spot orders: listed by product and time and told by our id, which its list cannot be asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from allornone.errors import VenueUnavailableError
from allornone.models.details import Side, SpotTradeDetails
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.units import normalised, times, total
from allornone.venues.exchange.coinbase.timed import Rows, Timed
from allornone.venues.exchange.market import best, book_of, bounded, market_of
from allornone.venues.exchange.order import Fill, Sighting, VenueOrder, taken
from allornone.venues.exchange.readable import readable
from allornone.venues.exchange.trade import is_unbounded_buy

_PAGE = 100
_UNPINNED = timedelta(hours=1)
"""How far back a reference without an intent is looked for: far more than any request may be taken late."""
_SLACK = timedelta(minutes=1)
_OPEN = frozenset({"PENDING", "OPEN", "QUEUED", "CANCEL_QUEUED", "EDIT_QUEUED"})
_ENDED = frozenset({"FILLED", "CANCELLED", "EXPIRED", "FAILED"})
_BUY_BPS = Decimal(500)
"""A market buy is for an amount of quote at Coinbase; one for base is bounded so far above the best price."""
_KINDS = {"GTC": "limit_limit_gtc", "IOC": "sor_limit_ioc"}


class CoinbaseOrders:
    """The spot orders of one account."""

    contract = False

    def __init__(self, timed: Timed) -> None:
        self._timed = timed
        self._client = timed.client

    async def pinned(self, request: ExecutionRequest) -> dict[str, str]:
        """Return the own id, the last moment that its token is good for, and a bound where a buy has none."""
        now = await self._timed.time()
        details = _details(request)
        pinned = {
            "own_id": own_id(request.client_ref),
            "looked_from": (min(now, request.not_after) - _SLACK).isoformat(),
            "not_after": request.not_after.isoformat(),
        }
        if is_unbounded_buy(details):
            market = await market_of(self._client, details.pair, contract=False)
            book = await book_of(self._client, market.symbol, 1)
            price = best(book, Side.BUY, market.symbol, self._client.options.spread_bps)
            pinned["price"] = str(bounded(price, _BUY_BPS, Side.BUY, market.tick))
            pinned["time_in_force"] = "IOC"
        return pinned

    async def place(self, prepared: Prepared) -> VenueOrder:
        """Send the order once, with a token that is over when the order may not be taken any more; read its fills.

        An order that is taken and not shown yet is open.
        Raises NotSentError, without sending, where that is already so by Coinbase's own clock.
        """
        latest = datetime.fromisoformat(prepared["not_after"])
        answer = await self._timed.write("v3PrivatePostBrokerageOrders", _order_of(prepared), latest)
        placed = answer.accepted()
        with readable("the answer to an order"):
            order_id = str(placed["success_response"]["order_id"])
        try:
            shown = await self._client.read("v3PrivateGetBrokerageOrdersHistoricalOrderId", {"order_id": order_id})
            with readable(f"order {order_id}"):
                return await self._order(shown["order"])
        except VenueUnavailableError:
            return taken(order_id, _amount(prepared["amount"]), await self._timed.now())

    async def find(self, request: ExecutionRequest, prepared: Prepared | None) -> Sighting:
        """Return every order under the reference, out of all of its product's in the time it can have been taken in."""
        time = await self._timed.time()
        with readable("the orders"):
            orders = [await self._order(row) for row in await self._rows(request, prepared)]
        return Sighting(tuple(orders), time)

    async def cancel(self, request: ExecutionRequest, prepared: Prepared | None) -> None:
        """Cancel what is open, by Coinbase's own ids; what cannot be cancelled any more is shown by the next look."""
        await self._timed.now()
        with readable("the orders"):
            rows = await self._rows(request, prepared)
            ids = [str(row["order_id"]) for row in rows if row["status"] in _OPEN]
        if ids:
            (await self._client.call("v3PrivatePostBrokerageOrdersBatchCancel", {"order_ids": ids})).shown()

    async def _rows(self, request: ExecutionRequest, prepared: Prepared | None) -> Rows:
        since = request.not_after - _UNPINNED
        if prepared is not None and "looked_from" in prepared:
            since = datetime.fromisoformat(prepared["looked_from"])
        params = {
            "product_ids": await self._product(request, prepared),
            "start_date": since.isoformat().replace("+00:00", "Z"),
            "end_date": (request.not_after + _SLACK).isoformat().replace("+00:00", "Z"),
            "limit": _PAGE,
        }
        rows = await self._timed.every("v3PrivateGetBrokerageOrdersHistoricalBatch", "orders", params)
        mine = {str(row["order_id"]): row for row in rows if row["client_order_id"] == own_id(request.client_ref)}
        return list(mine.values())

    async def _product(self, request: ExecutionRequest, prepared: Prepared | None) -> str:
        """Return Coinbase's name of the product: the pinned one, that a product which is delisted keeps."""
        if prepared is not None and "venue_symbol" in prepared:
            return prepared["venue_symbol"]
        return (await market_of(self._client, _details(request).pair, contract=False)).venue_id

    async def _order(self, row: Mapping[str, Any]) -> VenueOrder:
        status, executed = str(row["status"]), _amount(row["filled_size"])
        if status not in _OPEN | _ENDED:
            raise VenueUnavailableError(f"order {row['order_id']} is {status}, which says nothing")
        fills: Sequence[Fill] = await self._fills(row) if executed else ()
        if total(fill.amount for fill in fills) != executed:
            raise VenueUnavailableError(f"the fills of order {row['order_id']} are not all shown yet")
        return VenueOrder(
            order_id=str(row["order_id"]),
            amount=_ordered(row),
            executed=executed,
            cost=total(times(fill.price, fill.amount) for fill in fills),
            is_open=status in _OPEN,
            fills=tuple(fills),
            updated_at=_moment(row.get("last_fill_time") or row["created_time"]),
            reason="" if executed else _reason(row),
        )

    async def _fills(self, row: Mapping[str, Any]) -> Sequence[Fill]:
        params = {"order_ids": row["order_id"], "limit": _PAGE}
        rows = await self._timed.every("v3PrivateGetBrokerageOrdersHistoricalFills", "fills", params)
        once = {str(each["entry_id"]): each for each in rows if each["order_id"] == row["order_id"]}
        return [_fill(each) for each in once.values()]


def own_id(client_ref: str) -> str:
    """Return the reference in the shape that Coinbase's own ids have."""
    return str(UUID(client_ref))


def _details(request: ExecutionRequest) -> SpotTradeDetails:
    details = request.operation_details
    if not isinstance(details, SpotTradeDetails):
        raise VenueUnavailableError(f"{request.operation_id!r} is no spot trade")
    return details


def _order_of(prepared: Prepared) -> dict[str, Any]:
    size = {"base_size": prepared["amount"]}
    limited = "price" in prepared
    kind = _KINDS[prepared["time_in_force"]] if limited else "market_market_ioc"
    return {
        "client_order_id": prepared["own_id"],
        "product_id": prepared["venue_symbol"],
        "side": prepared["side"].upper(),
        "order_configuration": {kind: {**size, "limit_price": prepared["price"]} if limited else size},
    }


def _ordered(row: Mapping[str, Any]) -> Decimal:
    ((_, sized),) = ((kind, sized) for kind, sized in row["order_configuration"].items() if sized)
    return _amount(sized["base_size"])


def _reason(row: Mapping[str, Any]) -> str:
    told = row.get("reject_message") or row.get("cancel_message") or ""
    return f"{str(row['status']).lower()} unfilled {told}".strip()


def _fill(row: Mapping[str, Any]) -> Fill:
    if str(row["size_in_quote"]).lower() != "false":
        raise VenueUnavailableError(f"fill {row['trade_id']} tells its size in quote")
    return Fill(
        fill_id=str(row["trade_id"]),
        price=_amount(row["price"]),
        amount=_amount(row["size"]),
        commission=_amount(row["commission"]),
        commission_asset=str(row["product_id"]).partition("-")[2],
    )


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _amount(value: object) -> Decimal:
    return normalised(Decimal(str(value)))
