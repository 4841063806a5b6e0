"""From a venue's reading to an answer: reconciled, and recorded when it settles the reference."""

from decimal import Decimal

from activities.desk import Desk
from activities.outcome import failed, operation_event, record_outcome, status_after
from activities.tasks import OperationTask
from activities.unforeseen import unforeseen
from allornone.bounds import principal_keys
from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.core.clock import READINGS_MAX
from allornone.core.recorded import handshake_of
from allornone.deltas import add, located
from allornone.eventlog import OperationExecutionEvent
from allornone.models.execution import (
    Direction,
    ExecutionHandshake,
    ExecutionRequest,
    ExecutionStatus,
    Prepared,
)
from allornone.models.reconciliation import Reconciliation, Verdict
from allornone.reconcile import reconcile, undone
from allornone.units import ZERO
from allornone.venues.reading import Reading, ReadingState

NOT_KNOWN = "what became of it is not known"
SETTLED = frozenset({Verdict.MATCH, Verdict.WITHIN, Verdict.PARTIAL})


def answer(task: OperationTask, kind: AnswerKind, *, seq: int = 0, note: str = "") -> Answer:
    """Return an answer without a handshake."""
    return Answer(
        kind=kind,
        operation_id=task.operation.operation_id,
        direction=task.direction,
        epoch=task.epoch,
        client_ref=task.client_ref,
        seq=seq,
        note=note[:500],
    )


def is_undone(task: OperationTask, desk: Desk, handshake: ExecutionHandshake) -> bool:
    """Tell whether this undo leaves nothing of the operation but friction."""
    if task.direction is Direction.FORWARD or task.effect is None:
        return False
    left = add(task.effect.actual_deltas, handshake.actual_deltas)
    with unforeseen("asking for the undo"):
        inverse = desk.venue(task.request.venue).inverse(task.request, task.effect)
    return undone(
        left,
        principal_keys(task.request, task.effect.actual_deltas),
        inverse.dust,
        fees=(*task.effect.fees, *handshake.fees),
        absolute=task.operation.tolerance.absolute if task.operation.tolerance else ZERO,
    )


def _reconciled(
    task: OperationTask, request: ExecutionRequest, handshake: ExecutionHandshake, prepared: Prepared | None
) -> Reconciliation:
    amount = (prepared or {}).get("amount")
    return reconcile(
        request,
        handshake,
        task.reading,
        tolerance=task.operation.tolerance,
        sent=Decimal(amount) if amount is not None else None,
        predicted=task.context.simulated,
    )


async def closed(
    task: OperationTask,
    request: ExecutionRequest,
    desk: Desk,
    handshake: ExecutionHandshake,
    prepared: Prepared | None,
) -> Answer:
    """Judge what took effect. It is recorded once the verdict stands: at once when good, else at the last reading."""
    if not handshake.actual_deltas and not handshake.executed_amount:
        return await nothing(task, request, desk, AnswerKind.REFUSED, handshake.error_message or "closed unfilled")
    placed = located(handshake.actual_deltas, request.source_venue, request.target_venue)
    handshake = handshake.model_copy(update={"actual_deltas": placed})
    done = is_undone(task, desk, handshake)
    handshake = handshake.model_copy(update={"status": status_after(task.direction, undone=done)})
    judged = _reconciled(task, request, handshake, prepared)
    stands = judged.verdict in SETTLED or (judged.verdict is Verdict.BREACH and task.reading >= READINGS_MAX)
    seq = 0
    if stands or handshake.evidence.attested:
        seq = (await record_outcome(task, request, desk, handshake, AnswerKind.CLOSED, judged)).seq
    return Answer(
        **answer(task, AnswerKind.CLOSED, seq=seq, note=judged.reason).model_dump(
            exclude={"handshake", "reconciliation", "recorded", "undone", "fence"}
        ),
        handshake=handshake,
        reconciliation=judged,
        recorded=stands or handshake.evidence.attested,
        undone=done,
        fence=Fence.FENCED,
    )


async def nothing(  # noqa: PLR0917 (each is a part of the one record)
    task: OperationTask,
    request: ExecutionRequest,
    desk: Desk,
    kind: AnswerKind,
    message: str,
    code: str = "EXEC-001",
) -> Answer:
    """Record that the reference did nothing, and answer how that is known."""
    handshake = failed(task, message, code)
    recorded = await record_outcome(task, request, desk, handshake, kind)
    told = answer(task, kind, seq=recorded.seq, note=message)
    return told.model_copy(update={"handshake": handshake, "recorded": True, "fence": Fence.FENCED})


async def unknown(
    task: OperationTask,
    desk: Desk,
    request: ExecutionRequest,
    message: str,
    *,
    fence: Fence = Fence.WAITING,
    readable: bool = True,
    blind: bool = False,
    seen: bool = False,
) -> Answer:
    """Record, once, that the outcome is unknown, and answer so.

    The record's words are always the same: every further look would otherwise contradict it.
    """
    handshake = failed(task, NOT_KNOWN, "EXEC-002").model_copy(update={"status": ExecutionStatus.UNKNOWN})
    event = operation_event(task, request, desk, handshake, AnswerKind.UNKNOWN.value)
    recorded = await desk.log.record((event,), task.known_seq)
    told = answer(task, AnswerKind.UNKNOWN, seq=recorded.seq, note=message)
    return told.model_copy(update={"fence": fence, "readable": readable, "blind": blind, "seen": seen})


def from_record(task: OperationTask, desk: Desk, outcome: OperationExecutionEvent, seq: int) -> Answer:
    """Answer with an outcome that was recorded before."""
    handshake = handshake_of(outcome)
    kind = AnswerKind(outcome.outcome or AnswerKind.CLOSED)
    told = answer(task, kind, seq=seq, note=outcome.error_message or "")
    return told.model_copy(
        update={
            "handshake": handshake,
            "reconciliation": outcome.reconciliation,
            "recorded": True,
            "undone": kind is AnswerKind.CLOSED and is_undone(task, desk, handshake),
            "fence": Fence.FENCED,
        }
    )


async def of_reading(
    task: OperationTask, request: ExecutionRequest, desk: Desk, reading: Reading, prepared: Prepared | None
) -> Answer | None:
    """Answer what a reading settles, or that it is open; None for one that proves nothing."""
    match reading.state:
        case ReadingState.CLOSED:
            return await closed(task, request, desk, reading.handshake, prepared)
        case ReadingState.REFUSED:
            message = reading.handshake.error_message or "the venue refused it"
            code = reading.handshake.error_code or "EXEC-001"
            return await nothing(task, request, desk, AnswerKind.REFUSED, message, code)
        case ReadingState.OPEN:
            told = answer(task, AnswerKind.OPEN, note="open at the venue")
            return told.model_copy(update={"handshake": reading.handshake})
        case ReadingState.NOT_FOUND | ReadingState.UNKNOWN:
            return None
