"""What a command may mean now: the reference that is unknown or stuck, and the commands that make sense."""

from allornone.core.facts import Trouble, current, pivot, reference, trouble
from allornone.core.late import held
from allornone.core.standing import blocked
from allornone.core.state import GroupState, Phase
from allornone.core.unwind import targets
from allornone.errors import CommandRefusedError
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup

Subject = tuple[int, Direction, int]


def subject(plan: AtomicGroup, state: GroupState) -> Subject | None:
    """Return the reference that `retry` and `resolve` mean now: what is unknown, else what is stuck."""
    if state.flight is not None:
        return state.flight.index, state.flight.direction, state.flight.epoch
    if state.given_up:
        return None
    if state.orphaned is not None:
        return _next(plan, state)
    if state.unwinding is not None:
        stuck = [index for index in targets(plan, state) if state.operations[index].undo_tries]
        return (stuck[0], Direction.ROLLBACK, state.operations[stuck[0]].undo_epoch) if stuck else None
    index = current(plan, state)
    if index is None or held(plan, state) is not None:
        return None
    why, progress = trouble(plan.operations[index], state.operations[index]), state.operations[index]
    if why is Trouble.UNFENCED or (why is None and not _is_held(plan, state)):
        return None
    return index, Direction.FORWARD, max(progress.forward_epoch, 1)


def _next(plan: AtomicGroup, state: GroupState) -> Subject:
    """Return what an orphaned group would go on with, so that an operator can name it."""
    if state.unwinding is not None:
        index = next(iter(targets(plan, state)), 0)
        return index, Direction.ROLLBACK, max(state.operations[index].undo_epoch, 1)
    found = current(plan, state)
    index = found if found is not None else len(plan.operations) - 1
    return index, Direction.FORWARD, max(state.operations[index].forward_epoch, 1)


def _is_held(plan: AtomicGroup, state: GroupState) -> bool:
    return state.deadline and not state.released and pivot(plan, state) >= 0


def allowed(plan: AtomicGroup, state: GroupState) -> tuple[str, ...]:
    """Return the commands that make sense now."""
    if state.verdict is not None:
        return ()
    if state.superseded:
        return ("resolve",)
    commands = ["resume" if state.paused else "pause"]
    if not state.cancel and state.unwinding is None and not state.given_up:
        commands.append("cancel")
    if subject(plan, state) is not None:
        commands.append("retry")
    if (state.flight is not None and state.flight.phase is Phase.UNKNOWN) or blocked(plan, state) is not None:
        commands.append("resolve")
    return tuple(commands)


def refusal(plan: AtomicGroup, state: GroupState, why: str) -> CommandRefusedError:
    """Return the refusal of a command, with those that make sense now."""
    fitting = ", ".join(allowed(plan, state)) or "none"
    return CommandRefusedError(f"{why}; what makes sense now: {fitting}")


def named(plan: AtomicGroup, state: GroupState, client_ref: str | None) -> Subject:
    """Return what a command means by `client_ref`. Raises CommandRefusedError for one that has moved on."""
    found = subject(plan, state)
    if found is None:
        raise refusal(plan, state, "nothing is unknown or stuck")
    meant = reference(plan, *found)
    if client_ref != meant:
        raise refusal(plan, state, f"reference {client_ref} has moved on; what is open now is {meant}")
    return found
