"""Where a group stands, in words: what is announced, searched for and shown."""

from dataclasses import replace

from allornone.core.clock import over_resolve_budget, over_undo_budget
from allornone.core.late import held
from allornone.core.recover import standstill
from allornone.core.state import Flight, GroupState, Notice, Phase
from allornone.core.unwind import residual_is_open, targets
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup, GroupStatus


def blocked(plan: AtomicGroup, state: GroupState) -> str | None:
    """Return what the machine cannot know or cannot do; None while it can go on by itself."""
    if state.superseded:
        return "the event log holds another life of this group; this run does nothing more"
    if state.orphaned is not None:
        return state.orphaned
    if state.flight is not None and _is_stuck(plan, state.flight):
        what = "the undo of " if state.flight.direction is Direction.ROLLBACK else ""
        return f"the outcome of {what}{plan.operations[state.flight.index].operation_id} is unknown"
    if state.unwinding is not None:
        return _stuck_unwinding(plan, state)
    if (late := held(plan, state)) is not None:
        return late
    if state.flight is not None or state.given_up or plan.policy.accept_residual:
        return None
    return standstill(plan, state)


def _is_stuck(plan: AtomicGroup, flight: Flight) -> bool:
    return flight.phase is Phase.UNKNOWN and over_resolve_budget(plan, flight)


def _stuck_unwinding(plan: AtomicGroup, state: GroupState) -> str | None:
    waiting = targets(plan, state)
    for index in waiting:
        if over_undo_budget(plan, state.operations[index]):
            return f"the undo of {plan.operations[index].operation_id} does not succeed"
    if state.flight is None and not waiting and residual_is_open(plan, state):
        return "exposure is left that cannot be undone"
    return None


def standing(plan: AtomicGroup, state: GroupState) -> tuple[GroupStatus, str]:
    """Return the group's status and the reason for it."""
    if state.verdict is not None:
        return state.verdict, ""
    why = blocked(plan, state)
    if why is not None:
        return GroupStatus.BLOCKED, why
    if state.unwinding is not None:
        return GroupStatus.ROLLING_BACK, state.unwinding.reason
    return GroupStatus.RUNNING, ""


def announce(plan: AtomicGroup, state: GroupState) -> GroupState:
    """Put a change of standing in the outbox, so that it is recorded before anything else is done."""
    now = standing(plan, state)
    if state.announced == now or state.verdict is not None:
        return state
    was = state.announced[0] if state.announced is not None else GroupStatus.RUNNING
    back = state.unwinding
    facts = {"unwinding": back.reason, "floor": back.floor} if back is not None else None
    notice = Notice(_kind(was, now[0]), reason=now[1], facts=facts)
    return replace(state, announced=now, outbox=(*state.outbox, notice))


def _kind(was: GroupStatus, now: GroupStatus) -> TransitionKind:
    if now is GroupStatus.BLOCKED:
        return TransitionKind.BLOCKED
    if now is GroupStatus.ROLLING_BACK and was is not GroupStatus.BLOCKED:
        return TransitionKind.ROLLING_BACK
    return TransitionKind.UNBLOCKED
