"""Rolling back: newest first, one at a time, until nothing but what cannot be undone is left."""

from dataclasses import replace

from allornone.core.clock import UNDO_CAP_S, backoff, over_undo_budget, undo_budget_left
from allornone.core.facts import in_effect, pivot, with_progress
from allornone.core.send import send_undo
from allornone.core.state import GroupState, Progress
from allornone.core.steps import Step, Wait
from allornone.models.group import AtomicGroup
from allornone.models.operation import OperationCommand


def is_left(operation: OperationCommand, progress: Progress) -> bool:
    """Tell whether the operation is in effect and nobody will undo it."""
    return in_effect(progress) and (progress.irreversible or progress.accepted or operation.rollback == "none")


def to_undo(plan: AtomicGroup, state: GroupState, index: int) -> bool:
    """Tell whether the operation still has to be undone."""
    progress = state.operations[index]
    never_again = any(direction.value == "rollback" for direction, _ in progress.unfenced)
    return in_effect(progress) and not is_left(plan.operations[index], progress) and not never_again


def _floor(plan: AtomicGroup, state: GroupState) -> int:
    """Return the newest operation that stays: a pivot, also one whose effect was known only later."""
    return max(state.unwinding.floor if state.unwinding is not None else -1, pivot(plan, state))


def targets(plan: AtomicGroup, state: GroupState) -> list[int]:
    """Return the operations still to be undone, newest first."""
    newest_first = range(len(plan.operations) - 1, _floor(plan, state), -1)
    return [index for index in newest_first if to_undo(plan, state, index)]


def _may_pass(plan: AtomicGroup, state: GroupState, index: int) -> bool:
    """An older undo may go before a stuck one only if the policy and the operation both say so."""
    if plan.policy.on_stuck_undo != "continue" or not plan.operations[index].independent:
        return False
    return over_undo_budget(plan, state.operations[index])


def unwind(plan: AtomicGroup, state: GroupState) -> tuple[GroupState, Step] | None:
    """Return the next undo or the wait before it; None when what is left is not for the machine to undo."""
    waits: list[float] = []
    for index in targets(plan, state):
        progress = state.operations[index]
        wait = 0.0 if progress.pressed else backoff(progress.undo_tries, UNDO_CAP_S) - progress.waited_s
        if wait <= 0:
            return send_undo(state, index)
        waits.append(min(wait, undo_budget_left(plan, progress)))
        if not _may_pass(plan, state, index):
            break
    if waits:
        return state, Wait(min(waits), "before the next try of an undo")
    if residual_is_open(plan, state):
        return state, Wait(None, "exposure is left that cannot be undone")
    return None


def residual_is_open(plan: AtomicGroup, state: GroupState) -> bool:
    """Tell whether exposure is left that nobody has accepted: neither the policy nor an operator."""
    if plan.policy.accept_residual or state.given_up:
        return False
    return any(in_effect(progress) and not progress.accepted for progress in state.operations)


def nothing_to_undo(state: GroupState, index: int) -> GroupState:
    """Mark an operation as one that its venue cannot undo."""
    return with_progress(state, index, replace(state.operations[index], irreversible=True))
