"""The rules of a record: each event once, contradictions kept, another life's decisions refused."""

from typing import cast

from allornone.eventlog.entry import SETTLED, Place
from allornone.eventlog.facts import conflict, fingerprint, plain
from allornone.eventlog.journal import Journal
from allornone.eventlog.layout import kind_of
from allornone.eventlog.permit import named, trace
from allornone.eventlog.supersession import DECISIONS, Question, superseded
from allornone.eventlog.trace import Effects, GroupTrace, Recorded
from allornone.events import Event
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent, TransitionKind
from allornone.models.execution import ExecutionStatus


def record(
    journal: Journal, events: tuple[Event, ...], known_seq: int | None, in_flight: str | None = None
) -> Recorded:
    """Write events of one group in order, each once by its `event_id`.

    When another life of the group went on, evidence is still written and decisions are not. A `known_seq` of
    None does not ask about other lives. Called under the journal's lock.
    """
    group_id = _one_group(events)
    group = journal.index.group(group_id)
    stale = known_seq is not None and superseded(group, Question.of(events, known_seq, in_flight))
    written = [_write_once(journal, event, stale=stale) for event in events]
    conflicts = tuple(each for each in written if each is not None)
    return Recorded(seq=journal.index.group(group_id).last_seq, superseded=stale, conflicts=conflicts)


def settle(journal: Journal, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
    """Write an outcome, and before it what is to be recorded of its effect, by what is known of that now."""
    known = trace(journal, *named(outcome))
    return record(journal, (*effects(known.effect), outcome), known_seq)


def group_trace(journal: Journal, group_id: str) -> GroupTrace:
    """Return where the log stands with a group."""
    group = journal.index.group(group_id)
    started = cast("GroupTransitionEvent", journal.event(group.started)) if group.started else None
    return GroupTrace(seq=group.last_seq, started=started, ended=bool(group.end_ids))


def _one_group(events: tuple[Event, ...]) -> str | None:
    groups = {event.atomic_group_id for event in events}
    if len(groups) != 1:
        raise ValueError(f"events of exactly one group are recorded together, were of {sorted(map(str, groups))}")
    if not all(event.event_id for event in events):
        raise ValueError("an event without an event_id cannot be recorded once; give it one (allornone.ids.event_id)")
    return groups.pop()


def _write_once(journal: Journal, event: Event, *, stale: bool) -> GroupTransitionEvent | None:
    """Write the event, or the conflict that it makes with what is known; that one is returned."""
    known = journal.index.event(event.event_id)
    if known is not None:
        return _keep_both(journal, known, event) if _says_otherwise(journal, known, event) else None
    if _is_settled(journal, event):
        return None
    settled = _other_outcome(journal, event)
    if settled is not None:
        return _keep_both(journal, settled, event)
    if not (stale and kind_of(event) in DECISIONS):
        journal.append(event, from_reserve=kind_of(event) != TransitionKind.STARTED)
    return None


def _says_otherwise(journal: Journal, known: Place, event: Event) -> bool:
    return fingerprint(journal.load(known)) != fingerprint(plain(event))


def _is_settled(journal: Journal, event: Event) -> bool:
    """Tell whether `event` says not to know what the log knows: a stalled worker woke after others had resolved it."""
    if not isinstance(event, OperationExecutionEvent) or event.client_ref is None:
        return False
    reference = journal.index.group(event.atomic_group_id).reference(event.client_ref)
    return event.status == ExecutionStatus.UNKNOWN and reference.outcome is not None


def _other_outcome(journal: Journal, event: Event) -> Place | None:
    """Return where the reference was settled otherwise than `event` settles it."""
    if not isinstance(event, OperationExecutionEvent) or event.client_ref is None or event.status not in SETTLED:
        return None
    reference = journal.index.group(event.atomic_group_id).reference(event.client_ref)
    return reference.outcome if reference.outcome_status not in {None, event.status} else None


def _keep_both(journal: Journal, kept: Place, found: Event) -> GroupTransitionEvent:
    both = conflict(journal.load(kept), plain(found))
    if journal.index.event(both.event_id) is None:
        journal.append(both, from_reserve=True)
    return both
