"""From the logging world back to the execution world: what a recorded outcome says."""

from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.events import OperationExecutionEvent
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionStatus
from allornone.units import ZERO


def handshake_of(event: OperationExecutionEvent) -> ExecutionHandshake:
    """Return the handshake that a recorded outcome was made of."""
    return ExecutionHandshake(
        operation_id=event.operation_id,
        status=ExecutionStatus(event.status),
        actual_deltas=event.actual_deltas,
        execution_details=event.venue_metadata,
        fee_amount=event.fee_amount,
        fee_currency=event.fee_currency,
        error_code=event.error_code,
        error_message=event.error_message,
        fees=event.fees,
        filled_ratio=event.filled_ratio if event.filled_ratio is not None else ZERO,
        executed_amount=event.executed_amount,
        evidence=Evidence.model_validate(event.evidence),
        submitted_at=event.submitted_at,
        executed_at=event.executed_at,
        simulated=event.simulated,
    )


def answer_of(event: OperationExecutionEvent) -> Answer:
    """Return the answer that recorded an outcome. An undo that left nothing but friction is `rolled_back`."""
    return Answer(
        kind=AnswerKind(event.outcome or AnswerKind.CLOSED),
        operation_id=event.operation_id,
        direction=event.direction,
        epoch=event.epoch,
        client_ref=event.client_ref,
        handshake=handshake_of(event),
        reconciliation=event.reconciliation,
        recorded=True,
        undone=event.status == ExecutionStatus.ROLLED_BACK,
        fence=Fence.FENCED,
        seq=event.seq,
        note=(event.error_message or "")[:500],
    )
