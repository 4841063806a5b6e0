"""The two sends. Each puts its reference in flight before anything leaves: unknown until proven otherwise."""

from dataclasses import replace

from allornone.core.facts import with_progress
from allornone.core.state import Flight, GroupState
from allornone.core.steps import Execute, Step, Undo
from allornone.models.execution import Direction


def send_forward(state: GroupState, index: int) -> tuple[GroupState, Step]:
    """Put the next epoch of an operation in flight."""
    progress = state.operations[index]
    epoch = progress.forward_epoch + 1
    sent = with_progress(state, index, replace(progress, forward_epoch=epoch, pressed=False))
    flight = Flight(index, Direction.FORWARD, epoch, pressed=progress.pressed)
    return replace(sent, flight=flight, looked=False), Execute(index, epoch)


def send_undo(state: GroupState, index: int) -> tuple[GroupState, Step]:
    """Put the next epoch of an operation's undo in flight."""
    progress = state.operations[index]
    epoch = progress.undo_epoch + 1
    sent = with_progress(state, index, replace(progress, undo_epoch=epoch, pressed=False))
    return replace(sent, flight=Flight(index, Direction.ROLLBACK, epoch), looked=False), Undo(index, epoch)
