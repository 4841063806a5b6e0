"""From an exchange's orders to a handshake: every amount from a fill, none from the request."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from allornone.models.details import PerpTradeDetails, Side, SpotTradeDetails
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, ExecutionStatus, Fee
from allornone.positions import PositionKey, PositionType, typed
from allornone.units import EXACT, ZERO, share, total
from allornone.venues.exchange.order import Fill, VenueOrder
from allornone.venues.reading import Reading, ReadingState

_PLACES = Decimal("1e-18")

_STATUS = {
    ReadingState.CLOSED: ExecutionStatus.CONFIRMED,
    ReadingState.OPEN: ExecutionStatus.PENDING,
    ReadingState.REFUSED: ExecutionStatus.FAILED,
}


def held(venue: str, token: str) -> str:
    """Return the position key of `token` at `venue`."""
    return str(typed(PositionKey(venue, None, token)))


def contract_key(request: ExecutionRequest, details: PerpTradeDetails) -> str:
    """Return the key of a contract, spelled as the request does among the spellings that mean this one."""
    base, _, quote = details.pair.partition("/")
    spelled = f"{base}-PERP"
    token = spelled if spelled in (request.target_token, request.source_token) else base + quote
    return str(PositionKey(request.venue, PositionType.PERP, token))


def reading_of(
    request: ExecutionRequest,
    orders: Sequence[VenueOrder],
    details: Mapping[str, str],
    time: datetime | None,
    *,
    full_history: bool = True,
) -> Reading:
    """Return what all the orders of one reference show together. `details` goes along in the handshake."""
    if not orders:
        return not_found(request, time, full_history=full_history)
    state = _state(orders)
    handshake = _handshake(request, orders, details).model_copy(update={"status": _STATUS[state]})
    return Reading(state=state, handshake=handshake, venue_time=time, full_history=full_history)


def not_found(request: ExecutionRequest, time: datetime | None, *, full_history: bool) -> Reading:
    """Return the reading of a reference that the exchange shows nothing of."""
    nothing = nothing_of(request, "not_found: the exchange shows nothing under this reference")
    return Reading(state=ReadingState.NOT_FOUND, handshake=nothing, venue_time=time, full_history=full_history)


def unreadable(request: ExecutionRequest, time: datetime | None) -> Reading:
    """Return the reading of an exchange that cannot be asked by our reference."""
    nothing = nothing_of(request, "no_lookup: the exchange cannot be asked by this reference")
    return Reading(state=ReadingState.UNKNOWN, handshake=nothing, venue_time=time, full_history=False)


def nothing_of(request: ExecutionRequest, message: str) -> ExecutionHandshake:
    """Return a handshake that shows no effect and proves nothing."""
    return ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.UNKNOWN,
        filled_ratio=ZERO,
        error_code="EXEC-001",
        error_message=message,
    )


def _state(orders: Sequence[VenueOrder]) -> ReadingState:
    if any(order.is_open for order in orders):
        return ReadingState.OPEN
    # An order that ended before its first fill did nothing, for good: a refusal and no fill of zero.
    return ReadingState.CLOSED if any(order.executed for order in orders) else ReadingState.REFUSED


def _handshake(
    request: ExecutionRequest, orders: Sequence[VenueOrder], details: Mapping[str, str]
) -> ExecutionHandshake:
    amount = total(order.executed for order in orders)
    cost = total(order.cost for order in orders)
    fills = [fill for order in orders for fill in order.fills]
    reasons = [order.reason for order in orders if order.reason and not order.executed]
    return ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.UNKNOWN,
        actual_deltas=deltas_of(request, amount, cost, fills),
        execution_details={**details, **_executed(request, amount, cost, fills)},
        fees=fees_of(request.venue, fills),
        filled_ratio=share(amount, orders[0].amount),
        executed_amount=amount,
        error_code="EXEC-001" if reasons else None,
        error_message="; ".join(reasons)[:2000] or None,
        evidence=Evidence(
            venue_ids=(*(order.order_id for order in orders), *(f"trade-{fill.fill_id}" for fill in fills)),
            fills=tuple(_row(fill) for fill in fills),
        ),
        executed_at=max((order.updated_at for order in orders if order.executed), default=None),
    )


def deltas_of(request: ExecutionRequest, amount: Decimal, cost: Decimal, fills: Sequence[Fill]) -> dict[str, Decimal]:
    """Return every balance that the fills changed: the trade's two sides (a contract has one), fees and profit."""
    details, venue = request.operation_details, request.venue
    sums: dict[str, Decimal] = {}

    def change(key: str, by: Decimal) -> None:
        sums[key] = total((sums.get(key, ZERO), by))

    if isinstance(details, SpotTradeDetails):
        base, _, quote = details.pair.partition("/")
        bought = details.side is Side.BUY
        change(held(venue, base), amount if bought else -amount)
        change(held(venue, quote), -cost if bought else cost)
    if isinstance(details, PerpTradeDetails):
        change(contract_key(request, details), amount if details.side is Side.BUY else -amount)
        change(held(venue, details.pair.partition("/")[2]), total(fill.profit for fill in fills))
    for fill in fills:
        change(held(venue, fill.commission_asset), -fill.commission)
    return {key: by for key, by in sums.items() if by}


def fees_of(venue: str, fills: Sequence[Fill]) -> tuple[Fee, ...]:
    """Return the commission by asset. A rebate is no fee: it only shows in the deltas."""
    sums: dict[str, Decimal] = {}
    for fill in fills:
        sums[fill.commission_asset] = total((sums.get(fill.commission_asset, ZERO), fill.commission))
    return tuple(
        Fee(position_key=held(venue, asset), amount=amount, currency=asset)
        for asset, amount in sums.items()
        if amount > 0
    )


def _executed(request: ExecutionRequest, amount: Decimal, cost: Decimal, fills: Sequence[Fill]) -> dict[str, str]:
    told = {"executed_amount": str(amount)}
    if amount:
        told["executed_price"] = format(
            EXACT.divide(cost, amount).quantize(_PLACES, ROUND_DOWN, EXACT).normalize(EXACT), "f"
        )
    if isinstance(request.operation_details, PerpTradeDetails):
        told["realised_pnl"] = str(total(fill.profit for fill in fills))
    return told


def _row(fill: Fill) -> dict[str, str]:
    return {
        "id": fill.fill_id,
        "price": str(fill.price),
        "amount": str(fill.amount),
        "commission": str(fill.commission),
        "commission_asset": fill.commission_asset,
        **({"realised_pnl": str(fill.profit)} if fill.profit else {}),
    }
