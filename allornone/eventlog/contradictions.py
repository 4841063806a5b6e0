"""The outcomes that contradicted the recorded one, and were kept beside it. Called under the journal's lock."""

from collections.abc import Iterable, Iterator
from typing import cast

from allornone.eventlog.entry import SETTLED
from allornone.eventlog.groupindex import Mark
from allornone.eventlog.journal import Journal
from allornone.events import Event
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent, TransitionKind


def contradictions(journal: Journal, marks: Iterable[Mark]) -> Iterator[OperationExecutionEvent]:
    """Yield the outcomes that contradicted the recorded one, the last first.

    An operator's word is none: against what a venue has said it shows nothing.
    """
    for mark in sorted(marks, reverse=True):
        if mark.kind != TransitionKind.CONFLICT:
            continue
        found = cast("GroupTransitionEvent", event_at(journal, mark)).facts["found"]
        if found.get("status") not in SETTLED:
            continue
        outcome = OperationExecutionEvent.model_validate(found)
        if not outcome.evidence.get("attested"):
            yield outcome


def event_at(journal: Journal, mark: Mark) -> Event:
    """Return the record that a mark stands for. Raises LookupError when the log does not hold it."""
    place = journal.index.event(mark.event_id)
    if place is None:
        raise LookupError(f"the log's index has no place of its own record {mark.event_id!r}")
    return journal.event(place)
