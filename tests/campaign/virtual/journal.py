"""The event log in memory: the real rules of `allornone.eventlog` over a list instead of files."""

from dataclasses import dataclass, field, replace
from types import ModuleType

from allornone.eventlog import aftermath, history, permit, recording
from allornone.eventlog.entry import SETTLED, Entry, Place
from allornone.eventlog.facts import plain
from allornone.eventlog.groupindex import GroupIndex, ReferenceIndex
from allornone.eventlog.layout import MODELS, file_of
from allornone.eventlog.line import Fields
from allornone.events import AtomicOperationGroupEvent, Event
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction
from tests.campaign.virtual import memory

_plain: dict[int, tuple[Event, Fields]] = {}
_numbered: dict[tuple[int, int], tuple[Event, Event]] = {}


@dataclass(slots=True)
class VirtualIndex:
    """What the rules ask of an index, in memory alone."""

    events: dict[str, Place] = field(default_factory=dict[str, Place])
    groups: dict[str, GroupIndex] = field(default_factory=dict[str, GroupIndex])

    def event(self, event_id: str) -> Place | None:
        """Return where an event lies."""
        return self.events.get(event_id)

    def group(self, group_id: str | None) -> GroupIndex:
        """Return what is known of a group."""
        return self.groups.get(group_id or "") or GroupIndex()

    def add(self, entry: Entry) -> None:
        """Take in a record."""
        self.events.setdefault(entry.event_id, entry.place)
        self.groups.setdefault(entry.group_id, GroupIndex()).add(entry)

    def copy(self) -> "VirtualIndex":
        """Return the same index, to be added to by itself."""
        return VirtualIndex(self.events.copy(), {name: _copied(group) for name, group in self.groups.items()})


def _copied(group: GroupIndex) -> GroupIndex:
    references: dict[str, ReferenceIndex] = {name: replace(each) for name, each in group.references.items()}
    return GroupIndex(group.marks.copy(), references, group.started, group.end_ids.copy())


class VirtualJournal:
    """What the rules need of a journal. A copy shares the index until one of the two writes."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._seqs: list[int] = []
        self._index = VirtualIndex()
        self._shared = False

    def copy(self) -> "VirtualJournal":
        """Return the same log, to be written on by itself."""
        twin = VirtualJournal()
        twin.events, twin._seqs = self.events.copy(), self._seqs.copy()
        twin._index, twin._shared, self._shared = self._index, True, True
        return twin

    @property
    def index(self) -> VirtualIndex:
        """The index of all records, as a writer keeps it."""
        return self._index

    def append(self, event: Event, *, from_reserve: bool) -> int:
        """Write an event with the next `seq` of its group, and return that. There is always room."""
        del from_reserve
        if self._shared:
            self._index, self._shared = self._index.copy(), False
        group_id = event.atomic_group_id
        seq = self._index.group(group_id).next_seq if group_id else 0
        entry = Entry.of({**_plain_of(event), "seq": seq}, Place(file_of(event), 0, len(self.events), 0))
        assert entry is not None
        self._index.add(entry)
        self.events.append(event)
        self._seqs.append(seq)
        return seq

    @property
    def end(self) -> AtomicOperationGroupEvent | None:
        """The end record."""
        for event in reversed(self.events):
            if isinstance(event, AtomicOperationGroupEvent):
                return event
        return None

    def operations(self, client_ref: str) -> list[OperationExecutionEvent]:
        """Return the operation records of a reference."""
        return [each for each in self._operations() if each.client_ref == client_ref]

    def intents(self, direction: Direction) -> list[OperationExecutionEvent]:
        """Return the intents of one direction."""
        return [each for each in self._operations() if each.status == "pending" and each.direction is direction]

    def unsettled(self) -> set[str]:
        """Return the references that have an intent, and no outcome."""
        records = self._operations()
        begun = {event.client_ref or "" for event in records if event.status == "pending"}
        return begun - {event.client_ref for event in records if event.status in SETTLED}

    def revoked(self, group_id: str, client_ref: str) -> bool:
        """Tell whether a reference is revoked."""
        return self._index.group(group_id).reference(client_ref).revoked

    def has(self, group_id: str, kind: TransitionKind) -> bool:
        """Tell whether a group has a transition of that kind."""
        return any(mark.kind == kind for mark in self._index.group(group_id).marks)

    def _operations(self) -> list[OperationExecutionEvent]:
        return [event for event in self.events if isinstance(event, OperationExecutionEvent)]

    def load(self, place: Place) -> Fields:
        """Return the fields of a record."""
        return {**_plain_of(self.events[place.offset]), "seq": self._seqs[place.offset]}

    def event(self, place: Place) -> Event:
        """Return a record as it is read back: the same object each time."""
        event, seq = self.events[place.offset], self._seqs[place.offset]
        known = _numbered.get((id(event), seq))
        if known is None or known[0] is not event:
            fields = {**_plain_of(event), "seq": seq}
            known = _numbered[id(event), seq] = (event, MODELS[place.file].model_validate(fields))
        return known[1]


def _plain_of(event: Event) -> Fields:
    known = _plain.get(id(event))
    if known is None or known[0] is not event:
        known = _plain[id(event)] = (event, plain(event))
    return known[1]


def forget() -> None:
    """Forget the records that were seen."""
    _plain.clear()
    _numbered.clear()
    memory.forget()


def answer(journal: VirtualJournal, name: str, arguments: tuple[object, ...]) -> object:
    """Answer one call of an `EventLog`, by the rules that every log shares."""
    module, rule = _RULES[name]
    # Looked up anew each time: a rig may have put another rule in its place.
    return getattr(module, rule)(journal, *arguments)


_RULES: dict[str, tuple[ModuleType, str]] = {
    "intend": (permit, "intend"),
    "revoke": (permit, "revoke"),
    "record": (recording, "record"),
    "settle": (recording, "settle"),
    "reference": (permit, "trace"),
    "group": (recording, "group_trace"),
    "references": (aftermath, "references"),
    "history": (history, "history"),
}
