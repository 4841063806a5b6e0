"""What the last look changes: before the end, each reference ever sent is looked up once more."""

from dataclasses import replace
from typing import Any

from allornone.core.answer import Answer, AnswerKind
from allornone.core.facts import reference, same, with_progress
from allornone.core.state import Attempt, Flight, GroupState, Notice, Progress
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup
from allornone.models.reconciliation import Verdict

_RIGHT = frozenset({Verdict.MATCH, Verdict.WITHIN})


def observe_last_looks(plan: AtomicGroup, state: GroupState, answers: tuple[tuple[int, Answer], ...]) -> GroupState:
    """Return the state after the last look: an effect that nobody expected joins what is to be undone."""
    changed = False
    unseen = list[str]()
    for index, answer in answers:
        state = replace(state, known_seq=max(state.known_seq, answer.seq))
        if answer.kind is AnswerKind.SUPERSEDED:
            return replace(state, superseded=True)
        if state.flight is not None and state.flight.index == index and _is_of(state.flight, answer):
            continue  # an operator has it read again meanwhile, and that look tells
        if answer.kind is AnswerKind.CLOSED and _differs(state.operations[index], answer):
            state, changed = joins(plan, state, index, answer), True
        if answer.kind is AnswerKind.OPEN and state.flight is None:
            state, changed = _reopened(plan, state, index, answer), True
        if answer.kind is AnswerKind.UNKNOWN and not answer.readable:
            unseen.append(reference(plan, index, answer.direction, answer.epoch))
    state = replace(state, unseen=tuple(unseen))
    if changed or state.flight is not None:
        return replace(state, looked=False, last_looks=0, look_wait_s=0.0)
    if unseen:
        return replace(state, last_looks=state.last_looks + 1, look_wait_s=0.0)
    return replace(state, looked=True, last_looks=0, look_wait_s=0.0)


def _is_of(sent: Attempt | Flight, answer: Answer) -> bool:
    return (sent.direction, sent.epoch) == (answer.direction, answer.epoch)


def _differs(progress: Progress, answer: Answer) -> bool:
    known = [each for each in progress.attempts if _is_of(each, answer)]
    shown = answer.handshake.actual_deltas if answer.handshake is not None else {}
    believed = [each.handshake.actual_deltas for each in known if each.handshake is not None]
    return not same(shown, believed[0] if believed else {})


def without(progress: Progress, answer: Answer) -> Progress:
    """Return the progress as if the reference had never been settled."""
    return replace(
        progress,
        attempts=tuple(each for each in progress.attempts if not _is_of(each, answer)),
        unfenced=tuple(each for each in progress.unfenced if each != (answer.direction, answer.epoch)),
    )


def _unsettled(progress: Progress, answer: Answer, why: str) -> Progress:
    return replace(without(progress, answer), undone=False, note=why)


def joins(plan: AtomicGroup, state: GroupState, index: int, answer: Answer) -> GroupState:
    """Return the state with an effect that nobody expected among the attempts, in the place of what was believed."""
    why = f"{plan.operations[index].operation_id}: the last look shows an effect that was not known"
    verdict = _verdict(state.operations[index], answer)
    progress = _unsettled(state.operations[index], answer, why)
    late = Attempt(answer.direction, answer.epoch, AnswerKind.CLOSED, verdict, answer.handshake)
    attempts = sorted((*progress.attempts, late), key=lambda each: (each.direction is Direction.ROLLBACK, each.epoch))
    state = with_progress(state, index, replace(progress, attempts=tuple(attempts)))
    shown = answer.handshake.actual_deltas if answer.handshake is not None else {}
    facts = {"shown": {key: str(amount) for key, amount in shown.items()}}
    return _noticed(state, index, answer, why, facts)


def _verdict(progress: Progress, answer: Answer) -> Verdict:
    """Return what the effect is taken for: a breach, unless it was believed and is only of another size.

    An operator who attests an order has seen its size, and not always its fees.
    """
    believed = any(_is_of(each, answer) and each.took_effect for each in progress.attempts)
    judged = answer.reconciliation.verdict if answer.reconciliation is not None else Verdict.BREACH
    return judged if believed and judged in _RIGHT else Verdict.BREACH


def _reopened(plan: AtomicGroup, state: GroupState, index: int, answer: Answer) -> GroupState:
    """Take a reference that was thought settled back into flight: it is to be recalled and resolved."""
    why = f"{plan.operations[index].operation_id}: the last look shows an order that is still open"
    state = with_progress(state, index, _unsettled(state.operations[index], answer, why))
    flight = Flight(index, answer.direction, answer.epoch, came_back=True, looks=1, seen=True, note=why)
    return _noticed(replace(state, flight=flight), index, answer, why)


def _noticed(
    state: GroupState, index: int, answer: Answer, why: str, facts: dict[str, Any] | None = None
) -> GroupState:
    subject = (index, answer.direction, answer.epoch)
    notice = Notice(TransitionKind.LATE_EFFECT, reason=why, subject=subject, facts=facts)
    return replace(state, outbox=(*state.outbox, notice))
