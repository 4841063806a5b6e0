"""Everything a log holds of one group. Called under the journal's lock."""

from allornone.eventlog.journal import Journal
from allornone.events import Event


def history(journal: Journal, group_id: str) -> tuple[Event, ...]:
    """Return every event of a group in the order of `seq`: of one never heard of, none."""
    places = (journal.index.event(mark.event_id) for mark in journal.index.group(group_id).marks)
    return tuple(journal.event(place) for place in places if place is not None)
