"""Binance's orders, spot and USD-M: the two differ by their endpoints and the names of a few fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from allornone.errors import VenueUnavailableError
from allornone.models.details import PerpTradeDetails, SpotTradeDetails
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.units import normalised, times, total
from allornone.venues.exchange.binance.position import check_position
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.clock import milliseconds, moment_of
from allornone.venues.exchange.market import market_of
from allornone.venues.exchange.order import Fill, Sighting, VenueOrder, still_open
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.readable import readable

_PAGE = 1_000
_PAGES_MAX = 32
_SLACK_MS = 1_000
"""Timing security: a timestamp may be up to a second ahead of Binance's clock."""
_UNPINNED = timedelta(hours=1)
"""How far back a reference without an intent is looked for: far more than any request may be taken late."""
_KEPT_MS = 89 * 86_400_000
"""USD-M query order: an order is not found any more 90 days after it was made."""
_OPEN = frozenset({"NEW", "PENDING_NEW", "PARTIALLY_FILLED", "PENDING_CANCEL"})
_ENDED = frozenset({"FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"})
"""Enum definitions, order status; those of futures are among them."""
NO_SUCH_ORDER = "-2013"
UNKNOWN_ORDER = "-2011"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """ccxt's names of one wallet's endpoints, and the wallet's own names of fields."""

    place: str
    order: str
    cancel: str
    orders: str
    trades: str
    cost: str
    contract: bool


class BinanceOrders:
    """The orders of one wallet."""

    def __init__(self, signed: Signed, endpoints: Endpoints) -> None:
        self._signed = signed
        self._at = endpoints

    @property
    def contract(self) -> bool:
        """Whether these are orders for perpetual contracts."""
        return self._at.contract

    async def pinned(self, request: ExecutionRequest) -> dict[str, str]:
        """Return the moment and window that let Binance itself refuse a late order.

        Raises RefusedError for a contract that would be netted with what is not its group's.
        """
        if self._at.contract:
            await check_position(self._signed, request)
        return await self._signed.pinned(request.not_after)

    async def place(self, prepared: Prepared) -> VenueOrder:
        """Send the order once, with everything as pinned. The answer carries its fills, else they are read."""
        limited = {"price": prepared["price"], "timeInForce": prepared["time_in_force"]} if "price" in prepared else {}
        reduces = {"reduceOnly": "true"} if "reduce_only" in prepared else {}
        answer = await self._signed.client.send(
            self._at.place,
            {
                "symbol": prepared["venue_symbol"],
                "side": prepared["side"].upper(),
                "type": "LIMIT" if limited else "MARKET",
                "quantity": prepared["amount"],
                **limited,
                **reduces,
                "newClientOrderId": prepared["client_ref"],
                "newOrderRespType": "RESULT" if self._at.contract else "FULL",
                "timestamp": prepared["timestamp"],
                "recvWindow": prepared["recv_window"],
            },
        )
        return await self._order(answer.accepted())

    async def find(self, request: ExecutionRequest, prepared: Prepared | None) -> Sighting:
        """Return every order under the reference: those of the time in which it can have been taken, else by its id.

        The endpoint that finds by id shows one order of an id, and an id whose order is done can be used again.
        """
        time = await self._signed.time()
        symbol = await self._symbol(request, prepared)
        since, until = _window(request, prepared)
        with readable(f"the orders of {symbol}"):
            rows = [
                row for row in await self._between(symbol, since, until) if row["clientOrderId"] == request.client_ref
            ]
            if not rows:
                rows = await self._by_id(symbol, request.client_ref)
            _check_ours(rows, request)
            orders = [await self._order(row) for row in rows]
        forgotten = self._at.contract and milliseconds(time) - since > _KEPT_MS
        return Sighting(tuple(orders), time, full_history=not forgotten)

    async def cancel(self, request: ExecutionRequest, prepared: Prepared | None) -> None:
        """Cancel by our own id. That no such order is open is an answer like any other."""
        symbol = await self._symbol(request, prepared)
        answer = await self._signed.ask(self._at.cancel, {"symbol": symbol, "origClientOrderId": request.client_ref})
        gone = answer.problem is not None and answer.problem.code == UNKNOWN_ORDER
        if answer.outcome is not Outcome.ACCEPTED and not gone:
            raise VenueUnavailableError(answer.told)

    async def _symbol(self, request: ExecutionRequest, prepared: Prepared | None) -> str:
        if prepared is not None and "venue_symbol" in prepared:
            return prepared["venue_symbol"]
        details = request.operation_details
        if not isinstance(details, SpotTradeDetails | PerpTradeDetails):
            raise VenueUnavailableError(f"{request.operation_id!r} is no trade")
        return (await market_of(self._signed.client, details.pair, contract=self._at.contract)).venue_id

    async def _by_id(self, symbol: str, reference: str) -> list[Mapping[str, Any]]:
        answer = await self._signed.ask(self._at.order, {"symbol": symbol, "origClientOrderId": reference})
        if answer.problem is not None and answer.problem.code == NO_SUCH_ORDER:
            return []
        return [answer.shown()]

    async def _between(self, symbol: str, since: int, until: int) -> list[Mapping[str, Any]]:
        """Return the orders of a time; a full page is asked for again in halves, whichever end it was cut at."""
        found: list[Mapping[str, Any]] = []
        left = [(since, until)]
        for _ in range(_PAGES_MAX):
            start, end = left.pop()
            params = {"symbol": symbol, "startTime": start, "endTime": end, "limit": _PAGE}
            rows: list[Mapping[str, Any]] = await self._signed.read(self._at.orders, params)
            if len(rows) < _PAGE:
                found += rows
            else:
                middle = (start + end) // 2
                left += [(start, middle), (middle + 1, end)]
            if not left:
                return found
        raise VenueUnavailableError(f"{symbol} has more orders in that time than can be looked through")

    async def _order(self, row: Mapping[str, Any]) -> VenueOrder:
        executed = _amount(row["executedQty"])
        told = [_fill(each, "tradeId") for each in row.get("fills", ())]
        fills = told if _adds_up(told, executed) else await self._fills(row, executed)
        cost = _amount(row.get(self._at.cost, -1))  # USD-M new order: cumQuote "will be removed after CM migration"
        if cost < 0:  # nor available "for some historical orders"
            cost = total(times(fill.price, fill.amount) for fill in fills)
        updated = row.get("updateTime", row.get("transactTime"))
        return VenueOrder(
            order_id=str(row["orderId"]),
            amount=_amount(row["origQty"]),
            executed=executed,
            cost=cost,
            is_open=still_open(str(row["orderId"]), row["status"], _OPEN, _ENDED),
            fills=tuple(fills),
            updated_at=moment_of(updated),
            reason=f"{row['status'].lower()} unfilled" if not executed else "",
        )

    async def _fills(self, row: Mapping[str, Any], executed: Decimal) -> list[Fill]:
        """Return the order's trades, each once. Raises VenueUnavailableError while they do not add up yet.

        Asked without a first id, Binance shows the newest: where there are more, they are read from the oldest on.
        """
        params = {"symbol": row["symbol"], "orderId": row["orderId"], "limit": _PAGE}
        page: Sequence[Mapping[str, Any]] = await self._signed.read(self._at.trades, params)
        found = _by_trade(page)
        first = 0
        for _ in range(_PAGES_MAX):
            if len(page) < _PAGE:
                break
            page = await self._signed.read(self._at.trades, {**params, "fromId": first})
            found |= _by_trade(page)
            first = max((int(each["id"]) for each in page), default=0) + 1
        fills = list(found.values())
        if not _adds_up(fills, executed):
            raise VenueUnavailableError(f"the trades of order {row['orderId']} are not all shown yet")
        return fills


def _window(request: ExecutionRequest, prepared: Prepared | None) -> tuple[int, int]:
    """Return the milliseconds within which Binance can have taken the reference."""
    if prepared is not None and "timestamp" in prepared:
        since = int(prepared["timestamp"])
        return since - _SLACK_MS, since + int(prepared["recv_window"]) + _SLACK_MS
    return milliseconds(request.not_after - _UNPINNED), milliseconds(request.not_after) + _SLACK_MS


def _check_ours(rows: Sequence[Mapping[str, Any]], request: ExecutionRequest) -> None:
    """Raise VenueUnavailableError where an order under our id goes the other way: somebody else used the id."""
    details = request.operation_details
    if isinstance(details, SpotTradeDetails | PerpTradeDetails):
        for row in rows:
            if row["side"] != details.side.value.upper():
                raise VenueUnavailableError(
                    f"order {row['orderId']} under {request.client_ref} is no {details.side.value}"
                )


def _by_trade(rows: Sequence[Mapping[str, Any]]) -> dict[str, Fill]:
    return {str(each["id"]): _fill(each, "id") for each in rows}


def _adds_up(fills: Sequence[Fill], executed: Decimal) -> bool:
    return total(fill.amount for fill in fills) == executed


def _fill(row: Mapping[str, Any], id_field: str) -> Fill:
    return Fill(
        fill_id=str(row[id_field]),
        price=_amount(row["price"]),
        amount=_amount(row["qty"]),
        commission=_amount(row["commission"]),
        commission_asset=str(row["commissionAsset"]),
        profit=_amount(row.get("realizedPnl", 0)),
    )


def _amount(value: object) -> Decimal:
    return normalised(Decimal(str(value)))
