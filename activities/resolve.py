"""What became of a reference: look, read again, or revoke and resolve. Never sends."""

import asyncio

from activities.claim import borne_out, gainsaid
from activities.desk import Desk
from activities.fence import fence, is_blind, prospect
from activities.judge import answer, closed, from_record, nothing, of_reading, unknown
from activities.look import Looked, looked, looked_and_recalled
from activities.outcome import request_of, revocation
from activities.tasks import OperationTask
from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.core.clock import READINGS_MAX
from allornone.core.facts import same
from allornone.deltas import located
from allornone.eventlog import OperationExecutionEvent, ReferenceTrace
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.models.reconciliation import Verdict
from allornone.venues import Venue
from allornone.venues.capabilities import OperationCapability
from allornone.venues.reading import Reading, ReadingState

_SEEN = (ReadingState.OPEN, ReadingState.CLOSED)
SECOND_LOOK_S = 1.0
"""Between the two look-ups that absence takes. The settle window already covers the worst stale read."""


async def resolve(task: OperationTask, desk: Desk) -> Answer:
    """Answer what the venue shows. May be called again, any number of times."""
    if task.mode == "resolve":
        return await _resolve(task, desk)
    trace = await desk.log.reference(task.context.atomic_group_id, task.client_ref)
    if trace.intent is None:
        return _without_intent(task, desk, trace)
    match task.mode:
        case "last_look":
            return await _last_look(task, desk, trace, trace.intent)
        case "reread" if trace.effect is not None:
            return await _reread(task, desk, trace, trace.intent, trace.effect)
        case _:
            return await _look(task, desk, trace, trace.intent)


def _without_intent(task: OperationTask, desk: Desk, trace: ReferenceTrace) -> Answer:
    if trace.outcome is not None:
        return from_record(task, desk, trace.outcome, trace.seq)
    return answer(task, AnswerKind.NOT_SENT, seq=trace.seq, note="never sent")


async def _look(task: OperationTask, desk: Desk, trace: ReferenceTrace, intent: OperationExecutionEvent) -> Answer:
    """See whether it is still open, or read a closed effect again."""
    if trace.outcome is not None:
        return from_record(task, desk, trace.outcome, trace.seq)
    request = request_of(task, intent)
    look = await looked(desk.venue(request.venue), request, intent.prepared)
    reading, told = look.reading, None
    if reading is not None:
        told = await of_reading(task, request, desk, reading.sent_at(intent.submitted_at), intent.prepared)
    if told is None:
        message, readable = look.told("a look-up proved nothing"), reading is not None
        return await unknown(task, desk, request, message, readable=readable, blind=is_blind(reading))
    return await _unobserved_is_unknown(task, desk, request, told)


async def _reread(
    task: OperationTask,
    desk: Desk,
    trace: ReferenceTrace,
    intent: OperationExecutionEvent,
    recorded: OperationExecutionEvent,
) -> Answer:
    """Ask the venue about an effect that is recorded. What it shows otherwise by now is recorded beside it."""
    request = request_of(task, intent)
    look = await looked(desk.venue(request.venue), request, intent.prepared)
    reading = look.reading
    if reading is not None and reading.state is ReadingState.OPEN:
        return await of_reading(task, request, desk, reading, intent.prepared) or answer(task, AnswerKind.OPEN)
    shown = reading.handshake.actual_deltas if reading is not None and reading.state is ReadingState.CLOSED else {}
    if reading is not None and shown:
        placed = located(shown, request.source_venue, request.target_venue)
        if task.reading < READINGS_MAX or not same(placed, recorded.actual_deltas):
            seen = reading.sent_at(intent.submitted_at)
            return await closed(task, request, desk, seen.handshake, intent.prepared)
    told = f"the venue shows {reading.state.value}" if reading else look.told("the venue could not be asked")
    # A recorded effect that a look-up does not show any more is a stale read, not an undo.
    stands = from_record(task, desk, recorded, trace.seq)
    return stands.model_copy(update={"note": f"it stands as it was recorded: {told}"})


async def _unobserved_is_unknown(task: OperationTask, desk: Desk, request: ExecutionRequest, told: Answer) -> Answer:
    judged = told.reconciliation
    unseen = judged is not None and judged.verdict is Verdict.UNOBSERVED and task.reading >= READINGS_MAX
    return await unknown(task, desk, request, "its effect could not be observed", seen=True) if unseen else told


async def _last_look(task: OperationTask, desk: Desk, trace: ReferenceTrace, intent: OperationExecutionEvent) -> Answer:
    """See, before the end, whether the venue shows anything else than what was recorded."""
    recorded = trace.outcome
    request = request_of(task, intent)
    venue = desk.venue(request.venue)
    look = Looked() if task.context.simulated else await looked_and_recalled(venue, request, intent.prepared)
    reading = look.reading
    if reading is None:
        askable = venue.capabilities.answers(request.operation_type) and not task.context.simulated
        if trace.effect is not None and not askable:
            # What an answer recorded, be it late, is all that anybody will ever know.
            return from_record(task, desk, trace.effect, trace.seq)
        return answer(task, AnswerKind.UNKNOWN, seq=trace.seq, note=look.told("not asked")).model_copy(
            update={"readable": not askable}
        )
    if reading.state is ReadingState.OPEN:
        told = answer(task, AnswerKind.OPEN, seq=trace.seq, note="open at the venue, and cannot be recalled")
        return told.model_copy(update={"handshake": reading.handshake})
    shown = reading.handshake.actual_deltas if reading.state is ReadingState.CLOSED else {}
    if recorded is not None and shown == recorded.actual_deltas:
        return from_record(task, desk, recorded, trace.seq)
    if not shown:
        # A recorded effect that a look-up does not show any more is a stale read, not an undo.
        return answer(task, AnswerKind.UNKNOWN, seq=trace.seq, note=f"the last look shows {reading.state.value}")
    late, seen = task.model_copy(update={"reading": READINGS_MAX}), reading.sent_at(intent.submitted_at)
    return await closed(late, request, desk, seen.handshake, intent.prepared)


async def _resolve(task: OperationTask, desk: Desk) -> Answer:
    """Revoke, read our own record, look up, recall what is open; absence only when fenced, seen twice."""
    trace = await desk.log.revoke(revocation(task, desk), task.known_seq)
    if trace.superseded:
        return answer(task, AnswerKind.SUPERSEDED, seq=trace.seq)
    if trace.outcome is not None and not await _is_open(task, desk, trace.intent):
        return from_record(task, desk, trace.outcome, trace.seq)
    if trace.intent is None:
        return await nothing(
            task, task.request, desk, AnswerKind.NOT_SENT, "revoked before anything was sent", "EXEC-002"
        )
    request = request_of(task, trace.intent)
    venue = desk.venue(request.venue)
    look = await looked_and_recalled(venue, request, trace.intent.prepared)
    if look.reading is not None:
        look = Looked(look.reading.sent_at(trace.intent.submitted_at))
    told = await _settled(task, request, desk, look.reading, trace.intent.prepared)
    return told or await _unsettled(task, request, desk, look, trace.intent.prepared)


async def _is_open(task: OperationTask, desk: Desk, intent: OperationExecutionEvent | None) -> bool:
    """Tell whether a reference is open at its venue all the same, though its outcome is recorded."""
    if intent is None:
        return False
    request = request_of(task, intent)
    reading = (await looked(desk.venue(request.venue), request, intent.prepared)).reading
    return reading is not None and reading.state is ReadingState.OPEN


async def _settled(
    task: OperationTask,
    request: ExecutionRequest,
    desk: Desk,
    reading: Reading | None,
    prepared: Prepared | None,
) -> Answer | None:
    if reading is None or reading.state is ReadingState.OPEN:
        return None
    told = await of_reading(task, request, desk, reading, prepared)
    return None if told is None else await _unobserved_is_unknown(task, desk, request, told)


async def _unsettled(
    task: OperationTask,
    request: ExecutionRequest,
    desk: Desk,
    look: Looked,
    prepared: Prepared | None,
) -> Answer:
    venue, reading = desk.venue(request.venue), look.reading
    capability = venue.capabilities.of(request.operation_type) or OperationCapability(expiry="none", lookup="none")
    level = fence(task, request, desk, capability, reading)
    absent = reading is not None and reading.state is ReadingState.NOT_FOUND and reading.full_history
    if absent and level is Fence.FENCED and capability.lookup == "full" and not task.seen:
        return await _absent(task, request, desk, venue, prepared)
    if task.claim is not None and not gainsaid(task.claim, reading):
        told = await borne_out(task, task.claim, request, desk, level, prepared)
        if told is not None:
            return told
    shown = reading.state.value if reading is not None else look.told("nothing: it could not be asked")
    before = ", though it has shown it" if absent and task.seen else ""
    message = f"the venue shows {shown}{before}; {prospect(level, capability, reading)}"
    readable, seen = reading is not None, reading is not None and reading.state in _SEEN
    return await unknown(
        task, desk, request, message, fence=level, readable=readable, blind=is_blind(reading), seen=seen
    )


async def _absent(
    task: OperationTask, request: ExecutionRequest, desk: Desk, venue: Venue, prepared: Prepared | None
) -> Answer:
    await asyncio.sleep(SECOND_LOOK_S)
    again = (await looked(venue, request, prepared)).reading
    if again is not None and again.state is ReadingState.NOT_FOUND:
        message = f"fenced and not found twice, last at {again.venue_time}"
        return await nothing(task, request, desk, AnswerKind.ABSENT, message, "EXEC-001")
    told = await _settled(task, request, desk, again, prepared)
    return told or await unknown(task, desk, request, "two look-ups disagree", readable=again is not None)
