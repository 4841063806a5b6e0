"""A group's view from the event log: what is on record, where no workflow answers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from allornone.client.listing import GroupSummary
from allornone.client.views import known_status
from allornone.deltas import add, without_zero
from allornone.events import Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction, ExecutionStatus
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.operation import OperationCommand
from allornone.models.result import Effort, GroupView, OperationState, OperationView

_STANDING = {TransitionKind.BLOCKED, TransitionKind.UNBLOCKED, TransitionKind.ROLLING_BACK}


def logged_view(summary: GroupSummary, events: Sequence[Event]) -> GroupView | None:
    """Return how the group stood by its records, None where its start is not among them.

    `events` are the group's, by `seq`. Everything that moved is left as `residual_deltas`: what of it is friction is
    the workflow's to say, and so are the commands that make sense.
    """
    transitions = [event for event in events if isinstance(event, GroupTransitionEvent)]
    started = next((event for event in transitions if event.kind is TransitionKind.STARTED), None)
    if started is None or "plan" not in started.facts:
        return None
    plan = AtomicGroup.model_validate(started.facts["plan"])
    standing = [event for event in transitions if event.kind in _STANDING]
    records = [event for event in events if isinstance(event, OperationExecutionEvent)]
    operations = tuple(_operation(each, _of(each, records)) for each in plan.operations)
    status = known_status(summary)
    return GroupView(
        atomic_group_id=plan.atomic_group_id,
        plan_hash=plan.plan_hash,
        status=status,
        reason=standing[-1].reason if standing else "",
        needs_operator=summary.needs_operator or status is GroupStatus.BLOCKED,
        simulated=plan.simulated,
        operations=operations,
        residual_deltas=without_zero(add(*(each.net_deltas for each in operations))),
        started_at=summary.started_at,
        deadline=plan.deadline,
        known_seq=max(event.seq for event in events),
    )


def _of(operation: OperationCommand, records: Iterable[OperationExecutionEvent]) -> list[OperationExecutionEvent]:
    return [record for record in records if record.operation_id == operation.operation_id]


def _operation(operation: OperationCommand, records: list[OperationExecutionEvent]) -> OperationView:
    known: dict[str, Any] = {
        "operation_id": operation.operation_id,
        "operation_type": operation.operation_type.value,
        "venue": operation.venue,
        "expected_deltas": operation.expected_deltas,
    }
    if not records:
        return OperationView(state=OperationState.PLANNED, **known)
    last, outcomes = records[-1], {record.client_ref: record.actual_deltas for record in records if _is_outcome(record)}
    is_open = not _is_outcome(last)
    return OperationView(
        state=_state(last),
        direction=last.direction,
        epoch=last.epoch,
        client_ref=last.client_ref if is_open else None,
        verdict=last.reconciliation.verdict if last.reconciliation is not None else None,
        net_deltas=without_zero(add(*outcomes.values())),
        note=last.error_message or "",
        effort=_effort(records, last.direction) if is_open else None,
        **known,
    )


def _is_outcome(record: OperationExecutionEvent) -> bool:
    return record.status != ExecutionStatus.PENDING


def _state(last: OperationExecutionEvent) -> OperationState:
    if not _is_outcome(last):
        return OperationState.UNKNOWN
    if last.direction is Direction.ROLLBACK and last.status == ExecutionStatus.FAILED:
        return OperationState.CONFIRMED
    return OperationState(last.status)


def _effort(records: list[OperationExecutionEvent], direction: Direction) -> Effort:
    mine = [record for record in records if record.direction is direction]
    sent = [record for record in mine if not _is_outcome(record)]
    refused = [record for record in mine if record.status == ExecutionStatus.FAILED]
    return Effort(sends=len(sent), refusals=len(refused), since=datetime.fromisoformat(sent[-1].real_utc_time))
