"""The end: one of four honest words, and the exact deltas behind it."""

from dataclasses import replace
from decimal import Decimal

from allornone.core.facts import (
    current,
    executed_amount,
    forward_attempts,
    in_effect,
    net_deltas,
    reference,
    remaining,
    took_effect,
)
from allornone.core.state import GroupState, Progress
from allornone.deltas import add, in_proportion, located, subtract, without_zero
from allornone.models.execution import Direction, Fee
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.operation import OperationCommand
from allornone.models.result import GroupResult, OperationResult, OperationState, UnfencedRange
from allornone.positions import parse_key
from allornone.reconcile import FrictionAndResidual, friction_and_residual
from allornone.units import total


def take_verdict(plan: AtomicGroup, state: GroupState) -> GroupState:
    """Set the verdict: the point of no return. Every command is refused from here on."""
    return replace(state, verdict=verdict(plan, state))


def verdict(plan: AtomicGroup, state: GroupState) -> GroupStatus:
    """Return the word that fits what is left."""
    moved = any(took_effect(progress) for progress in state.operations)
    left = any(in_effect(progress) for progress in state.operations)
    loose = any(progress.unfenced for progress in state.operations)
    if state.unwinding is None and current(plan, state) is None and not loose and not state.given_up:
        skipped = any(progress.accepted for progress in state.operations)
        return GroupStatus.PARTIAL if skipped else GroupStatus.COMPLETED
    if left or loose or state.superseded:
        return GroupStatus.PARTIAL
    if not moved:
        return GroupStatus.FAILED
    return GroupStatus.ROLLED_BACK if _friction_is_bounded(plan, state) else GroupStatus.PARTIAL


def fees(progress: Progress) -> tuple[Fee, ...]:
    """Return every fee the operation and its undos were charged."""
    return tuple(fee for attempt in progress.attempts if attempt.handshake for fee in attempt.handshake.fees)


def split(plan: AtomicGroup, state: GroupState) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Return friction and residual.

    Of a completed group friction is what its operations changed beyond what they were expected to, and nothing is
    residual. Of any other, friction and residual add up to every change it made.
    """
    if state.verdict is GroupStatus.COMPLETED:
        pairs = zip(plan.operations, state.operations, strict=True)
        return without_zero(add(*(_beyond_plan(operation, progress) for operation, progress in pairs))), {}
    halves = [_parts(progress) for progress in state.operations]
    frictions, residuals = [half.friction for half in halves], [half.residual for half in halves]
    return without_zero(add(*frictions)), without_zero(add(*residuals))


def _parts(progress: Progress) -> FrictionAndResidual:
    return friction_and_residual([net_deltas(progress)], fees(progress), undone=progress.undone)


def _beyond_plan(operation: OperationCommand, progress: Progress) -> dict[str, Decimal]:
    expected = located(operation.expected_deltas, operation.source_venue, operation.target_venue)
    done = in_proportion(expected, executed_amount(progress), operation.operation_details.amount)
    return subtract(net_deltas(progress), done)


def _friction_is_bounded(plan: AtomicGroup, state: GroupState) -> bool:
    bounds = plan.policy.max_friction
    if bounds is None:
        return True
    friction, _ = split(plan, state)
    for token, bound in bounds.items():
        change = total(amount for key, amount in friction.items() if parse_key(key).token == token)
        if change.copy_negate() > bound:
            return False
    return True


def state_of(progress: Progress, *, flying: bool) -> OperationState:
    """Return the word for where an operation stands."""
    if any(direction is Direction.FORWARD for direction, _ in progress.unfenced):
        return OperationState.UNKNOWN
    if progress.undone and took_effect(progress):
        return OperationState.ROLLED_BACK
    if took_effect(progress):
        return OperationState.CONFIRMED
    if flying:
        return OperationState.PENDING
    return OperationState.FAILED if forward_attempts(progress) else OperationState.PLANNED


def unfenced_ranges(plan: AtomicGroup, state: GroupState) -> tuple[UnfencedRange, ...]:
    """Return the references that may still take effect, each with the most that it may."""
    return tuple(
        UnfencedRange(
            operation_id=plan.operations[index].operation_id,
            direction=direction,
            client_ref=reference(plan, index, direction, epoch),
            token=plan.operations[index].source_token,
            amount=remaining(plan.operations[index], progress)
            if direction is Direction.FORWARD
            else plan.operations[index].operation_details.amount,
        )
        for index, progress in enumerate(state.operations)
        for direction, epoch in progress.unfenced
    )


def operation_result(plan: AtomicGroup, state: GroupState, index: int) -> OperationResult:
    """Return what one operation came to."""
    progress = state.operations[index]
    shown = [attempt for attempt in progress.attempts if attempt.handshake is not None]
    forward = [attempt for attempt in shown if attempt.direction is Direction.FORWARD]
    verdicts = [attempt.verdict for attempt in forward_attempts(progress) if attempt.verdict is not None]
    left = {} if state.verdict is GroupStatus.COMPLETED else _parts(progress).residual
    return OperationResult(
        operation_id=plan.operations[index].operation_id,
        state=state_of(progress, flying=False),
        verdict=verdicts[-1] if verdicts else None,
        handshakes=tuple(attempt.handshake for attempt in forward if attempt.handshake),
        undo_handshakes=tuple(
            attempt.handshake for attempt in shown if attempt.handshake and attempt.direction is Direction.ROLLBACK
        ),
        residual_deltas=left,
    )


def result(plan: AtomicGroup, state: GroupState) -> GroupResult:
    """Return how the group ended. Only called once the verdict is taken."""
    if state.verdict is None:
        raise ValueError("a group without a verdict has no result")
    friction, residual = split(plan, state)
    return GroupResult(
        atomic_group_id=plan.atomic_group_id,
        plan_hash=plan.plan_hash,
        status=state.verdict,
        operations=tuple(operation_result(plan, state, index) for index in range(len(plan.operations))),
        residual_deltas=residual,
        friction=friction,
        unfenced=unfenced_ranges(plan, state),
        not_looked=state.unseen,
        reason=reason(plan, state),
    )


def reason(plan: AtomicGroup, state: GroupState) -> str:
    """Return in words why the group ended as it did."""
    if state.superseded:
        return "superseded by another life of this group"
    accepted = [
        operation.operation_id
        for operation, progress in zip(plan.operations, state.operations, strict=True)
        if progress.accepted
    ]
    parts = [state.unwinding.reason] if state.unwinding is not None else []
    if accepted:
        parts.append("accepted by an operator: " + ", ".join(accepted))
    if state.given_up:
        parts.append("ended by an operator")
    return "; ".join(parts)
