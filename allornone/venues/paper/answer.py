"""How a paper venue answers: readings made of ledger rows, never of the request."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from allornone.models.details import OperationType
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, ExecutionStatus, Fee
from allornone.positions import parse_key
from allornone.units import EXACT, ZERO, times, total
from allornone.venues.paper.quotes import placed_down
from allornone.venues.paper.rows import Effect, EffectRow, OrderRow, OrderState
from allornone.venues.reading import Reading, ReadingState

_TRADES = frozenset({OperationType.SPOT_TRADE, OperationType.PERP_TRADE})
_PLACES = 18


def reading_of(
    request: ExecutionRequest,
    orders: Sequence[OrderRow],
    effects: Sequence[EffectRow],
    now: datetime,
    *,
    full_history: bool = True,
) -> Reading:
    """Return what the orders and effects of one reference show together, at the venue's time `now`."""
    state = _state(orders, effects)
    shown = _shown(request, orders, effects) if orders else _nothing(request, "EXEC-001", "not_found: no such order")
    status = _STATUS[state]
    return Reading(
        state=state,
        handshake=shown.model_copy(update={"status": status}),
        venue_time=now,
        full_history=full_history,
    )


def unreadable(request: ExecutionRequest, now: datetime) -> Reading:
    """Return the reading of a venue that cannot be asked by our reference."""
    nothing = _nothing(request, "EXEC-001", "no_lookup: the venue cannot be asked by this reference")
    return Reading(state=ReadingState.UNKNOWN, handshake=nothing, venue_time=now, full_history=False)


def deltas_of(effects: Iterable[Effect]) -> dict[str, Decimal]:
    """Return the sum per position key; what cancels out is left out."""
    sums: dict[str, Decimal] = {}
    for effect in effects:
        sums[effect.position_key] = total((sums.get(effect.position_key, ZERO), effect.delta))
    return {key: amount for key, amount in sums.items() if amount}


def fees_of(effects: Iterable[Effect]) -> tuple[Fee, ...]:
    """Return the fees among `effects`, one of each kind and key."""
    sums: dict[tuple[str, str], Fee] = {}
    for effect in effects:
        if effect.fee_kind is None:
            continue
        earlier = sums.get((effect.position_key, effect.fee_kind))
        amount = total((-effect.delta, earlier.amount if earlier is not None else ZERO))
        sums[effect.position_key, effect.fee_kind] = Fee(
            position_key=effect.position_key, amount=amount, currency=effect.token, kind=effect.fee_kind
        )
    return tuple(sums.values())


def execution_details(request: ExecutionRequest, effects: Sequence[Effect], amount: Decimal) -> dict[str, str]:
    """Return the seed's `executed_price` and `executed_amount`, as strings."""
    price = _price(request, effects)
    shown = {"executed_amount": str(amount)}
    return shown if price is None else {**shown, "executed_price": str(price)}


_STATUS = {
    ReadingState.CLOSED: ExecutionStatus.CONFIRMED,
    ReadingState.OPEN: ExecutionStatus.PENDING,
    ReadingState.REFUSED: ExecutionStatus.FAILED,
    ReadingState.NOT_FOUND: ExecutionStatus.UNKNOWN,
    ReadingState.UNKNOWN: ExecutionStatus.UNKNOWN,
}


def _state(orders: Sequence[OrderRow], effects: Sequence[EffectRow]) -> ReadingState:
    if not orders:
        return ReadingState.NOT_FOUND
    if any(order.state is OrderState.OPEN for order in orders):
        return ReadingState.OPEN
    # An order cancelled before its first fill did nothing, for good: that is a refusal and no fill of zero.
    return ReadingState.CLOSED if effects else ReadingState.REFUSED


def _nothing(request: ExecutionRequest, code: str, message: str) -> ExecutionHandshake:
    return ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.UNKNOWN,
        filled_ratio=ZERO,
        error_code=code,
        error_message=message,
    )


def _shown(request: ExecutionRequest, orders: Sequence[OrderRow], rows: Sequence[EffectRow]) -> ExecutionHandshake:
    effects = [row.effect for row in rows]
    amount = total(order.filled for order in orders)
    reasons = [order.reason for order in orders if order.reason]
    return ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.UNKNOWN,
        actual_deltas=deltas_of(effects),
        execution_details=execution_details(request, effects, amount),
        fees=fees_of(effects),
        filled_ratio=_ratio(amount, orders[0].requested),
        executed_amount=amount,
        error_code="EXEC-001" if reasons else None,
        error_message="; ".join(reasons)[:2000] or None,
        evidence=Evidence(venue_ids=_ids(orders, rows), fills=tuple(_fill(row) for row in rows)),
        submitted_at=orders[0].received_at,
        executed_at=max((row.at for row in rows), default=None),
    )


def _ratio(amount: Decimal, requested: Decimal) -> Decimal:
    """Return the share that filled, never above one: a reference that filled twice shows it in its amount."""
    return min(Decimal(1), placed_down(EXACT.divide(amount, requested), _PLACES))


def _ids(orders: Sequence[OrderRow], rows: Sequence[EffectRow]) -> tuple[str, ...]:
    return (
        *(f"paper-order-{order.order_id}" for order in orders),
        *(f"paper-effect-{row.effect_id}" for row in rows),
    )


def _fill(row: EffectRow) -> dict[str, str]:
    fill = {
        "id": f"paper-effect-{row.effect_id}",
        "position_key": row.effect.position_key,
        "delta": str(row.effect.delta),
        "kind": row.effect.fee_kind or row.effect.kind,
        "at": row.at.isoformat(),
    }
    return fill if row.effect.price is None else {**fill, "price": str(row.effect.price)}


def _price(request: ExecutionRequest, effects: Sequence[Effect]) -> Decimal | None:
    """Return the mean price of a trade's fills, or what one unit of a conversion's source brought."""
    principal = [effect for effect in effects if effect.kind == "principal"]
    if request.operation_type in _TRADES:
        priced = [(abs(effect.delta), effect.price) for effect in principal if effect.price is not None]
        size = total(amount for amount, _ in priced)
        return _per(total(times(amount, price) for amount, price in priced), size)
    gone = total(-effect.delta for effect in principal if effect.delta < 0)
    came = total(effect.delta for effect in principal if effect.delta > 0)
    tokens = {parse_key(effect.position_key).token for effect in principal}
    return _per(came, gone) if len(tokens) > 1 and gone and came else None


def _per(value: Decimal, size: Decimal) -> Decimal | None:
    return placed_down(EXACT.divide(value, size), _PLACES) if size else None
