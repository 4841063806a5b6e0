"""The boundary: the moment between two activities. The first rule that fits wins (DESIGN 5)."""

from dataclasses import replace

from allornone.core.chase import chase
from allornone.core.clock import LAST_LOOKS_MAX, RETRY_CAP_S, backoff
from allornone.core.ending import take_verdict
from allornone.core.facts import Trouble, current, pivot, trouble
from allornone.core.halt import wait_s
from allornone.core.late import held
from allornone.core.recover import may_try_again, standstill
from allornone.core.send import send_forward
from allornone.core.standing import announce
from allornone.core.state import GroupState, Progress, Unwinding
from allornone.core.steps import End, Finish, LastLook, Record, Step, Wait
from allornone.core.unwind import unwind
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup

Turn = tuple[GroupState, Step]


def turn(plan: AtomicGroup, state: GroupState) -> Turn:
    """Return what to do next, and the state with every latch that this decision read."""
    if state.verdict is not None and not state.outbox:
        return state, Finish() if state.recorded else End()
    state = announce(plan, state)
    if state.outbox:
        return state, Record(state.outbox[0], state.notices)
    if state.superseded:
        return _give_up(plan, state) if state.given_up else (state, Wait(None, "superseded by another life"))
    if state.flight is not None:
        return chase(plan, state, state.flight)
    if state.given_up:
        return _end(plan, state)
    if state.orphaned is not None:
        return state, Wait(None, state.orphaned)
    if state.unwinding is not None:
        return _unwind(plan, state)
    return _advance(plan, state)


def _give_up(plan: AtomicGroup, state: GroupState) -> Turn:
    # The log belongs to the other life: this one ends without a record of its own.
    return replace(take_verdict(plan, state), recorded=True), Finish()


def _advance(plan: AtomicGroup, state: GroupState) -> Turn:
    """Go forward: cancel, then a late effect that waits for a word, then the deadline, then what is not done."""
    index, floor = current(plan, state), pivot(plan, state)
    if state.cancel:
        return _roll_back(plan, state, "cancelled", floor)
    if index is None:
        return _end(plan, state)
    if (late := held(plan, state)) is not None:
        return state, Wait(None, late)
    if state.deadline and floor < 0:
        return _roll_back(plan, state, "the deadline passed", floor)
    why = trouble(plan.operations[index], state.operations[index])
    if floor >= 0:
        return _recover(plan, state, index, why)
    if why is None:
        return _send(state, index)
    if may_try_again(plan, state, index, why):
        return _try_again(plan, state, index)
    reason = f"{plan.operations[index].operation_id} {why.value}"
    return _roll_back(plan, state, reason, floor)


def _recover(plan: AtomicGroup, state: GroupState, index: int, why: Trouble | None) -> Turn:
    """Go on past a pivot in effect: nothing up to it is undone, so forward is the only way that is left."""
    reason = standstill(plan, state)
    if reason is not None:
        return _end(plan, state) if plan.policy.accept_residual else (state, Wait(None, reason))
    if why is None or state.operations[index].pressed:
        return _send(state, index)
    return _try_again(plan, state, index)


def _try_again(plan: AtomicGroup, state: GroupState, index: int) -> Turn:
    progress = state.operations[index]
    wait = backoff(max(progress.tries, progress.refusals), RETRY_CAP_S) - progress.waited_s
    if wait > 0 and not progress.pressed:
        return state, Wait(wait, f"before the next try of {plan.operations[index].operation_id}")
    return _send(state, index)


def _send(state: GroupState, index: int) -> Turn:
    if state.paused:
        return state, Wait(None, "paused")
    wait = wait_s(state)
    if wait > 0:
        return state, Wait(wait, "halted")
    return send_forward(state, index)


def _roll_back(plan: AtomicGroup, state: GroupState, reason: str, floor: int) -> Turn:
    return turn(plan, replace(state, unwinding=Unwinding(reason, floor), looked=False))


def _unwind(plan: AtomicGroup, state: GroupState) -> Turn:
    moved = unwind(plan, state)
    return moved if moved is not None else _end(plan, state)


def _end(plan: AtomicGroup, state: GroupState) -> Turn:
    """Look at every reference once more, then take the verdict, in one step with reading the latches."""
    if not state.looked:
        return _last_look(plan, state)
    return replace(take_verdict(plan, state), looked=True), End()


def _sent(progress: Progress) -> tuple[tuple[Direction, int], ...]:
    return (*((attempt.direction, attempt.epoch) for attempt in progress.attempts), *progress.unfenced)


def _last_look(plan: AtomicGroup, state: GroupState) -> Turn:
    references = tuple(
        (index, direction, epoch)
        for index, progress in enumerate(state.operations)
        for direction, epoch in _sent(progress)
    )
    if not references or state.last_looks >= LAST_LOOKS_MAX:
        return _end(plan, replace(state, looked=True, last_looks=0))
    wait = backoff(state.last_looks, RETRY_CAP_S) - state.look_wait_s
    if wait > 0:
        return state, Wait(wait, "before the last look")
    return state, LastLook(references, state.last_looks)
