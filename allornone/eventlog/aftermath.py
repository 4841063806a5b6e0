"""What a group had sent by its end, and what it took each reference for. Called under the journal's lock."""

from collections.abc import Iterator
from typing import cast

from allornone.eventlog.entry import SETTLED
from allornone.eventlog.groupindex import GroupIndex, Mark, ReferenceIndex
from allornone.eventlog.journal import Journal
from allornone.eventlog.layout import FAMILIES, GROUPS, OPERATIONS
from allornone.eventlog.trace import SentReference
from allornone.events import Event
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent, TransitionKind


def references(journal: Journal, group_id: str) -> tuple[SentReference, ...]:
    """Return the references of a group that has ended, each with what it was known as then; none of an open one."""
    group = journal.index.group(group_id)
    ends = [mark for mark in group.marks if mark.kind == FAMILIES[GROUPS]]
    if not ends:
        return ()
    end = cast("AtomicOperationGroupEvent", _event(journal, ends[-1]))
    loose = {each.get("client_ref") for each in end.unfenced}
    return tuple(
        SentReference(
            intent=cast("OperationExecutionEvent", journal.event(reference.intent)),
            # What ended as a range was not known, whatever was recorded of it.
            known=None if client_ref in loose else _known(journal, group, client_ref, reference, end.seq),
            since=_since(journal, marks),
            late=_late(journal, marks),
        )
        for client_ref, reference in group.references.items()
        for marks in (_after(group, client_ref, end.seq),)
        if reference.intent is not None
    )


def _known(
    journal: Journal, group: GroupIndex, client_ref: str, reference: ReferenceIndex, end_seq: int
) -> OperationExecutionEvent | None:
    marks = [mark for mark in group.marks if mark.client_ref == client_ref and mark.seq < end_seq]
    if any(mark.kind == TransitionKind.LATE_EFFECT for mark in marks):
        # A look showed something else than was recorded, and the group went by what it showed.
        for shown in _contradictions(journal, marks):
            return shown
    if reference.outcome is None:
        return None
    outcome = cast("OperationExecutionEvent", journal.event(reference.outcome))
    return outcome if outcome.seq < end_seq else None


def _after(group: GroupIndex, client_ref: str, end_seq: int) -> list[Mark]:
    return [mark for mark in group.marks if mark.client_ref == client_ref and mark.seq > end_seq]


def _since(journal: Journal, marks: list[Mark]) -> OperationExecutionEvent | None:
    """Return the last effect among the outcomes of `marks`, also of one that contradicts what was recorded before."""
    for mark in reversed(marks):
        if mark.kind == FAMILIES[OPERATIONS]:
            outcome = cast("OperationExecutionEvent", _event(journal, mark))
            if outcome.status in SETTLED and outcome.actual_deltas:
                return outcome
        for contradicting in _contradictions(journal, [mark]):
            if contradicting.actual_deltas:
                return contradicting
    return None


def _late(journal: Journal, marks: list[Mark]) -> tuple[GroupTransitionEvent, ...]:
    found = [mark for mark in marks if mark.kind == TransitionKind.LATE_EFFECT]
    return tuple(cast("GroupTransitionEvent", _event(journal, mark)) for mark in found)


def _contradictions(journal: Journal, marks: list[Mark]) -> Iterator[OperationExecutionEvent]:
    """Yield the outcomes that contradicted the recorded one, the last first."""
    for mark in reversed(marks):
        if mark.kind != TransitionKind.CONFLICT:
            continue
        found = cast("GroupTransitionEvent", _event(journal, mark)).facts["found"]
        if found.get("status") in SETTLED:
            yield OperationExecutionEvent.model_validate(found)


def _event(journal: Journal, mark: Mark) -> Event:
    place = journal.index.event(mark.event_id)
    if place is None:
        raise LookupError(f"the log's index has no place of its own record {mark.event_id!r}")
    return journal.event(place)
