"""What an answer changes. Each answer is about the one reference in flight; any other is ignored."""

from dataclasses import replace

from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.core.clock import READINGS_MAX, count_up
from allornone.core.facts import patience_left, same, trouble, with_progress
from allornone.core.halt import take_back
from allornone.core.lastlook import observe_last_looks
from allornone.core.resolve import heard, left_unfenced
from allornone.core.state import Attempt, Flight, GroupState, Phase, Progress
from allornone.core.unwind import nothing_to_undo
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup
from allornone.models.reconciliation import Verdict

__all__ = ["ended", "judge", "lost", "observe", "observe_last_looks", "recorded", "settle"]

_SAID = frozenset({TransitionKind.COMMAND, TransitionKind.JUDGED})
_SURE = frozenset({Verdict.MATCH, Verdict.WITHIN, Verdict.PARTIAL})


def observe(plan: AtomicGroup, state: GroupState, answer: Answer) -> GroupState:
    """Return the state after `answer`. The flight it is about is settled, or known a little better."""
    state = replace(state, known_seq=max(state.known_seq, answer.seq))
    flight = state.flight
    if flight is None or not _is_about(plan, flight, answer):
        return state
    after = _unhalted(_observed(plan, state, flight, answer), flight, answer)
    if state.claim is None:
        return after
    if after.flight is not None and not state.claim.asked and not after.superseded:
        # A look that began before the word was given cannot judge it: look again, now.
        return replace(after, flight=replace(after.flight, urgent=True))
    return judge(after, flight, answer)


def _unhalted(state: GroupState, flight: Flight, answer: Answer | None) -> GroupState:
    """Forget a halt once a forward send was answered otherwise."""
    halted = answer is not None and answer.kind is AnswerKind.HALTED
    return state if halted or flight.direction is not Direction.FORWARD else replace(state, halt=None)


def _is_about(plan: AtomicGroup, flight: Flight, answer: Answer) -> bool:
    operation_id = plan.operations[flight.index].operation_id
    about = (answer.operation_id, answer.direction, answer.epoch)
    return about == (operation_id, flight.direction, flight.epoch)


def judge(state: GroupState, flight: Flight, answer: Answer) -> GroupState:
    """Hold an operator's word against the look-up it asked for."""
    claimed = state.claim.handshake if state.claim is not None else None
    if claimed is not None:
        shown = answer.handshake.actual_deltas if answer.handshake is not None else {}
        if answer.kind is AnswerKind.CLOSED and same(shown, claimed.actual_deltas):
            return heard(state, borne_out=True, message="resolved as confirmed")
        return heard(state, borne_out=False, message=f"the venue shows {answer.kind.value}: {shown or answer.note}")
    if answer.kind in (AnswerKind.ABSENT, AnswerKind.NOT_SENT, AnswerKind.REFUSED):
        return heard(state, borne_out=True, message="resolved as failed")
    never = answer.fence is Fence.NEVER_SETTLED and flight.direction is Direction.FORWARD
    if answer.kind is AnswerKind.UNKNOWN and never:
        state = left_unfenced(state, flight)
        message = "resolved as failed, unfenced: the end will list it as a range"
        return heard(state, borne_out=True, message=message, unfenced=True)
    return heard(state, borne_out=False, message=f"the venue shows {answer.kind.value}: {answer.note}")


def _observed(plan: AtomicGroup, state: GroupState, flight: Flight, answer: Answer) -> GroupState:
    match answer.kind:
        case AnswerKind.SUPERSEDED:
            return replace(state, superseded=True)
        case AnswerKind.HALTED if flight.direction is Direction.FORWARD and _is_sending(flight):
            return take_back(state, flight, answer.note)
        case AnswerKind.UNKNOWN | AnswerKind.OPEN | AnswerKind.HALTED:
            return _unsettled(state, flight, answer)
        case AnswerKind.CLOSED if _reads_again(answer, flight):
            return _read_again(state, flight, answer)
        case AnswerKind.CLOSED if _verdict(answer) in (None, Verdict.UNOBSERVED):
            return _unsettled(state, flight, answer)
        case AnswerKind.NO_UNDO:
            return nothing_to_undo(replace(state, flight=None), flight.index)
        case AnswerKind.NOTHING_LEFT:
            progress = replace(state.operations[flight.index], undone=True, note=answer.note)
            return with_progress(replace(state, flight=None), flight.index, progress)
        case AnswerKind.CLOSED | AnswerKind.REFUSED | AnswerKind.NOT_SENT | AnswerKind.ABSENT:
            return settle(plan, state, flight, answer)


def lost(state: GroupState, *, sending: bool) -> GroupState:
    """Return the state after an activity that never answered: its reference is unknown, and a copy may live on."""
    if state.flight is None:
        return state
    flight = replace(state.flight, waited_s=0.0, note="the activity was lost", urgent=sending)
    # Counted as a look, so that the next answer is not taken for the sending attempt's own.
    flight = replace(flight, looks=count_up(flight.looks))
    return replace(_unhalted(state, flight, None), flight=replace(flight, phase=Phase.UNKNOWN) if sending else flight)


def _verdict(answer: Answer) -> Verdict | None:
    return answer.reconciliation.verdict if answer.reconciliation is not None else None


def _reads_again(answer: Answer, flight: Flight) -> bool:
    if _verdict(answer) in _SURE:
        return False
    return not answer.recorded and flight.readings + 1 < READINGS_MAX


def _read_again(state: GroupState, flight: Flight, answer: Answer) -> GroupState:
    read = replace(
        flight,
        phase=Phase.READING,
        came_back=flight.came_back or _is_sending(flight),
        readings=flight.readings + 1,
        blind_s=0.0,
        seen=True,
        looks=count_up(flight.looks),
        waited_s=0.0,
        urgent=False,
        note=answer.note,
    )
    return replace(state, flight=read)


def _is_sending(flight: Flight) -> bool:
    """Tell whether the answer that is due is the sending attempt's own."""
    return flight.looks == 0 and not flight.came_back


def _unsettled(state: GroupState, flight: Flight, answer: Answer) -> GroupState:
    sending = _is_sending(flight)
    # An open order stays one through a bad look; what resolving finds open is being recalled, and is not waited for.
    is_open = flight.phase is Phase.OPEN or (answer.kind is AnswerKind.OPEN and sending)
    known = replace(
        flight,
        phase=Phase.OPEN if is_open else Phase.UNKNOWN,
        came_back=flight.came_back or sending,
        fence=answer.fence,
        readable=answer.readable,
        looks=flight.looks if sending else count_up(flight.looks),
        blind_s=flight.blind_s if answer.blind else 0.0,
        seen=flight.seen or answer.seen or answer.kind in (AnswerKind.OPEN, AnswerKind.CLOSED),
        revoked=flight.revoked or (not sending and flight.phase is Phase.UNKNOWN),
        waited_s=0.0,
        urgent=sending and not is_open,
        note=answer.note,
    )
    return replace(state, flight=known)


def settle(plan: AtomicGroup, state: GroupState, flight: Flight, answer: Answer) -> GroupState:
    """Put the flight's outcome among the operation's attempts."""
    attempt = Attempt(
        direction=flight.direction,
        epoch=flight.epoch,
        kind=answer.kind,
        verdict=_verdict(answer),
        handshake=answer.handshake,
        attested=bool(answer.handshake and answer.handshake.evidence.attested),
    )
    progress = state.operations[flight.index]
    progress = replace(
        progress, attempts=(*progress.attempts, attempt), note=answer.note or _breach(answer), waited_s=0.0
    )
    if flight.direction is Direction.FORWARD:
        progress = _count_forward(plan, flight.index, progress, attempt)
    else:
        progress = _count_undo(progress, attempt, undone=answer.undone)
    return with_progress(replace(state, flight=None), flight.index, progress)


def _breach(answer: Answer) -> str:
    """Say by what an effect is outside its bounds, in figures: an operator is to read it where the group is shown."""
    judged = answer.reconciliation
    return judged.reason if judged is not None and judged.verdict is Verdict.BREACH else ""


def _count_forward(plan: AtomicGroup, index: int, progress: Progress, attempt: Attempt) -> Progress:
    operation = plan.operations[index]
    progress = replace(progress, undone=progress.undone and not attempt.took_effect)
    if attempt.kind in (AnswerKind.NOT_SENT, AnswerKind.ABSENT):
        late = not patience_left(operation, progress)
        refusals = count_up(progress.refusals) if late else progress.refusals
        return replace(progress, tries=count_up(progress.tries), refusals=refusals)
    if trouble(operation, progress) is None:
        return replace(progress, tries=0, refusals=0)
    return replace(progress, tries=0, refusals=count_up(progress.refusals))


def _count_undo(progress: Progress, attempt: Attempt, *, undone: bool) -> Progress:
    if undone:
        return replace(progress, undone=True)
    # A part or a breach made progress: the rest follows at once, and only what did nothing backs off further.
    return replace(progress, undo_tries=1 if attempt.took_effect else count_up(progress.undo_tries))


def recorded(state: GroupState, seq: int, *, superseded: bool) -> GroupState:
    """Return the state after the first notice of the outbox was recorded, or another life's log refused it.

    What this life had decided is dropped then; what an operator told it meanwhile, and was answered, is recorded.
    """
    state = replace(state, known_seq=max(state.known_seq, seq), outbox=state.outbox[1:], notices=state.notices + 1)
    if not superseded:
        return state
    return replace(state, superseded=True, outbox=tuple(each for each in state.outbox if each.kind in _SAID))


def ended(state: GroupState, seq: int, *, superseded: bool) -> GroupState:
    """Return the state after the end record."""
    return replace(state, known_seq=max(state.known_seq, seq), recorded=True, superseded=superseded)
