"""The rules of a reference: who may send, and what is known. Called under the journal's lock."""

from dataclasses import replace
from typing import cast

from allornone.eventlog.contradictions import contradictions
from allornone.eventlog.entry import Place
from allornone.eventlog.journal import Journal
from allornone.eventlog.supersession import Question, superseded
from allornone.eventlog.trace import Permit, PermitState, ReferenceTrace
from allornone.events import Event
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent, TransitionKind
from allornone.models.execution import ExecutionStatus


def intend(journal: Journal, intent: OperationExecutionEvent, known_seq: int) -> Permit:
    """Write the `pending` record of a reference, unless the group went on, it has one, or it is revoked."""
    group_id, client_ref = named(intent)
    if intent.status != ExecutionStatus.PENDING:
        raise ValueError(f"an intent must have the status 'pending', was {intent.status!r}")
    known = trace(journal, group_id, client_ref)
    state = _state(journal, intent, known, known_seq)
    if state is PermitState.WRITTEN:
        _refuse_used_id(journal, intent)
        written = intent.model_copy(update={"seq": journal.append(intent, from_reserve=False)})
        known = replace(known, seq=journal.index.group(group_id).last_seq, intent=written)
    return Permit(state, replace(known, superseded=state is PermitState.SUPERSEDED))


def _state(journal: Journal, intent: OperationExecutionEvent, known: ReferenceTrace, known_seq: int) -> PermitState:
    if superseded(journal.index.group(intent.atomic_group_id), Question.of((intent,), known_seq)):
        return PermitState.SUPERSEDED
    if known.intent is not None:
        return PermitState.FOUND
    return PermitState.REVOKED if known.revoked else PermitState.WRITTEN


def revoke(journal: Journal, revocation: GroupTransitionEvent, known_seq: int) -> ReferenceTrace:
    """Write `revoked` for a reference, once, also when it has an intent; return all that is known of it."""
    group_id, client_ref = named(revocation)
    if revocation.kind is not TransitionKind.REVOKED:
        raise ValueError(f"a revocation must have the kind 'revoked', was {revocation.kind.value!r}")
    stale = superseded(journal.index.group(group_id), Question.of((revocation,), known_seq))
    if not journal.index.group(group_id).reference(client_ref).revoked:
        _refuse_used_id(journal, revocation)
        journal.append(revocation, from_reserve=True)
    return replace(trace(journal, group_id, client_ref), superseded=stale)


def trace(journal: Journal, group_id: str, client_ref: str) -> ReferenceTrace:
    """Return all that is recorded of a reference."""
    group = journal.index.group(group_id)
    reference = group.reference(client_ref)
    marks = [mark for mark in group.marks if mark.client_ref == client_ref]
    return ReferenceTrace(
        seq=group.last_seq,
        intent=_operation(journal, reference.intent),
        revoked=reference.revoked,
        outcome=_operation(journal, reference.outcome),
        contradiction=next((each for each in contradictions(journal, marks) if each.actual_deltas), None),
    )


def _operation(journal: Journal, place: Place | None) -> OperationExecutionEvent | None:
    return cast("OperationExecutionEvent", journal.event(place)) if place else None


def named(event: OperationExecutionEvent | GroupTransitionEvent) -> tuple[str, str]:
    """Return the group and the reference of a record about a reference. Raises ValueError when one is missing."""
    if not (event.atomic_group_id and event.client_ref and event.event_id):
        raise ValueError(
            "an intent, a revocation or an outcome must name its atomic_group_id, client_ref and event_id, was "
            f"{event.atomic_group_id!r}, {event.client_ref!r}, {event.event_id!r}"
        )
    return event.atomic_group_id, event.client_ref


def _refuse_used_id(journal: Journal, event: Event) -> None:
    known = journal.index.event(event.event_id)
    if known is not None:
        raise ValueError(f"event_id {event.event_id!r} already names another record, in {known.file}")
