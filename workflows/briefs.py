"""What each activity is told: built from the plan and the state, never from a clock or a venue."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from activities.tasks import GroupContext, OperationClaim, OperationTask, RecordTask
from allornone.core.attention import attention
from allornone.core.ending import fees
from allornone.core.facts import executed_amount, forward_attempts, net_deltas, reference, remaining
from allornone.core.state import GroupState, Notice, Progress
from allornone.core.steps import Look
from allornone.deltas import in_proportion
from allornone.events.transition import TransitionKind
from allornone.models.execution import (
    Direction,
    Evidence,
    ExecutionHandshake,
    ExecutionRequest,
    ExecutionStatus,
)
from allornone.models.group import AtomicGroup
from allornone.models.operation import GivenInverse, OperationCommand
from allornone.units import ZERO, share, total


def context(plan: AtomicGroup) -> GroupContext:
    """Return what every record repeats of the group."""
    timestamp = plan.metadata.get("timestamp")
    return GroupContext(
        atomic_group_id=plan.atomic_group_id,
        correlation_id=plan.correlation_id,
        strategy=plan.strategy,
        timestamp=timestamp if isinstance(timestamp, str) else "",
        simulated=plan.simulated,
        plan_hash=plan.plan_hash,
        total_operations=len(plan.operations),
    )


def forward_task(plan: AtomicGroup, state: GroupState, index: int, epoch: int, not_after: datetime) -> OperationTask:
    """Return the task of one forward epoch, sized to what earlier epochs left to do."""
    ref = reference(plan, index, Direction.FORWARD, epoch)
    return OperationTask(
        context=context(plan),
        operation=plan.operations[index],
        request=forward_request(plan, state, index, epoch, not_after),
        epoch=epoch,
        client_ref=ref,
        not_after=not_after,
        known_seq=state.known_seq,
    )


def forward_request(
    plan: AtomicGroup, state: GroupState, index: int, epoch: int, not_after: datetime
) -> ExecutionRequest:
    """Return the request of one forward epoch."""
    operation, progress = plan.operations[index], state.operations[index]
    left, whole = remaining(operation, progress), operation.operation_details.amount
    details, expected = operation.operation_details, operation.expected_deltas
    if 0 < left < whole:
        details = details.model_copy(update={"amount": left})
        expected = in_proportion(expected, left, whole)
    return ExecutionRequest(
        operation_id=operation.operation_id,
        operation_type=operation.operation_type,
        source_venue=operation.source_venue,
        target_venue=operation.target_venue,
        source_token=operation.source_token,
        target_token=operation.target_token,
        expected_deltas=expected,
        operation_details=details,
        atomic_group_id=plan.atomic_group_id,
        sequence_in_group=operation.sequence_in_group,
        client_ref=reference(plan, index, Direction.FORWARD, epoch),
        epoch=epoch,
        not_after=not_after,
        known_seq=state.known_seq,
        plan_hash=plan.plan_hash,
    )


def undo_task(plan: AtomicGroup, state: GroupState, index: int, epoch: int, not_after: datetime) -> OperationTask:
    """Return the task of one undo epoch: the operation, and the net of what it and its other undos moved."""
    forward = forward_task(plan, state, index, max(state.operations[index].forward_epoch, 1), not_after)
    operation = plan.operations[index]
    whole = {"operation_details": operation.operation_details, "expected_deltas": operation.expected_deltas}
    return forward.model_copy(
        update={
            "request": forward.request.model_copy(update=whole),
            "direction": Direction.ROLLBACK,
            "epoch": epoch,
            "client_ref": reference(plan, index, Direction.ROLLBACK, epoch),
            "effect": effect(operation, _before(state.operations[index], epoch)),
        }
    )


def _before(progress: Progress, undo_epoch: int) -> Progress:
    """Return the progress without this undo: what it has to be judged against."""
    others = [each for each in progress.attempts if (each.direction, each.epoch) != (Direction.ROLLBACK, undo_epoch)]
    return replace(progress, attempts=tuple(others))


def effect(operation: OperationCommand, progress: Progress) -> ExecutionHandshake:
    """Return what the operation and its undos moved together, as one handshake."""
    shown = [attempt.handshake for attempt in forward_attempts(progress) if attempt.took_effect and attempt.handshake]
    amount = executed_amount(progress)
    return ExecutionHandshake(
        operation_id=operation.operation_id,
        status=ExecutionStatus.CONFIRMED,
        actual_deltas=dict(net_deltas(progress)),
        execution_details=shown[-1].execution_details if shown else {},
        fees=fees(progress),
        executed_amount=amount,
        filled_ratio=_share_left(operation, progress, amount),
        evidence=Evidence(venue_ids=tuple(each for one in shown for each in one.evidence.venue_ids)),
    )


def _share_left(operation: OperationCommand, progress: Progress, amount: Decimal) -> Decimal:
    """Return the share of the operation that no undo took back; only a given inverse has a unit of its own for it."""
    done = share(amount, operation.operation_details.amount)
    if not isinstance(operation.rollback, GivenInverse):
        return done
    undos = [each for each in progress.attempts if each.direction is Direction.ROLLBACK and each.took_effect]
    sent = total(each.handshake.executed_amount for each in undos if each.handshake is not None)
    taken_back = share(sent, operation.rollback.operation_details.amount)
    return max(total((done, taken_back.copy_negate())), ZERO)


def look_task(plan: AtomicGroup, state: GroupState, look: Look, not_after: datetime) -> OperationTask:
    """Return the task of one look at a reference. `not_after` only stands in where no intent was recorded."""
    build = forward_task if look.direction is Direction.FORWARD else undo_task
    task = build(plan, state, look.index, look.epoch, not_after)
    flight, claim = state.flight, state.claim
    return task.model_copy(
        update={
            "mode": look.mode,
            "reading": look.reading,
            "came_back": flight.came_back if flight is not None else True,
            "revoked_s": flight.revoked_s if flight is not None else 0.0,
            "blind_s": flight.blind_s if flight is not None else 0.0,
            "seen": flight is not None and flight.seen,
            "claim": OperationClaim(handshake=claim.handshake) if claim is not None else None,
        }
    )


def notice_task(plan: AtomicGroup, state: GroupState, notice: Notice, number: int) -> RecordTask:
    """Return the task of recording one transition; the start carries the whole plan."""
    subject = notice.subject
    flight = state.flight
    return RecordTask(
        context=context(plan),
        number=number,
        known_seq=state.known_seq,
        in_flight=reference(plan, flight.index, flight.direction, flight.epoch) if flight is not None else None,
        kind=notice.kind,
        reason=notice.reason,
        actor=notice.actor,
        operation_id=plan.operations[subject[0]].operation_id if subject is not None else None,
        client_ref=reference(plan, *subject) if subject is not None else None,
        facts=(notice.facts or {}) | (attention(plan, state) if notice.kind is TransitionKind.BLOCKED else {}),
        plan=plan if notice.kind is TransitionKind.STARTED else None,
    )
