"""What an operator may say, when, and what it changes. A command is taken in one step, or refused."""

from dataclasses import replace

from allornone.core.facts import Trouble, trouble, with_progress
from allornone.core.meaning import asked_under, meaning, name_of
from allornone.core.resolve import resolve
from allornone.core.state import Flight, GroupState, Handled, Notice, Phase
from allornone.core.subject import named, refusal
from allornone.errors import CommandRefusedError
from allornone.events.transition import TransitionKind
from allornone.models.commands import (
    TEMPORAL_CANCEL,
    CancelCommand,
    Command,
    PauseCommand,
    ResolveCommand,
    ResolvedOutcome,
    ResumeCommand,
    RetryCommand,
)
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup


def take(plan: AtomicGroup, state: GroupState, command: Command, command_id: str) -> GroupState:
    """Return the state with `command` latched, its answer kept under `command_id`.

    Raises CommandRefusedError, and changes nothing, where it makes no sense. The same id again changes nothing; for
    another command it is refused.
    """
    if used_otherwise(state, command, command_id):
        used = f"command_id {command_id!r} was used for another command of this group: {asked_under(state, command_id)}"
        raise CommandRefusedError(f"{used}; nothing was done, give this one an id of its own")
    if asked_under(state, command_id) is not None:
        return state
    if state.verdict is not None:
        raise CommandRefusedError(f"the group has ended: {state.verdict.value}; no command is taken any more")
    if state.superseded and not _gives_up(command):
        raise refusal(plan, state, "the event log holds another life of this group; this run does nothing more")
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
            taken = resolve(plan, state, command, command_id)
    return _noted(state, taken, command, command_id)


def refuse_reserved(command_id: str) -> None:
    """Raise CommandRefusedError for the id of Temporal's own cancel, which would be taken for this command again."""
    if command_id == TEMPORAL_CANCEL:
        used = f"command_id {command_id!r} is that of Temporal's own cancel"
        raise CommandRefusedError(f"{used}; nothing was done, give this one an id of its own")


def used_otherwise(state: GroupState, command: Command, command_id: str) -> bool:
    """Tell whether an id was taken for another command. One that was taken before that was kept is of any command."""
    used = asked_under(state, command_id)
    return bool(used) and used != meaning(command)


def _gives_up(command: Command) -> bool:
    if not isinstance(command, ResolveCommand) or command.operation_id is not None:
        return False
    return command.outcome is ResolvedOutcome.ACCEPTED


def _noted(before: GroupState, state: GroupState, command: Command, command_id: str) -> GroupState:
    name = name_of(command)
    said = command.model_dump(mode="json", exclude_none=True)
    facts = {"command": name, **said, "command_id": command_id, **_came_of(before, state)}
    notice = Notice(TransitionKind.COMMAND, reason=command.reason, actor=command.actor, facts=facts)
    state = replace(state, outbox=(*state.outbox, notice))
    if state.claim is not None and state.claim.command_id == command_id:
        return state
    return replace(state, handled=(*state.handled, Handled(command_id, f"{name} taken", meaning=meaning(command))))


def _came_of(before: GroupState, state: GroupState) -> dict[str, bool]:
    """Return what the command decided that only this moment could tell: whoever rebuilds the group needs it."""
    decided = {
        "released": state.released and not before.released,
        "unfenced": before.flight is not None and state.flight is None,
        "reread": before.flight is None and state.flight is not None,
    }
    return {name: True for name, holds in decided.items() if holds}


def _pause(plan: AtomicGroup, state: GroupState) -> GroupState:
    if state.paused:
        raise refusal(plan, state, "the group is already paused")
    return replace(state, paused=True)


def _resume(plan: AtomicGroup, state: GroupState) -> GroupState:
    if not state.paused:
        raise refusal(plan, state, "the group is not paused")
    return replace(state, paused=False)


def _cancel(plan: AtomicGroup, state: GroupState) -> GroupState:
    if state.cancel or state.unwinding is not None:
        raise refusal(plan, state, "the group is already rolling back")
    if state.given_up:
        raise refusal(plan, state, "an operator accepted what is left; the group is ending")
    return replace(state, cancel=True, orphaned=None)


def _retry(plan: AtomicGroup, state: GroupState, command: RetryCommand) -> GroupState:
    index, direction, epoch = named(plan, state, command.client_ref)
    orphaned, state = state.orphaned is not None, replace(state, orphaned=None)
    if state.flight is not None:
        # Unknown or open: look again, now. Never a send.
        return replace(state, flight=replace(state.flight, urgent=True, spent_s=_again(state.flight)))
    if orphaned:
        # It goes on where it stood; what is stuck there asks for a retry of its own.
        return state
    progress = state.operations[index]
    if direction is Direction.FORWARD and trouble(plan.operations[index], progress) is Trouble.BREACH:
        return _reread(state, index, epoch)
    # Only a retry that comes after the deadline lets a group go on past it.
    released = state.released or state.deadline
    return with_progress(replace(state, released=released), index, replace(progress, pressed=True))


def _again(flight: Flight) -> float:
    """Give an unknown its budget back; an open order keeps its time."""
    return 0.0 if flight.phase is Phase.UNKNOWN else flight.spent_s


def _reread(state: GroupState, index: int, epoch: int) -> GroupState:
    """Take a breach back into flight, to be read at its venue three times more."""
    progress = state.operations[index]
    kept = tuple(each for each in progress.attempts if (each.direction, each.epoch) != (Direction.FORWARD, epoch))
    flight = Flight(index, Direction.FORWARD, epoch, phase=Phase.READING, came_back=True, anew=True)
    return replace(with_progress(state, index, replace(progress, attempts=kept)), flight=flight)
