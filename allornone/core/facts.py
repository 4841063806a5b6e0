"""What the state means: small questions about operations, asked by every rule."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from allornone.core.answer import AnswerKind
from allornone.core.clock import timeout_s
from allornone.core.state import Attempt, GroupState, Progress
from allornone.deltas import Identity, add, by_identity, without_zero
from allornone.ids import client_ref
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup
from allornone.models.operation import OperationCommand
from allornone.models.reconciliation import Verdict
from allornone.units import ZERO, total


class Trouble(StrEnum):
    """Why an operation is not done."""

    REFUSED = "was refused"
    NOT_SENT = "could not be sent"
    SHORT = "was filled only in part"
    BREACH = "ended outside its bounds"
    UNFENCED = "may still take effect"


def forward_attempts(progress: Progress) -> tuple[Attempt, ...]:
    """Return the settled forward references, oldest first."""
    return tuple(attempt for attempt in progress.attempts if attempt.direction is Direction.FORWARD)


def executed_amount(progress: Progress) -> Decimal:
    """Return how much of the operation's amount took effect, over all of its epochs."""
    handshakes = [attempt.handshake for attempt in forward_attempts(progress) if attempt.took_effect]
    return total(handshake.executed_amount for handshake in handshakes if handshake is not None)


def net_deltas(progress: Progress) -> Mapping[str, Decimal]:
    """Return what the operation and its undos moved, together."""
    maps = [
        attempt.handshake.actual_deltas for attempt in progress.attempts if attempt.took_effect and attempt.handshake
    ]
    return without_zero(add(*maps))


def same(left: Mapping[str, Decimal], right: Mapping[str, Decimal]) -> bool:
    """Tell whether two sets of changes move the same holdings by the same, however they are spelled."""
    return left == right or _moved(left) == _moved(right)


def _moved(changes: Mapping[str, Decimal]) -> dict[Identity, Decimal]:
    return {holding: amount for holding, amount in by_identity(changes).items() if amount != 0}


def took_effect(progress: Progress) -> bool:
    """Tell whether the operation ever moved anything."""
    return any(attempt.took_effect for attempt in progress.attempts)


def in_effect(progress: Progress) -> bool:
    """Tell whether the operation moved something that was not undone."""
    return took_effect(progress) and not progress.undone


def remaining(operation: OperationCommand, progress: Progress) -> Decimal:
    """Return what a further epoch would have to send, in the unit of the details' amount."""
    left = total((operation.operation_details.amount, executed_amount(progress).copy_negate()))
    return max(left, ZERO)


def _short(operation: OperationCommand, progress: Progress) -> bool:
    least = operation.operation_details.amount * (operation.min_fill or Decimal(1))
    return executed_amount(progress) < least


def trouble(operation: OperationCommand, progress: Progress) -> Trouble | None:
    """Return what keeps the operation from being done, None when it is done or was never tried."""
    if progress.accepted:
        return None
    if any(direction is Direction.FORWARD for direction, _ in progress.unfenced):
        return Trouble.UNFENCED
    attempts = forward_attempts(progress)
    if any(attempt.took_effect and attempt.verdict is Verdict.BREACH for attempt in attempts):
        return Trouble.BREACH
    if len(attempts) > 1 and executed_amount(progress) > operation.operation_details.amount:
        # Each may be right by itself; an order that was thought refused filled besides its successor.
        return Trouble.BREACH
    if not attempts:
        return None
    last = attempts[-1]
    if last.kind is AnswerKind.REFUSED:
        return Trouble.REFUSED
    if last.kind is not AnswerKind.CLOSED:
        return Trouble.NOT_SENT
    if not last.took_effect or (last.verdict is Verdict.PARTIAL and _short(operation, progress)):
        return Trouble.SHORT
    return None


def done(operation: OperationCommand, progress: Progress) -> bool:
    """Tell whether the group may go on past the operation."""
    if progress.accepted:
        return True
    return bool(forward_attempts(progress)) and trouble(operation, progress) is None


def current(plan: AtomicGroup, state: GroupState) -> int | None:
    """Return the first operation that is not done, None after the last."""
    for index, (operation, progress) in enumerate(zip(plan.operations, state.operations, strict=True)):
        if not done(operation, progress):
            return index
    return None


def pivot(plan: AtomicGroup, state: GroupState) -> int:
    """Return the newest pivot that is in effect, of any size; -1 where there is none."""
    found = -1
    for index, (operation, progress) in enumerate(zip(plan.operations, state.operations, strict=True)):
        if operation.pivot and took_effect(progress):
            found = index
    return found


def patience_left(operation: OperationCommand, progress: Progress) -> bool:
    """Tell whether a send that never left, or was proven absent, is still within the operation's time."""
    return progress.trying_s < timeout_s(operation)


def reference(plan: AtomicGroup, index: int, direction: Direction, epoch: int) -> str:
    """Return the client reference of one attempt."""
    operation_id = plan.operations[index].operation_id
    return client_ref(plan.atomic_group_id, plan.plan_hash, operation_id, direction.value, epoch)


def with_progress(state: GroupState, index: int, progress: Progress) -> GroupState:
    """Return the state with one operation's progress put in its place."""
    operations = (*state.operations[:index], progress, *state.operations[index + 1 :])
    return replace(state, operations=operations)
