"""A group's state from its records alone: where it stood when its last life was lost.

What is not in the log is found out again by acting: that an operation has no undo, that only dust is left, how long
something was tried. Whatever was sent and has no outcome is unknown, its sender taken for a living one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from allornone.core.facts import pivot, with_progress
from allornone.core.lastlook import joins, without
from allornone.core.late import begin_late
from allornone.core.observe import judge, settle
from allornone.core.recorded import answer_of
from allornone.core.resolve import left_unfenced
from allornone.core.retold import judged, told
from allornone.core.state import Flight, GroupState, Unwinding, begin
from allornone.events import AtomicOperationGroupEvent, Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionStatus
from allornone.models.group import AtomicGroup, GroupStatus

SETTLED = frozenset({ExecutionStatus.CONFIRMED, ExecutionStatus.FAILED, ExecutionStatus.ROLLED_BACK})

_STANDING = {
    TransitionKind.BLOCKED: GroupStatus.BLOCKED,
    TransitionKind.ROLLING_BACK: GroupStatus.ROLLING_BACK,
    TransitionKind.UNBLOCKED: GroupStatus.RUNNING,
}


@dataclass(frozen=True, slots=True)
class _Fold:
    """The state as of the records so far, and what they said that counts only with a later one."""

    plan: AtomicGroup
    state: GroupState
    contradictions: Mapping[str, OperationExecutionEvent] = field(default_factory=dict[str, OperationExecutionEvent])
    """By reference: the last outcome that contradicts the recorded one. Believed once a last look said so, too."""
    reopened: frozenset[str] = frozenset()
    """The references that a last look found open: a contradiction that follows is what became of them."""
    reread: frozenset[str] = frozenset()
    """The references that an operator had read again: a contradiction that follows is what that found."""


def plan_of(events: Sequence[Event]) -> AtomicGroup | None:
    """Return the plan that the start holds, None without a start. Raises ValidationError for one it cannot read."""
    started = _start_of(events)
    return AtomicGroup.model_validate(started.facts.get("plan")) if started is not None else None


def rebuild(plan: AtomicGroup, events: Sequence[Event]) -> GroupState:
    """Return the state that the group's records, in the order of `seq`, tell of. Pure: the same for the same records.

    A group that has its end record comes back with its verdict. Numbers of notices go on past every record, so
    that those of a new life never meet those of an old one.
    """
    fold = _Fold(plan, _begun(plan, events))
    for event in events:
        fold = _after(fold, event)
        if fold.state.recorded:
            break
    last = max((event.seq for event in events), default=0)
    return replace(fold.state, outbox=(), known_seq=last, notices=last)


def _start_of(events: Sequence[Event]) -> GroupTransitionEvent | None:
    transitions = (event for event in events if isinstance(event, GroupTransitionEvent))
    return next((event for event in transitions if event.kind is TransitionKind.STARTED), None)


def _begun(plan: AtomicGroup, events: Sequence[Event]) -> GroupState:
    """Return the state in which the group began; a late effect's run has its effect from there."""
    started = _start_of(events)
    effect = started.facts.get("effect") if started is not None else None
    if started is None or effect is None:
        return begin(plan)
    still_open = bool(started.facts.get("still_open"))
    return begin_late(plan, ExecutionHandshake.model_validate(effect), started.reason, still_open=still_open)


def _after(fold: _Fold, event: Event) -> _Fold:
    match event:
        case OperationExecutionEvent():
            return replace(fold, state=_operation(fold.plan, fold.state, event))
        case GroupTransitionEvent():
            return _transition(fold, event)
        case AtomicOperationGroupEvent():
            verdict = GroupStatus(event.group_status)
            unseen = tuple((event.metadata or {}).get("not_looked", ()))
            return replace(fold, state=replace(fold.state, verdict=verdict, recorded=True, unseen=unseen))
        case _:
            return fold


def _operation(plan: AtomicGroup, state: GroupState, event: OperationExecutionEvent) -> GroupState:
    index = _index(plan, event.operation_id)
    if index is None:
        return state
    state = _counted(state, index, event)
    if event.status == ExecutionStatus.PENDING:
        return _in_flight(plan, state, index, event)
    return _outcome(plan, state, index, event) if event.status in SETTLED else state


def _index(plan: AtomicGroup, operation_id: str | None) -> int | None:
    ids = [operation.operation_id for operation in plan.operations]
    return ids.index(operation_id) if operation_id in ids else None


def _counted(state: GroupState, index: int, event: OperationExecutionEvent) -> GroupState:
    progress = state.operations[index]
    if event.direction is Direction.FORWARD:
        counted = replace(progress, forward_epoch=max(progress.forward_epoch, event.epoch))
    else:
        counted = replace(progress, undo_epoch=max(progress.undo_epoch, event.epoch))
    return with_progress(state, index, counted)


def _in_flight(plan: AtomicGroup, state: GroupState, index: int, event: OperationExecutionEvent) -> GroupState:
    if state.flight is not None:
        # Nothing is sent while another reference is unknown, so somebody had called that one unknowable.
        state = left_unfenced(state, state.flight)
    if event.direction is Direction.ROLLBACK and state.unwinding is None:
        state = replace(state, unwinding=Unwinding("rolling back", pivot(plan, state)))
    # Counted as a look, so that the next answer is not taken for the sending attempt's own.
    return replace(state, flight=Flight(index, event.direction, event.epoch, looks=1))


def _outcome(plan: AtomicGroup, state: GroupState, index: int, event: OperationExecutionEvent) -> GroupState:
    place, answer = (index, event.direction, event.epoch), answer_of(event)
    if (event.direction, event.epoch) in state.operations[index].unfenced:
        # Somebody had given it up as a range: it came late. Without an effect it changes nothing.
        return joins(plan, state, index, answer) if event.actual_deltas else state
    state = with_progress(state, index, without(state.operations[index], answer))
    flight = state.flight
    if flight is None or (flight.index, flight.direction, flight.epoch) != place:
        return replace(settle(plan, state, Flight(*place), answer), flight=flight)
    return judge(settle(plan, state, flight, answer), flight, answer)


def _transition(fold: _Fold, event: GroupTransitionEvent) -> _Fold:
    state = fold.state
    match event.kind:
        case TransitionKind.ROLLING_BACK | TransitionKind.BLOCKED | TransitionKind.UNBLOCKED:
            return replace(fold, state=_announced(fold.plan, state, event))
        case TransitionKind.COMMAND:
            again = frozenset({event.facts["client_ref"]}) if "reread" in event.facts else frozenset[str]()
            return replace(fold, state=told(fold.plan, state, event), reread=fold.reread | again)
        case TransitionKind.JUDGED:
            return replace(fold, state=judged(state, event))
        case TransitionKind.RECOVERED:
            return replace(fold, state=replace(state, orphaned=event.facts.get("orphaned", state.orphaned)))
        case TransitionKind.CONFLICT:
            return _contradicted(fold, event)
        case TransitionKind.LATE_EFFECT:
            return _late(fold, event)
        case _:
            return fold


def _announced(plan: AtomicGroup, state: GroupState, event: GroupTransitionEvent) -> GroupState:
    if "unwinding" in event.facts:
        state = replace(state, unwinding=Unwinding(event.facts["unwinding"], event.facts["floor"]))
    elif event.kind is TransitionKind.ROLLING_BACK:
        state = replace(state, unwinding=Unwinding(event.reason, pivot(plan, state)))
    status = _STANDING[event.kind]
    if status is GroupStatus.RUNNING and state.unwinding is not None:
        status = GroupStatus.ROLLING_BACK
    return replace(state, announced=(status, event.reason))


def _contradicted(fold: _Fold, event: GroupTransitionEvent) -> _Fold:
    found = _outcome_in(event.facts)
    if found is None or event.client_ref is None:
        return fold
    if event.client_ref in fold.reopened:
        return replace(fold, state=_operation(fold.plan, fold.state, found))
    state = _operation(fold.plan, fold.state, found) if event.client_ref in fold.reread else fold.state
    return replace(fold, state=state, contradictions={**fold.contradictions, event.client_ref: found})


def _outcome_in(facts: Mapping[str, Any]) -> OperationExecutionEvent | None:
    """Return the outcome that contradicted the recorded one, None where it was another kind of record."""
    try:
        found = OperationExecutionEvent.model_validate(facts.get("found"))
    except ValidationError:
        return None
    # An operator's word shows nothing against what a venue has said.
    return found if found.status in SETTLED and not found.evidence.get("attested") else None


def _late(fold: _Fold, event: GroupTransitionEvent) -> _Fold:
    """Go by what the last look showed, as the group did."""
    if event.client_ref is None:
        return fold
    found = fold.contradictions.get(event.client_ref)
    index = _index(fold.plan, found.operation_id) if found is not None else None
    if found is None or index is None:
        # Without an effect to show an order was open; with one, it was a range's, and has joined already.
        reopened = frozenset({event.client_ref}) if "shown" not in event.facts else frozenset[str]()
        return replace(fold, reopened=fold.reopened | reopened)
    return replace(fold, state=joins(fold.plan, fold.state, index, answer_of(found)))
