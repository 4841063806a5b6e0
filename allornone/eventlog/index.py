"""What a writer remembers of the log: the newest part in memory, the rest in a checkpoint."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import chain

from allornone.eventlog.checkpoint import Checkpoint
from allornone.eventlog.cursor import Cursor
from allornone.eventlog.entry import Entry, Place
from allornone.eventlog.groupindex import GroupIndex
from allornone.eventlog.layout import GROUPS
from allornone.eventlog.trace import EndedGroup
from allornone.events.transition import TransitionKind

FRESH = 2_000
"""How many records, and how many groups, are kept in memory before they go to the checkpoint: some 3 MB."""

WALKING = 10
"""How many times as many, while a log without a checkpoint is read."""


class Index:
    """The whole log, by event and by group. Raises OSError when its checkpoint cannot be read."""

    def __init__(self, checkpoint: Checkpoint, fresh: int = FRESH) -> None:
        self._checkpoint = checkpoint
        self._size = self._due = fresh
        self._fresh: list[Entry] = []
        self._events: dict[str, Place] = {}
        self._groups: dict[str, GroupIndex] = {}
        self._loose: defaultdict[str, list[Entry]] = defaultdict(list)

    @property
    def due(self) -> bool:
        """Whether it is time to save."""
        return len(self._fresh) >= self._due or len(self._groups) >= self._due

    @property
    def overdue(self) -> bool:
        """Whether it is time to save, also in the middle of reading."""
        return len(self._fresh) >= WALKING * self._due

    def event(self, event_id: str) -> Place | None:
        """Return where an event lies, None when the log does not hold it."""
        return self._events.get(event_id) or self._checkpoint.event(event_id)

    def group(self, group_id: str | None) -> GroupIndex:
        """Return what is known of a group: of one never heard of, nothing, and nothing is kept."""
        if not group_id:
            return GroupIndex()
        return self._groups.get(group_id) or self._recalled(group_id)

    def open_groups(self) -> tuple[str, ...]:
        """Return the groups that are open, in the order in which the log first heard of their start."""
        started = (entry.group_id for entry in self._fresh if entry.kind == TransitionKind.STARTED)
        found = dict.fromkeys(chain(self._checkpoint.unended(), started))
        return tuple(group_id for group_id in found if self.group(group_id).open)

    def ended_groups(self, since: datetime) -> tuple[EndedGroup, ...]:
        """Return the groups whose end was recorded at `since` or later, the newest end first."""
        ends = (entry for entry in reversed(self._fresh) if entry.place.file == GROUPS and entry.group_id)
        found: dict[str, EndedGroup] = {}
        for group_id, text in chain(((end.group_id, end.at) for end in ends), self._checkpoint.ends()):
            ended_at = _moment(text)
            if ended_at is not None and ended_at < since:
                # Ends lie in the order in which they were recorded: what comes now is older still.
                break
            if ended_at is not None:
                found.setdefault(group_id, EndedGroup(group_id, ended_at))
        return tuple(found.values())

    def add(self, entry: Entry) -> None:
        """Take in a record."""
        self._fresh.append(entry)
        self._events.setdefault(entry.event_id, entry.place)
        if entry.group_id in self._groups:
            self._groups[entry.group_id].add(entry)
        elif entry.group_id:
            # Put together when somebody asks: who reads a whole log asks for few of its groups.
            self._loose[entry.group_id].append(entry)

    def save(self, cursors: Mapping[str, Cursor]) -> None:
        """Give everything up to `cursors`, which is all that was added, to the checkpoint, and the memory back."""
        if not self._checkpoint.save(self._fresh, cursors):
            self.postpone()
            return
        self._due = self._size
        for kept in (self._fresh, self._events, self._groups, self._loose):
            kept.clear()

    def postpone(self) -> None:
        """Keep what there is in memory for a while longer."""
        self._due = max(len(self._fresh), len(self._groups)) + self._size

    def _recalled(self, group_id: str) -> GroupIndex:
        group = GroupIndex()
        for entry in chain(self._checkpoint.group(group_id), self._loose.pop(group_id, ())):
            group.add(entry)
        if group.marks:
            self._groups[group_id] = group
        return group


def _moment(text: str) -> datetime | None:
    """Read the time of a record, None where somebody wrote something else there."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
