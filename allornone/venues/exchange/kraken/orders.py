"""Kraken's spot orders: found by our id among the open and the closed ones, their fees in quote."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from allornone.errors import NotSentError, VenueUnavailableError
from allornone.models.details import SpotTradeDetails
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.units import normalised, total
from allornone.venues.exchange.clock import moment_of
from allornone.venues.exchange.kraken.keyed import Keyed
from allornone.venues.exchange.kraken.outcomes import UNKNOWN_ORDER
from allornone.venues.exchange.order import Fill, Sighting, VenueOrder, still_open, taken
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.readable import before_sending, readable

_DEADLINE_MAX = timedelta(seconds=58)
"""Add order: a deadline is at most 60 s ahead of Kraken's clock, which shows whole seconds."""
_TRADES_PAGE = 20
"""Query trades: at most 20 ids."""
_OPEN = frozenset({"pending", "open"})
_ENDED = frozenset({"closed", "canceled", "expired"})

_Rows = dict[str, Mapping[str, Any]]


class KrakenOrders:
    """The spot orders of one account."""

    contract = False

    def __init__(self, keyed: Keyed) -> None:
        self._keyed = keyed

    async def pinned(self, request: ExecutionRequest) -> dict[str, str]:
        """Return the deadline after which Kraken's matching engine rejects the order."""
        deadline = min(request.not_after, await self._keyed.now() + _DEADLINE_MAX)
        return {"deadline": deadline.isoformat(timespec="milliseconds")}

    async def place(self, prepared: Prepared) -> VenueOrder:
        """Send the order once, with everything as pinned; its answer has no fills, so they are read.

        An order that is taken and not shown yet is open.

        Raises NotSentError, without sending, where the deadline is over by Kraken's own clock, or that cannot be read.
        """
        with before_sending():
            now = await self._keyed.now()
        if datetime.fromisoformat(prepared["deadline"]) <= now:
            raise NotSentError(f"{self._keyed.client.name}: the deadline of {prepared['client_ref']} is over")
        limited = {"price": prepared["price"], "timeinforce": prepared["time_in_force"]} if "price" in prepared else {}
        answer = await self._keyed.write(
            "privatePostAddOrder",
            {
                "pair": prepared["venue_symbol"],
                "type": prepared["side"],
                "ordertype": "limit" if limited else "market",
                "volume": prepared["amount"],
                **limited,
                "oflags": "fciq",  # what is taken as fee would else depend on the side
                "cl_ord_id": prepared["client_ref"],
                "deadline": prepared["deadline"],
            },
        )
        placed = answer.accepted()
        with readable("the answer to an order"):
            order_id = str(placed["result"]["txid"][0])
        try:
            shown: _Rows = await self._keyed.read("privatePostQueryOrders", {"txid": order_id, "trades": "true"})
            with readable(f"order {order_id}"):
                return await self._order(order_id, shown[order_id], _assets(prepared["symbol"]))
        except VenueUnavailableError:
            return taken(order_id, _amount(prepared["amount"]), await self._keyed.now())

    async def find(self, request: ExecutionRequest, prepared: Prepared | None) -> Sighting:
        """Return every order under the reference. Open ones are read first: one that ends meanwhile is then closed."""
        del prepared  # our id finds everything
        time = await self._keyed.time()
        with readable("the orders"):
            rows = await self._opened(request.client_ref) | await self._closed(request.client_ref)
            orders = [await self._order(order_id, row, _assets(_pair(request))) for order_id, row in rows.items()]
        return Sighting(tuple(orders), time)

    async def cancel(self, request: ExecutionRequest, prepared: Prepared | None) -> None:
        """Cancel by our own id. That no such order is open is an answer like any other."""
        del prepared
        answer = await self._keyed.ask("privatePostCancelOrder", {"cl_ord_id": request.client_ref})
        gone = answer.problem is not None and answer.problem.code == UNKNOWN_ORDER
        if answer.outcome is not Outcome.ACCEPTED and not gone:
            raise VenueUnavailableError(answer.told)

    async def _opened(self, reference: str) -> _Rows:
        result = await self._keyed.read("privatePostOpenOrders", {"cl_ord_id": reference, "trades": "true"})
        return _under(result["open"], reference)

    async def _closed(self, reference: str) -> _Rows:
        found: _Rows = {}
        while True:
            params = {"cl_ord_id": reference, "trades": "true", "ofs": len(found)}
            result = await self._keyed.read("privatePostClosedOrders", params)
            page: _Rows = dict(result["closed"])
            found |= page
            if not page or len(found) >= int(result["count"]):
                return _under(found, reference)

    async def _order(self, order_id: str, row: Mapping[str, Any], assets: tuple[str, str]) -> VenueOrder:
        with readable(f"order {order_id}"):
            executed = _amount(row["vol_exec"])
            charged = assets[0] if "fcib" in str(row["oflags"]) else assets[1]
            trades = await self._trades([str(each) for each in row.get("trades") or ()])
            fills = tuple(_fill(trade_id, trade, charged) for trade_id, trade in trades.items())
            if total(fill.amount for fill in fills) != executed:
                raise VenueUnavailableError(f"the trades of order {order_id} are not all shown yet")
            return VenueOrder(
                order_id=order_id,
                amount=_amount(row["vol"]),
                executed=executed,
                cost=total(_amount(trade["cost"]) for trade in trades.values()),  # the order's own is cut off
                is_open=still_open(order_id, row["status"], _OPEN, _ENDED),
                fills=fills,
                updated_at=_moment(row["closetm"] if row.get("closetm") else row["opentm"]),
                reason="" if executed else f"{row['status']} unfilled: {row.get('reason')}",
            )

    async def _trades(self, ids: Sequence[str]) -> _Rows:
        found: _Rows = {}
        for begin in range(0, len(ids), _TRADES_PAGE):
            asked = ",".join(ids[begin : begin + _TRADES_PAGE])
            found |= await self._keyed.read("privatePostQueryTrades", {"txid": asked})
        return found


def _under(rows: Mapping[str, Mapping[str, Any]], reference: str) -> _Rows:
    """Return the orders that carry the reference. Kraken was asked for those alone, and may spell it as a UUID.

    Raises VenueUnavailableError for one that does not tell whose it is: left out, it would be called absent.
    """
    own = UUID(reference)
    return {order_id: row for order_id, row in rows.items() if _id_of(order_id, row) == own}


def _id_of(order_id: str, row: Mapping[str, Any]) -> UUID:
    try:
        return UUID(str(row.get("cl_ord_id")))
    except ValueError:
        why = f"order {order_id} was shown for our id and does not tell whose it is"
        raise VenueUnavailableError(why) from None


def _pair(request: ExecutionRequest) -> str:
    details = request.operation_details
    if not isinstance(details, SpotTradeDetails):
        raise VenueUnavailableError(f"{request.operation_id!r} is no spot trade")
    return details.pair


def _assets(symbol: str) -> tuple[str, str]:
    base, _, quote = symbol.partition("/")
    return base, quote


def _fill(trade_id: str, row: Mapping[str, Any], charged: str) -> Fill:
    return Fill(
        fill_id=trade_id,
        price=_amount(row["price"]),
        amount=_amount(row["vol"]),
        commission=_amount(row["fee"]),
        commission_asset=charged,
    )


def _moment(seconds: object) -> datetime:
    return moment_of(int(Decimal(str(seconds)) * 1_000))


def _amount(value: object) -> Decimal:
    return normalised(Decimal(str(value)))
