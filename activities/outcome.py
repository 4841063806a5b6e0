"""From the execution world to the logging world: what an operation's records are made of."""

from typing import Any

from activities.desk import Desk
from activities.tasks import OperationTask
from allornone.core.answer import AnswerKind
from allornone.core.late import beyond
from allornone.core.recorded import handshake_of
from allornone.deltas import convert_deltas_to_structured_format, subtract, without_zero
from allornone.eventlog import Recorded
from allornone.events import Event, ExecutionDeltaEvent, GroupTransitionEvent, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.ids import digest, event_id
from allornone.models.execution import (
    Direction,
    ExecutionHandshake,
    ExecutionRequest,
    ExecutionStatus,
    Prepared,
)
from allornone.models.reconciliation import Reconciliation
from allornone.units import ZERO

_SHARED = {
    "operation_id",
    "operation_type",
    "source_venue",
    "target_venue",
    "source_token",
    "target_token",
    "expected_deltas",
    "operation_details",
    "atomic_group_id",
    "sequence_in_group",
    "plan_hash",
}
"""What an intent's record and its request have in common."""


def _common(task: OperationTask, desk: Desk) -> dict[str, Any]:
    now = desk.now().isoformat()
    return {
        "timestamp": task.context.timestamp or now,
        "real_utc_time": now,
        "correlation_id": task.context.correlation_id,
        "pid": desk.pid,
        "atomic_group_id": task.context.atomic_group_id,
        "simulated": task.context.simulated,
        "client_ref": task.client_ref,
    }


def operation_event(  # noqa: PLR0917 (each is a part of the one record)
    task: OperationTask,
    request: ExecutionRequest,
    desk: Desk,
    handshake: ExecutionHandshake,
    outcome: str,
    reconciliation: Reconciliation | None = None,
    prepared: Prepared | None = None,
) -> OperationExecutionEvent:
    """Return the record of the status that `handshake` shows."""
    details = request.operation_details.model_dump(mode="json", exclude_none=True)
    ids = handshake.evidence.venue_ids
    return OperationExecutionEvent(
        **_common(task, desk),
        operation_id=request.operation_id,
        order_id=ids[0] if ids else request.operation_id,
        operation_type=request.operation_type.value,
        venue=request.venue,
        status=handshake.status.value,
        source_venue=request.source_venue,
        target_venue=request.target_venue,
        source_token=request.source_token,
        target_token=request.target_token,
        operation_details=details,
        position_deltas=structured(request, handshake),
        executed_amount=handshake.executed_amount,
        fee_amount=handshake.fee_amount,
        fee_currency=handshake.fee_currency,
        error_code=handshake.error_code,
        error_message=handshake.error_message,
        sequence_in_group=request.sequence_in_group,
        submitted_at=handshake.submitted_at or desk.now(),
        executed_at=handshake.executed_at,
        venue_metadata=handshake.execution_details,
        event_id=event_id(task.client_ref, "operation", handshake.status.value),
        direction=task.direction,
        epoch=task.epoch,
        plan_hash=task.context.plan_hash,
        not_after=request.not_after,
        prepared=prepared,
        expected_deltas=request.expected_deltas,
        actual_deltas=handshake.actual_deltas,
        reconciliation=reconciliation,
        fees=handshake.fees,
        filled_ratio=handshake.filled_ratio,
        evidence=handshake.evidence.model_dump(mode="json", exclude_defaults=True),
        outcome=outcome,
    )


def structured(request: ExecutionRequest, handshake: ExecutionHandshake) -> list[dict[str, Any]]:
    """Return the rows of the handshake's deltas, as the seed's converter writes them."""
    return convert_deltas_to_structured_format(
        handshake.actual_deltas,
        request.operation_type.value,
        request.source_venue,
        request.target_venue,
        handshake.execution_details.get("executed_price"),
        handshake.fee_amount,
        handshake.fee_currency,
        fees=handshake.fees,
        evidence=handshake.evidence,
    )


def twin(shown: ExecutionHandshake, new: ExecutionHandshake) -> tuple[str, ...]:
    """Return what tells the record of `new`, a part of what is `shown`, from that of the part known before.

    It takes that only where the two are of the same size.
    """
    before = without_zero(subtract(shown.actual_deltas, new.actual_deltas))
    return ("twin",) if before == new.actual_deltas else ()


def _delta_event(
    task: OperationTask, request: ExecutionRequest, desk: Desk, handshake: ExecutionHandshake, further: tuple[str, ...]
) -> ExecutionDeltaEvent:
    moved = {key: str(amount) for key, amount in handshake.actual_deltas.items()}
    return ExecutionDeltaEvent(
        **_common(task, desk),
        source_operation_id=request.operation_id,
        operation_type=request.operation_type.value,
        deltas=structured(request, handshake),
        event_id=event_id(task.client_ref, "deltas", digest(moved), *further),
        direction=task.direction,
        epoch=task.epoch,
    )


async def record_outcome(  # noqa: PLR0917 (each is a part of the one record)
    task: OperationTask,
    request: ExecutionRequest,
    desk: Desk,
    handshake: ExecutionHandshake,
    kind: AnswerKind,
    reconciliation: Reconciliation | None = None,
) -> Recorded:
    """Write the effect, then the outcome that relies on it. May be called again.

    Of an effect that the log knows already only the part beyond is written: whoever adds up the deltas must not
    count it twice. An operator's word, or a look, may have come before an answer that is late.
    """

    def effects(known: OperationExecutionEvent | None) -> tuple[Event, ...]:
        moved = beyond(handshake, handshake_of(known) if known is not None else None)
        if moved is None or not moved.actual_deltas:
            return ()
        return (_delta_event(task, request, desk, moved, twin(handshake, moved)),)

    outcome = operation_event(task, request, desk, handshake, kind.value, reconciliation)
    return await desk.log.settle(outcome, effects, task.known_seq)


def revocation(task: OperationTask, desk: Desk) -> GroupTransitionEvent:
    """Return the record that nobody may send under this reference any more."""
    return GroupTransitionEvent(
        **_common(task, desk),
        kind=TransitionKind.REVOKED,
        reason="its outcome is not known",
        operation_id=task.operation.operation_id,
        event_id=event_id(task.client_ref, "revoked"),
    )


def failed(task: OperationTask, message: str, code: str) -> ExecutionHandshake:
    """Return the handshake of a reference that did nothing."""
    return ExecutionHandshake(
        operation_id=task.operation.operation_id,
        status=ExecutionStatus.FAILED,
        filled_ratio=ZERO,
        error_code=code,
        error_message=message[:2000],
        simulated=task.context.simulated,
    )


def request_of(task: OperationTask, intent: OperationExecutionEvent) -> ExecutionRequest:
    """Return the request that an intent was recorded for: an undo's own, or the forward one as it was sized then."""
    update = {"not_after": intent.not_after or task.not_after, "known_seq": task.known_seq}
    return request_as_sent(intent).model_copy(update=update)


def request_as_sent(intent: OperationExecutionEvent) -> ExecutionRequest:
    """Return the request that an intent was recorded for, by its record alone."""
    own = {"client_ref", "direction", "epoch"}
    not_after = intent.not_after or intent.submitted_at
    return ExecutionRequest.model_validate({**intent.model_dump(include=_SHARED | own), "not_after": not_after})


def status_after(direction: Direction, *, undone: bool) -> ExecutionStatus:
    """Return the word for a closed effect: an undo is `rolled_back` when done, `confirmed` while a rest remains."""
    return ExecutionStatus.ROLLED_BACK if direction is Direction.ROLLBACK and undone else ExecutionStatus.CONFIRMED
