"""The event log in memory: the real rules of `allornone.eventlog` over a list instead of files."""

from collections.abc import Callable

from allornone.eventlog import aftermath, permit, recording
from allornone.eventlog.facts import plain
from allornone.eventlog.index import Index, Place
from allornone.eventlog.layout import file_of
from allornone.eventlog.line import Fields
from allornone.events import Event

Answerer = Callable[..., object]


class VirtualJournal:
    """What the rules need of a journal. Whoever copies it shares its records until one of the two writes."""

    def __init__(self, records: tuple[tuple[str, Fields], ...] = ()) -> None:
        self._records = list(records)
        self._index: Index | None = None
        self.events: list[Event] = []

    def copy(self) -> "VirtualJournal":
        """Return the same log, to be written on by itself."""
        twin = VirtualJournal()
        twin._records, twin.events = self._records.copy(), self.events.copy()
        return twin

    @property
    def index(self) -> Index:
        """The index of all records, as a writer builds it when it opens the log."""
        if self._index is None:
            self._index = Index()
            for number, (file, fields) in enumerate(self._records):
                self._index.add(fields, Place(file, number, 0))
        return self._index

    def append(self, event: Event, *, from_reserve: bool) -> int:
        """Write an event with the next `seq` of its group, and return that. There is always room."""
        del from_reserve
        fields = plain(event)
        group_id: str | None = fields["atomic_group_id"]
        seq = self.index.group(group_id).next_seq if group_id else 0
        fields["seq"] = seq
        self.index.add(fields, Place(file_of(event), len(self._records), 0))
        self._records.append((file_of(event), fields))
        self.events.append(event)
        return seq

    def load(self, place: Place) -> Fields:
        """Return the fields of a record."""
        return self._records[place.offset][1]


def answer(journal: VirtualJournal, name: str, arguments: tuple[object, ...]) -> object:
    """Answer one call of an `EventLog`, by the rules that every log shares."""
    return _RULES[name](journal, *arguments)


_RULES: dict[str, Answerer] = {
    "intend": lambda *given: permit.intend(*given),
    "revoke": lambda *given: permit.revoke(*given),
    "record": lambda *given: recording.record(*given),
    "reference": lambda *given: permit.trace(*given),
    "group": lambda *given: recording.group_trace(*given),
    "open_groups": lambda journal: journal.index.open_groups(),
    "ended_groups": lambda journal, since: journal.index.ended_groups(since),
    "references": lambda *given: aftermath.references(*given),
}
