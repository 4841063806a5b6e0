"""How a write reaches a venue: one reference, one intent, one send (DESIGN 6)."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from activities.desk import Desk
from activities.halting import halted, passage, reason_now
from activities.judge import answer, closed, from_record, nothing, of_reading, unknown
from activities.limiting import prepared_within_limits
from activities.outcome import operation_event, revocation
from activities.tasks import OperationTask
from activities.unforeseen import unforeseen
from allornone.core.answer import Answer, AnswerKind
from allornone.core.clock import READINGS_MAX
from allornone.errors import NotSentError, RefusedError, VenueUnavailableError
from allornone.eventlog import Permit, ReferenceTrace
from allornone.eventlog.trace import PermitState
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.units import ZERO
from allornone.venues import Venue
from allornone.venues.reading import ReadingState


async def send(task: OperationTask, request: ExecutionRequest, desk: Desk) -> Answer:
    """Prepare, write the intent, send once, read once; forward only while nothing is halted.

    May run twice: whoever finds the intent answers with the recorded outcome, else unknown, and never sends.
    Raises OSError when the log cannot take the intent; then nothing was sent.
    """
    if (told := await halted(task, desk, reason_now(task, desk))) is not None:
        return told
    try:
        venue = desk.venue(request.venue)
        if task.context.simulated:
            return await _predict(task, request, desk, venue)
        prepared = await prepared_within_limits(request, desk, venue)
    except RefusedError as refused:
        return await _never_sent(task, request, desk, AnswerKind.REFUSED, str(refused), refused.code)
    except VenueUnavailableError as unavailable:
        return await _never_sent(task, request, desk, AnswerKind.NOT_SENT, str(unavailable), "EXEC-002")
    # Right before the intent once more, and held until the send came back.
    with passage(task, desk) as reason:
        return await halted(task, desk, reason) or await _intended(task, request, desk, venue, prepared)


async def _intended(
    task: OperationTask, request: ExecutionRequest, desk: Desk, venue: Venue, prepared: Prepared
) -> Answer:
    if _is_over(request, desk):  # preparing asks the venue, and takes what time it takes
        message = "its time was over before it was written"
        return await _never_sent(task, request, desk, AnswerKind.NOT_SENT, message, "EXEC-002")
    pending = ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.PENDING,
        filled_ratio=ZERO,
        submitted_at=desk.now(),
    )
    intent = operation_event(task, request, desk, pending, "pending", prepared=prepared)
    permit = await desk.log.intend(intent, task.known_seq)
    if permit.state is not PermitState.WRITTEN:
        return await _not_permitted(task, request, desk, permit)
    if _is_over(request, desk):
        return await nothing(task, request, desk, AnswerKind.NOT_SENT, "its time was over before it was sent")
    return await _to_its_end(_sent(task, request, desk, venue, prepared))


_SENDING: set[asyncio.Task[Answer]] = set()
"""So that nobody collects a send that nobody waits for."""


async def _to_its_end(sending: Coroutine[Any, Any, Answer]) -> Answer:
    """Send and record, also when the activity is given up meanwhile.

    Of a venue that cannot be asked, the answer that came too late is all that anybody will ever know.
    """
    task = asyncio.create_task(sending)
    _SENDING.add(task)
    task.add_done_callback(_SENDING.discard)
    return await asyncio.shield(task)


async def _sent(task: OperationTask, request: ExecutionRequest, desk: Desk, venue: Venue, prepared: Prepared) -> Answer:
    left = desk.now()
    try:
        reading = await venue.execute(request, prepared)
    except RefusedError as refused:
        return await nothing(task, request, desk, _refusal(request, desk), str(refused), refused.code)
    except NotSentError as unsent:
        return await nothing(task, request, desk, AnswerKind.NOT_SENT, str(unsent), "EXEC-002")
    except Exception as problem:  # noqa: BLE001 (whatever else a client raises after it may have sent is unknown)
        return await unknown(task, desk, request, f"{type(problem).__name__} while sending")
    if reading.state is ReadingState.REFUSED and _refusal(request, desk) is AnswerKind.NOT_SENT:
        message = reading.handshake.error_message or "it reached the venue too late"
        return await nothing(task, request, desk, AnswerKind.NOT_SENT, message, "EXEC-002")
    told = await of_reading(_counted(task, request, venue), request, desk, reading.sent_at(left), prepared)
    return told or await unknown(task, desk, request, f"the venue answered {reading.state.value}")


def _counted(task: OperationTask, request: ExecutionRequest, venue: Venue) -> OperationTask:
    """Return the task with its reading counted: of a venue that cannot be asked by our id, the first is the last.

    Whoever hears of it late, or never, finds in the log what it said, also where that is out of bounds.
    """
    askable = venue.capabilities.answers(request.operation_type)
    return task if askable else task.model_copy(update={"reading": READINGS_MAX})


def _refusal(request: ExecutionRequest, desk: Desk) -> AnswerKind:
    """Return what a refusal means. Past the request's time it says that it came too late, and nothing else."""
    return AnswerKind.NOT_SENT if _is_over(request, desk) else AnswerKind.REFUSED


def _is_over(request: ExecutionRequest, desk: Desk) -> bool:
    return desk.now() >= request.not_after


async def _predict(task: OperationTask, request: ExecutionRequest, desk: Desk, venue: Venue) -> Answer:
    if desk.limits is not None:
        desk.limits.refuse(request)
    with unforeseen("predicting"):
        handshake = await venue.simulate(request)
    if desk.limits is not None:
        desk.limits.refuse(request, predicted=handshake)
    # A prediction reads the same however often it is read.
    task = task.model_copy(update={"reading": READINGS_MAX})
    return await closed(task, request, desk, handshake.model_copy(update={"simulated": True}), None)


async def _never_sent(  # noqa: PLR0917 (each is a part of the one record)
    task: OperationTask, request: ExecutionRequest, desk: Desk, kind: AnswerKind, message: str, code: str
) -> Answer:
    """Refuse before the intent: revoked first, so that no other copy of this attempt can send under it later."""
    trace = await desk.log.revoke(revocation(task, desk), task.known_seq)
    if trace.superseded:
        return answer(task, AnswerKind.SUPERSEDED, seq=trace.seq)
    if trace.outcome is not None:
        return from_record(task, desk, trace.outcome, trace.seq)
    if trace.intent is not None:
        return _of_another_copy(task, trace)
    return await nothing(task, request, desk, kind, message, code)


async def _not_permitted(task: OperationTask, request: ExecutionRequest, desk: Desk, permit: Permit) -> Answer:
    trace = permit.trace
    if permit.state is PermitState.SUPERSEDED:
        return answer(task, AnswerKind.SUPERSEDED, seq=trace.seq)
    if trace.outcome is not None:
        return from_record(task, desk, trace.outcome, trace.seq)
    if permit.state is PermitState.REVOKED:
        return await nothing(task, request, desk, AnswerKind.NOT_SENT, "revoked before it was sent", "EXEC-002")
    return _of_another_copy(task, trace)


def _of_another_copy(task: OperationTask, trace: ReferenceTrace) -> Answer:
    """Answer for a copy of this attempt that wrote the intent: it may have sent, or be about to."""
    told = answer(task, AnswerKind.UNKNOWN, seq=trace.seq, note="another copy of this attempt may have sent it")
    return told.model_copy(update={"came_back": False})
