"""An event log in memory: the rules of every log, and nothing of what a journal costs: no file, thread, sync, chain."""

from datetime import datetime
from pathlib import Path
from typing import cast

from allornone.eventlog import aftermath, permit, recording
from allornone.eventlog.checkpoint import Checkpoint
from allornone.eventlog.entry import Entry, Place
from allornone.eventlog.history import history
from allornone.eventlog.index import Index
from allornone.eventlog.journal import Journal
from allornone.eventlog.layout import MODELS, file_of
from allornone.eventlog.line import Fields
from allornone.eventlog.trace import Effects, EndedGroup, GroupTrace, Permit, Recorded, ReferenceTrace, SentReference
from allornone.events import Event
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent

_INDEXED = ("event_id", "atomic_group_id", "client_ref", "status", "kind", "real_utc_time")


class MemoryJournal:
    """What the rules ask of a journal."""

    def __init__(self) -> None:
        # Nothing is ever given to its checkpoint.
        self.index = Index(Checkpoint(Path()))
        self._events: list[tuple[Event, int]] = []

    def append(self, event: Event, *, from_reserve: bool) -> int:
        """Keep an event under the next `seq` of its group, and return that."""
        del from_reserve
        seq = self.index.group(event.atomic_group_id).next_seq if event.atomic_group_id else 0
        fields = {name: getattr(event, name) for name in _INDEXED if hasattr(event, name)}
        entry = Entry.of({**fields, "seq": seq}, Place(file_of(event), 1, len(self._events), 0))
        if entry is not None:
            self.index.add(entry)
        self._events.append((event, seq))
        return seq

    def load(self, place: Place) -> Fields:
        """Return the fields of a record."""
        event, seq = self._events[place.offset]
        return {**event.model_dump(mode="json"), "seq": seq}

    def event(self, place: Place) -> Event:
        """Return a record as it is read back."""
        return MODELS[place.file].model_validate(self.load(place))


class MemoryLog:
    """An `EventLog` of one process, gone when it is dropped."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._journal = cast("Journal", MemoryJournal())

    async def intend(self, intent: OperationExecutionEvent, known_seq: int) -> Permit:
        return permit.intend(self._journal, intent, known_seq)

    async def revoke(self, revocation: GroupTransitionEvent, known_seq: int) -> ReferenceTrace:
        return permit.revoke(self._journal, revocation, known_seq)

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        return recording.record(self._journal, events, known_seq, in_flight)

    async def settle(self, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
        return recording.settle(self._journal, outcome, effects, known_seq)

    async def reference(self, group_id: str, client_ref: str) -> ReferenceTrace:
        return permit.trace(self._journal, group_id, client_ref)

    async def group(self, group_id: str) -> GroupTrace:
        return recording.group_trace(self._journal, group_id)

    async def history(self, group_id: str) -> tuple[Event, ...]:
        return history(self._journal, group_id)

    async def open_groups(self) -> tuple[str, ...]:
        return self._journal.index.open_groups()

    async def ended_groups(self, since: datetime) -> tuple[EndedGroup, ...]:
        return self._journal.index.ended_groups(since)

    async def references(self, group_id: str) -> tuple[SentReference, ...]:
        return aftermath.references(self._journal, group_id)
