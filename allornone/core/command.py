"""What an operator may say, when, and what it changes. A command is taken in one step or refused with those that fit."""

from dataclasses import replace

from allornone.core.answer import Fence
from allornone.core.facts import (
    Trouble,
    current,
    forward_attempts,
    in_effect,
    pivot,
    reference,
    trouble,
    with_progress,
)
from allornone.core.standing import blocked
from allornone.core.state import Claim, Flight, GroupState, Handled, Notice, Phase, Progress
from allornone.core.unwind import targets
from allornone.errors import CommandRefusedError
from allornone.events.transition import TransitionKind
from allornone.models.commands import (
    CancelCommand,
    Command,
    PauseCommand,
    ResolveCommand,
    ResolvedOutcome,
    ResumeCommand,
    RetryCommand,
)
from allornone.models.execution import Direction, Evidence, ExecutionHandshake, ExecutionStatus
from allornone.models.group import AtomicGroup

Subject = tuple[int, Direction, int]


def subject(plan: AtomicGroup, state: GroupState) -> Subject | None:
    """Return the reference that `retry` and `resolve` mean now: what is unknown, else what is stuck."""
    if state.flight is not None:
        return state.flight.index, state.flight.direction, state.flight.epoch
    if state.unwinding is not None:
        stuck = [index for index in targets(plan, state) if state.operations[index].undo_tries]
        return (stuck[0], Direction.ROLLBACK, state.operations[stuck[0]].undo_epoch) if stuck else None
    index = current(plan, state)
    if index is None:
        return None
    why, progress = trouble(plan.operations[index], state.operations[index]), state.operations[index]
    if why is Trouble.UNFENCED or (why is None and not _is_held(plan, state)):
        return None
    return index, Direction.FORWARD, max(progress.forward_epoch, 1)


def _is_held(plan: AtomicGroup, state: GroupState) -> bool:
    return state.deadline and not state.released and pivot(plan, state) >= 0


def allowed(plan: AtomicGroup, state: GroupState) -> tuple[str, ...]:
    """Return the commands that make sense now."""
    if state.verdict is not None:
        return ()
    if state.superseded:
        return ("resolve",)
    commands = ["resume" if state.paused else "pause"]
    if not state.cancel and state.unwinding is None:
        commands.append("cancel")
    if subject(plan, state) is not None:
        commands.append("retry")
    if (state.flight is not None and state.flight.phase is Phase.UNKNOWN) or blocked(plan, state) is not None:
        commands.append("resolve")
    return tuple(commands)


def take(plan: AtomicGroup, state: GroupState, command: Command, command_id: str) -> GroupState:
    """Return the state with `command` latched, its answer kept under `command_id`.

    Raises CommandRefusedError, and changes nothing, where it makes no sense. The same id again changes nothing.
    """
    if any(handled.command_id == command_id for handled in state.handled):
        return state
    if state.claim is not None and state.claim.command_id == command_id:
        return state
    if state.verdict is not None:
        raise CommandRefusedError(f"the group has ended: {state.verdict.value}; no command is taken any more")
    match command:
        case PauseCommand():
            taken = _pause(plan, state)
        case ResumeCommand():
            taken = _resume(plan, state)
        case CancelCommand():
            taken = _cancel(plan, state)
        case RetryCommand():
            taken = _retry(plan, state, command)
        case ResolveCommand():
            taken = _resolve(plan, state, command, command_id)
    return _noted(taken, command, command_id)


def _refuse(plan: AtomicGroup, state: GroupState, why: str) -> CommandRefusedError:
    fitting = ", ".join(allowed(plan, state)) or "none"
    return CommandRefusedError(f"{why}; what makes sense now: {fitting}")


def _noted(state: GroupState, command: Command, command_id: str) -> GroupState:
    name = type(command).__name__.removesuffix("Command").lower()
    facts = {"command": name, "command_id": command_id, **command.model_dump(mode="json", exclude_none=True)}
    notice = Notice(TransitionKind.COMMAND, reason=command.reason, actor=command.actor, facts=facts)
    state = replace(state, outbox=(*state.outbox, notice))
    if state.claim is not None and state.claim.command_id == command_id:
        return state
    return replace(state, handled=(*state.handled, Handled(command_id, f"{name} taken")))


def _pause(plan: AtomicGroup, state: GroupState) -> GroupState:
    if state.paused:
        raise _refuse(plan, state, "the group is already paused")
    return replace(state, paused=True)


def _resume(plan: AtomicGroup, state: GroupState) -> GroupState:
    if not state.paused:
        raise _refuse(plan, state, "the group is not paused")
    return replace(state, paused=False)


def _cancel(plan: AtomicGroup, state: GroupState) -> GroupState:
    if state.cancel or state.unwinding is not None:
        raise _refuse(plan, state, "the group is already rolling back")
    return replace(state, cancel=True)


def _named(plan: AtomicGroup, state: GroupState, client_ref: str | None) -> Subject:
    found = subject(plan, state)
    if found is None:
        raise _refuse(plan, state, "nothing is unknown or stuck")
    meant = reference(plan, *found)
    if client_ref != meant:
        raise _refuse(plan, state, f"reference {client_ref} has moved on; what is open now is {meant}")
    return found


def _retry(plan: AtomicGroup, state: GroupState, command: RetryCommand) -> GroupState:
    index, direction, epoch = _named(plan, state, command.client_ref)
    if state.flight is not None:
        # Unknown or open: look again, now. Never a send.
        return replace(state, flight=replace(state.flight, urgent=True, spent_s=_again(state.flight)))
    progress = state.operations[index]
    if direction is Direction.FORWARD and trouble(plan.operations[index], progress) is Trouble.BREACH:
        return _reread(state, index, epoch)
    return with_progress(replace(state, released=True), index, replace(progress, pressed=True))


def _again(flight: Flight) -> float:
    """Give an unknown its budget back; an open order keeps its time."""
    return 0.0 if flight.phase is Phase.UNKNOWN else flight.spent_s


def _reread(state: GroupState, index: int, epoch: int) -> GroupState:
    """Take a breach back into flight, to be read three times more."""
    progress = state.operations[index]
    kept = tuple(each for each in progress.attempts if (each.direction, each.epoch) != (Direction.FORWARD, epoch))
    flight = Flight(index, Direction.FORWARD, epoch, phase=Phase.READING, came_back=True)
    return replace(with_progress(state, index, replace(progress, attempts=kept)), flight=flight)


def _resolve(plan: AtomicGroup, state: GroupState, command: ResolveCommand, command_id: str) -> GroupState:
    if command.outcome is ResolvedOutcome.ACCEPTED:
        return _accept(plan, state, command)
    index, direction, _ = _named(plan, state, command.client_ref)
    flight = state.flight
    if flight is None or flight.phase is not Phase.UNKNOWN:
        raise _refuse(plan, state, "resolve holds only while its reference is unknown")
    if command.outcome is ResolvedOutcome.FAILED:
        _refuse_unless_fenced(plan, state, flight, direction)
        claim = Claim(command_id)
    else:
        claim = Claim(command_id, _attested(plan, index, command))
    return replace(state, claim=claim, flight=replace(flight, urgent=True))


def _refuse_unless_fenced(plan: AtomicGroup, state: GroupState, flight: Flight, direction: Direction) -> None:
    if flight.fence is Fence.FENCED:
        return
    if flight.fence is Fence.NEVER_SETTLED and direction is Direction.FORWARD:
        return
    if flight.fence is Fence.NEVER_SETTLED:
        raise _refuse(plan, state, "an undo that may still take effect can be shown or accepted, not called undone")
    raise _refuse(plan, state, "it may still take effect: 'did not happen' holds only once the reference is fenced")


def _attested(plan: AtomicGroup, index: int, command: ResolveCommand) -> ExecutionHandshake:
    operation = plan.operations[index]
    amount = operation.operation_details.amount if command.executed_amount is None else command.executed_amount
    return ExecutionHandshake(
        operation_id=operation.operation_id,
        status=ExecutionStatus.CONFIRMED,
        actual_deltas=command.actual_deltas,
        executed_amount=amount,
        filled_ratio=min(amount / operation.operation_details.amount, 1),
        evidence=Evidence(attested=True, note=f"{command.actor}: {command.evidence or command.reason}"),
    )


def _accept(plan: AtomicGroup, state: GroupState, command: ResolveCommand) -> GroupState:
    if state.superseded and command.operation_id is None:
        return replace(state, given_up=True)
    if blocked(plan, state) is None and not (state.flight is None and state.unwinding is not None):
        raise _refuse(plan, state, "nothing is stuck that could be accepted")
    state = _accept_flight(plan, state, command)
    if command.operation_id is None:
        return replace(state, given_up=True)
    index = _index_of(plan, state, command.operation_id)
    progress = replace(state.operations[index], accepted=True)
    return with_progress(state, index, progress)


def _accept_flight(plan: AtomicGroup, state: GroupState, command: ResolveCommand) -> GroupState:
    """List what may still take effect as a range; refuse while it may yet be known."""
    flight = state.flight
    if flight is None:
        return state
    other = command.operation_id not in (None, plan.operations[flight.index].operation_id)
    if flight.fence is not Fence.NEVER_SETTLED or other:
        raise _refuse(plan, state, "something is unknown; residuals can be accepted once it is known or unknowable")
    progress = state.operations[flight.index]
    ranges = (*progress.unfenced, (flight.direction, flight.epoch))
    return with_progress(replace(state, flight=None), flight.index, replace(progress, unfenced=ranges))


def _index_of(plan: AtomicGroup, state: GroupState, operation_id: str) -> int:
    for index, operation in enumerate(plan.operations):
        if operation.operation_id == operation_id:
            if _is_acceptable(plan, state, index):
                return index
            raise _refuse(plan, state, f"operation {operation_id!r} has nothing that could be accepted")
    raise _refuse(plan, state, f"the group has no operation {operation_id!r}")


def _is_acceptable(plan: AtomicGroup, state: GroupState, index: int) -> bool:
    progress: Progress = state.operations[index]
    if in_effect(progress) or progress.unfenced:
        return not progress.accepted
    return index == current(plan, state) and bool(forward_attempts(progress)) and state.unwinding is None


def heard(state: GroupState, *, borne_out: bool, message: str) -> GroupState:
    """Answer the claim that waits: a look-up bears it out, or shows something else."""
    if state.claim is None:
        return state
    handled = Handled(state.claim.command_id, message, refused=not borne_out)
    return replace(state, claim=None, handled=(*state.handled, handled))
