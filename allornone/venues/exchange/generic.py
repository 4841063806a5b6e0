"""Any exchange that ccxt knows, by its unified calls: spot orders, with what the settings declare and honest limits.

Nobody here knows this exchange's codes. So whatever is not plainly accepted is unknown, nothing is ever concluded from
an order that is not found, and no expiry reaches the exchange. With `lookup: recent` orders are found by our id in
the lists of open and closed orders; without, an operator resolves what is unknown. `lateness_s` is the settings' own
word on how late a request may still be taken.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError, VenueUnavailableError
from allornone.models.details import OperationType
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.units import ZERO, normalised, times, total
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.clock import moment_of
from allornone.venues.exchange.dialect import Account, Dialect
from allornone.venues.exchange.market import INVALID, market_of
from allornone.venues.exchange.options import Options
from allornone.venues.exchange.order import Fill, Sighting, VenueOrder, still_open
from allornone.venues.exchange.outcomes import UNREADABLE, Outcome, Outcomes, Problem, Row
from allornone.venues.exchange.readable import readable
from allornone.venues.exchange.trade import Trades, details_of, is_unbounded_buy
from allornone.venues.exchange.wire import Leg

_PAGE = 500
_OPEN = frozenset({"open"})
_ENDED = frozenset({"closed", "canceled", "expired", "rejected"})
"""ccxt's manual, order structure. Where it cannot place an exchange's own word it gives that, or None."""


def capability(options: Options) -> OperationCapability:
    """Return what the settings declare of an exchange that nobody here knows."""
    finds = options.lookup == "recent"
    return OperationCapability(
        id_scope="none",
        expiry="none" if options.lateness_s is None else "bounded",
        lateness_s=options.lateness_s or ZERO,
        lookup=options.lookup,
        partial_fills=True,
        recall=finds,
        undo=UndoClass.AT_MARKET,
        settle_s=Decimal(30),  # our own figure: nobody here knows this exchange
    )


class GenericOrders:
    """Spot orders by ccxt's unified calls."""

    contract = False

    def __init__(self, client: Client) -> None:
        self._client = client

    async def pinned(self, request: ExecutionRequest) -> dict[str, str]:
        """Return nothing: no expiry can be told to an exchange that is not known.

        Raises RefusedError for a buy without a worst price: what ccxt makes of its amount is base at one exchange and
        quote at another (`createMarketBuyOrderRequiresPrice`).
        """
        if is_unbounded_buy(details_of(request)):
            raise RefusedError(
                "a buy needs max_slippage_bps or limit_price here: whether this exchange takes the amount of a market "
                "order for base or for quote is not known",
                INVALID,
            )
        return {}

    async def place(self, prepared: Prepared) -> VenueOrder:
        """Send the order once, and read it and its trades under the number that the exchange gave it."""
        price = prepared.get("price")
        within = {"timeInForce": prepared["time_in_force"]} if price is not None else {}
        answer = await self._client.send(
            "create_order",
            prepared["symbol"],
            "market" if price is None else "limit",
            prepared["side"],
            prepared["amount"],
            price,
            {"clientOrderId": prepared["client_ref"], **within},
        )
        number = str(answer.accepted()["id"])
        return await self._order(await self._client.read("fetch_order", number, prepared["symbol"]))

    async def find(self, request: ExecutionRequest, prepared: Prepared | None) -> Sighting:
        """Return the orders under our id among the open and the latest closed ones."""
        symbol = await self._symbol(request, prepared)
        opened = await self._client.read("fetch_open_orders", symbol, None, _PAGE)
        closed = await self._client.read("fetch_orders", symbol, None, _PAGE)
        with readable(f"the orders of {symbol}"):
            rows = {str(row["id"]): row for row in [*opened, *closed] if row["clientOrderId"] == request.client_ref}
            found = [await self._order(row) for row in rows.values()]
        return Sighting(tuple(found), None, full_history=False)

    async def cancel(self, request: ExecutionRequest, prepared: Prepared | None) -> None:
        """Cancel what is open under our id."""
        symbol = await self._symbol(request, prepared)
        for order in (await self.find(request, prepared)).orders:
            if order.is_open:
                answer = await self._client.call("cancel_order", order.order_id, symbol)
                if answer.outcome is not Outcome.ACCEPTED:
                    raise VenueUnavailableError(answer.told)

    async def _symbol(self, request: ExecutionRequest, prepared: Prepared | None) -> str:
        if prepared is not None and "symbol" in prepared:
            return prepared["symbol"]
        return (await market_of(self._client, details_of(request).pair, contract=False)).symbol

    async def _order(self, row: Mapping[str, Any]) -> VenueOrder:
        with readable("an order"):
            executed = _amount(row["filled"])
            fills = await self._fills(str(row["id"]), str(row["symbol"]), executed)
            stamp = row.get("lastUpdateTimestamp") or row.get("lastTradeTimestamp") or row["timestamp"]
            return VenueOrder(
                order_id=str(row["id"]),
                amount=_amount(row["amount"]),
                executed=executed,
                cost=total(times(fill.price, fill.amount) for fill in fills),
                is_open=still_open(str(row["id"]), row["status"], _OPEN, _ENDED),
                fills=fills,
                updated_at=moment_of(stamp),
                reason="" if executed else f"{row['status']} unfilled",
            )

    async def _fills(self, number: str, symbol: str, executed: Decimal) -> tuple[Fill, ...]:
        """Return the order's trades, each once. Raises VenueUnavailableError where they do not add up."""
        if not executed:
            return ()
        rows = await self._client.read("fetch_my_trades", symbol, None, _PAGE)
        found = {str(row["id"]): _fill(row) for row in rows if str(row["order"]) == number}
        if total(fill.amount for fill in found.values()) != executed:
            raise VenueUnavailableError(f"the trades of order {number} are not all shown")
        return tuple(found.values())


def _fill(row: Mapping[str, Any]) -> Fill:
    fee = row["fee"]
    return Fill(
        fill_id=str(row["id"]),
        price=_amount(row["price"]),
        amount=_amount(row["amount"]),
        commission=_amount(fee["cost"]),
        commission_asset=str(fee["currency"]),
    )


def _amount(value: object) -> Decimal:
    return normalised(Decimal(str(value)))


def _problem(leg: Leg) -> Problem | None:
    try:
        json.loads(leg.body or "")
    except ValueError:
        return Problem(UNREADABLE, (leg.body or "")[:200])
    return None


def _dialects(client: Client) -> Mapping[OperationType, Dialect]:
    return {OperationType.SPOT_TRADE: Trades(client, capability(client.options), GenericOrders(client))}


# RFC 6585, 429: too many requests. Every other answer but plain success is nobody's proof here.
_ROWS = (Row(Outcome.ACCEPTED, range(200, 300), says=False), Row(Outcome.BACK_OFF, (429,)))

ACCOUNT = Account(outcomes=Outcomes(_ROWS, _problem), dialects=_dialects, ccxt_options={"defaultType": "spot"})
