"""What a group had sent by its end, and what it took each reference for. Called under the journal's lock."""

from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from allornone.eventlog.contradictions import contradictions, event_at
from allornone.eventlog.entry import SETTLED, Place
from allornone.eventlog.groupindex import GroupIndex, Mark, ReferenceIndex
from allornone.eventlog.journal import Journal
from allornone.eventlog.layout import FAMILIES, GROUPS, OPERATIONS
from allornone.eventlog.trace import SentReference
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent, TransitionKind


def references(journal: Journal, group_id: str) -> tuple[SentReference, ...]:
    """Return the references of a group that has ended, each with what it was known as then; none of an open one."""
    group = journal.index.group(group_id)
    ends = [mark for mark in group.marks if mark.kind == FAMILIES[GROUPS]]
    if not ends:
        return ()
    end = cast("AtomicOperationGroupEvent", event_at(journal, ends[-1]))
    loose = {each.get("client_ref") for each in end.unfenced}
    return tuple(
        _sent(journal, group, client_ref, reference, end.seq, loose=client_ref in loose)
        for client_ref, reference in group.references.items()
        if reference.intent is not None
    )


def _sent(
    journal: Journal, group: GroupIndex, client_ref: str, reference: ReferenceIndex, end_seq: int, *, loose: bool
) -> SentReference:
    marks = [mark for mark in group.marks if mark.client_ref == client_ref]
    # What ended as a range was not known, whatever was recorded of it.
    known = None if loose else _known(journal, marks, reference, end_seq)
    return SentReference(
        intent=cast("OperationExecutionEvent", journal.event(cast("Place", reference.intent))),
        known=known,
        since=_since(journal, marks, known),
        late=_late(journal, [mark for mark in marks if mark.seq > end_seq]),
    )


def _known(
    journal: Journal, marks: list[Mark], reference: ReferenceIndex, end_seq: int
) -> OperationExecutionEvent | None:
    before = [mark for mark in marks if mark.seq < end_seq]
    outcome = cast("OperationExecutionEvent", journal.event(reference.outcome)) if reference.outcome else None
    outcome = outcome if outcome is not None and outcome.seq < end_seq else None
    lates = _late(journal, before)
    if not lates:
        return outcome
    # A look showed something else than was recorded, and the group went by what it showed.
    found = [*contradictions(journal, before), *([outcome] if outcome is not None else [])]
    return next((each for each in found if _is_shown(lates[-1], each)), outcome)


def _is_shown(notice: GroupTransitionEvent, outcome: OperationExecutionEvent) -> bool:
    """Tell whether an outcome is what a look showed: of an order that it found open, whatever became of that."""
    shown = notice.facts.get("shown")
    return shown is None or outcome.actual_deltas == {key: Decimal(amount) for key, amount in shown.items()}


def _since(
    journal: Journal, marks: list[Mark], known: OperationExecutionEvent | None
) -> OperationExecutionEvent | None:
    """Return the last effect that is recorded, if the group did not know it.

    It may be older than the end: an answer may come between the last look and the end, or be of a reference that
    the group had given up.
    """
    last = next((each for each in _outcomes(journal, marks) if each.actual_deltas), None)
    return last if last != known else None


def _outcomes(journal: Journal, marks: list[Mark]) -> Iterator[OperationExecutionEvent]:
    """Yield what was recorded as outcomes, the last first, also what contradicts what was recorded before."""
    for mark in reversed(marks):
        yield from contradictions(journal, [mark])
        if mark.kind == FAMILIES[OPERATIONS]:
            outcome = cast("OperationExecutionEvent", event_at(journal, mark))
            if outcome.status in SETTLED:
                yield outcome


def _late(journal: Journal, marks: list[Mark]) -> tuple[GroupTransitionEvent, ...]:
    found = [mark for mark in marks if mark.kind == TransitionKind.LATE_EFFECT]
    return tuple(cast("GroupTransitionEvent", event_at(journal, mark)) for mark in found)
