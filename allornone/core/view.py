"""What a person is shown of a group, at any moment."""

from datetime import datetime, timedelta

from allornone.core.ending import result, split, state_of
from allornone.core.facts import forward_attempts, net_deltas, reference
from allornone.core.standing import standing
from allornone.core.state import Flight, GroupState, Phase, Progress
from allornone.core.subject import Subject, allowed, subject
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import Effort, GroupView, OperationState, OperationView


def view(plan: AtomicGroup, state: GroupState, started_at: datetime | None, as_of: datetime | None = None) -> GroupView:
    """Return the group as it stands. `as_of` is when the state's seconds were last counted."""
    status, reason = standing(plan, state)
    if state.halt is not None and status is GroupStatus.RUNNING:
        reason = f"halted: {state.halt.reason}"
    friction, residual = split(plan, state)
    unwinding = state.unwinding is not None or state.verdict is not None
    return GroupView(
        atomic_group_id=plan.atomic_group_id,
        plan_hash=plan.plan_hash,
        status=status,
        reason=reason,
        needs_operator=status is GroupStatus.BLOCKED,
        paused=state.paused,
        cancelling=state.cancel and state.verdict is None,
        simulated=plan.simulated,
        operations=tuple(operation_view(plan, state, index, as_of) for index in range(len(plan.operations))),
        residual_deltas=residual if unwinding or status is GroupStatus.BLOCKED else {},
        friction=friction,
        commands=allowed(plan, state),
        started_at=started_at,
        deadline=plan.deadline,
        known_seq=state.known_seq,
        result=result(plan, state) if state.verdict is not None else None,
    )


def operation_view(plan: AtomicGroup, state: GroupState, index: int, as_of: datetime | None = None) -> OperationView:
    """Return one operation as it stands."""
    operation, progress = plan.operations[index], state.operations[index]
    flight = state.flight if state.flight is not None and state.flight.index == index else None
    meant = found if (found := subject(plan, state)) is not None and found[0] == index else None
    verdicts = [attempt.verdict for attempt in forward_attempts(progress) if attempt.verdict is not None]
    undoing = progress.undo_epoch > 0
    return OperationView(
        operation_id=operation.operation_id,
        operation_type=operation.operation_type.value,
        venue=operation.venue,
        state=OperationState.UNKNOWN if _is_unknown(flight) else state_of(progress, flying=flight is not None),
        direction=Direction.ROLLBACK if undoing else Direction.FORWARD,
        epoch=progress.undo_epoch if undoing else progress.forward_epoch,
        client_ref=reference(plan, *meant) if meant is not None else None,
        verdict=verdicts[-1] if verdicts else None,
        expected_deltas=operation.expected_deltas,
        net_deltas=dict(net_deltas(progress)),
        note=(flight.note if flight is not None else "") or _note(progress),
        effort=_effort(progress, flight, meant, as_of) if meant is not None else None,
    )


def _effort(progress: Progress, flight: Flight | None, meant: Subject, as_of: datetime | None) -> Effort:
    undoing = meant[1] is Direction.ROLLBACK
    if flight is not None:
        looks, seconds = flight.looks, flight.spent_s
    else:
        looks, seconds = 0, progress.undo_s if undoing else progress.trying_s
    return Effort(
        sends=progress.undo_epoch if undoing else progress.forward_epoch,
        looks=looks,
        refusals=progress.undo_tries if undoing else progress.refusals,
        since=as_of - timedelta(seconds=seconds) if as_of is not None and seconds > 0 else None,
        fence=flight.fence.value if flight is not None else "",
    )


def _note(progress: Progress) -> str:
    """Say who vouched for an effect that no look-up showed; else what was said last."""
    vouched = [each.handshake.evidence.note for each in progress.attempts if each.attested and each.handshake]
    return f"attested by {vouched[-1]}" if vouched else progress.note


def _is_unknown(flight: Flight | None) -> bool:
    return flight is not None and flight.phase is Phase.UNKNOWN and (flight.came_back or flight.looks > 0)
