"""A group's view without asking its workflow: from its plan and its result, or from the index alone."""

from allornone.client.listing import ABANDONED, LOST, REFUSED, GroupSummary
from allornone.deltas import add, without_zero
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.operation import OperationCommand
from allornone.models.result import GroupResult, GroupView, OperationResult, OperationState, OperationView


def ended_view(group: AtomicGroup, result: GroupResult, started: GroupSummary) -> GroupView:
    """Return how a group stands that has its result. No command makes sense any more."""
    results = {operation.operation_id: operation for operation in result.operations}
    return GroupView(
        atomic_group_id=result.atomic_group_id,
        plan_hash=result.plan_hash,
        status=result.status,
        reason=result.reason,
        operations=tuple(_ended(operation, results.get(operation.operation_id)) for operation in group.operations),
        residual_deltas=result.residual_deltas,
        friction=result.friction,
        simulated=group.simulated,
        started_at=started.started_at,
        deadline=group.deadline,
        result=result,
    )


def _ended(operation: OperationCommand, result: OperationResult | None) -> OperationView:
    came_to = result or OperationResult(operation_id=operation.operation_id, state=OperationState.PLANNED)
    handshakes = (*came_to.handshakes, *came_to.undo_handshakes)
    return OperationView(
        operation_id=operation.operation_id,
        operation_type=operation.operation_type.value,
        venue=operation.venue,
        state=came_to.state,
        direction=Direction.ROLLBACK if came_to.undo_handshakes else Direction.FORWARD,
        verdict=came_to.verdict,
        expected_deltas=operation.expected_deltas,
        net_deltas=without_zero(add(*(handshake.actual_deltas for handshake in handshakes))),
        note=_note(came_to),
    )


def _note(came_to: OperationResult) -> str:
    """Return what was said first of an operation that did not come to what was asked for."""
    if came_to.state is OperationState.CONFIRMED:
        return ""
    handshakes = (*came_to.handshakes, *came_to.undo_handshakes)
    return next((each.error_message for each in handshakes if each.error_message), "")


def outline(summary: GroupSummary, plan_hash: str) -> GroupView:
    """Return what the server alone knows of an open group: its status, and none of its operations."""
    return GroupView(
        atomic_group_id=summary.atomic_group_id,
        plan_hash=plan_hash,
        status=known_status(summary),
        reason="no worker answers; this is what the server last knew of the group",
        needs_operator=summary.needs_operator,
        operations=(),
        started_at=summary.started_at,
    )


def known_status(summary: GroupSummary) -> GroupStatus:
    """Return the status that the index has; one that it does not know is a person's to look at."""
    known = summary.status not in (ABANDONED, LOST, REFUSED, "unknown")
    return GroupStatus(summary.status) if known else GroupStatus.BLOCKED
