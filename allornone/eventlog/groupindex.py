"""What a writer remembers of one group."""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple

from allornone.eventlog.entry import SETTLED, Entry, Place
from allornone.eventlog.layout import GROUPS, OPERATIONS, TRANSITIONS
from allornone.events.transition import TransitionKind
from allornone.models.execution import ExecutionStatus

_BEGINNINGS = frozenset({TransitionKind.STARTED, TransitionKind.RECOVERED})


class Mark(NamedTuple):
    """One record of a group, as far as the question "has another life gone on" needs it."""

    seq: int
    event_id: str
    client_ref: str
    kind: str


@dataclass(slots=True)
class ReferenceIndex:
    """What is known of one reference."""

    intent: Place | None = None
    outcome: Place | None = None
    outcome_status: str | None = None
    revoked: bool = False

    def add(self, entry: Entry) -> None:
        """Take in a record of this reference. The first intent and the last outcome count."""
        if entry.place.file == TRANSITIONS:
            self.revoked = self.revoked or entry.kind == TransitionKind.REVOKED
        elif entry.place.file == OPERATIONS and entry.status == ExecutionStatus.PENDING:
            self.intent = self.intent or entry.place
        elif entry.place.file == OPERATIONS and entry.status in SETTLED:
            self.outcome, self.outcome_status = entry.place, entry.status


@dataclass(slots=True)
class GroupIndex:
    """What is known of one group. `marks` are in the order of `seq`."""

    marks: list[Mark] = field(default_factory=list[Mark])
    references: dict[str, ReferenceIndex] = field(default_factory=dict[str, ReferenceIndex])
    started: Place | None = None
    end_ids: set[str] = field(default_factory=set[str])

    @property
    def last_seq(self) -> int:
        """The group's last record; 0 before the first."""
        return self.marks[-1].seq if self.marks else 0

    @property
    def next_seq(self) -> int:
        """The `seq` of the next record: one after the last.

        Or the lowest one missing: a power cut may keep the later of two records that lie in different files.
        Nobody was told of either, so the one that is written again takes its place.
        """
        if len(self.marks) == self.last_seq:
            return self.last_seq + 1
        present = {mark.seq for mark in self.marks}
        return next(seq for seq in range(1, self.last_seq + 2) if seq not in present)

    @property
    def open(self) -> bool:
        """Whether the group was started and has neither an end record nor was found abandoned since."""
        if self.started is None or self.end_ids:
            return False
        kinds = [mark.kind for mark in self.marks]
        return TransitionKind.ABANDONED not in kinds[_last_life(kinds) :]

    def reference(self, client_ref: str) -> ReferenceIndex:
        """Return what is known of a reference: of one never heard of, nothing, and nothing is kept."""
        return self.references.get(client_ref) or ReferenceIndex()

    def add(self, entry: Entry) -> None:
        """Take in a record of this group; one that is there already changes nothing."""
        mark = Mark(entry.seq, entry.event_id, entry.client_ref, entry.kind)
        at = bisect_left(self.marks, mark)
        if self.marks[at : at + 1] == [mark]:
            return
        self.marks.insert(at, mark)
        if entry.client_ref:
            self.references.setdefault(entry.client_ref, ReferenceIndex()).add(entry)
        if entry.place.file == GROUPS:
            self.end_ids.add(entry.event_id)
        if entry.kind == TransitionKind.STARTED and self.started is None:
            self.started = entry.place


def _last_life(kinds: list[str]) -> int:
    """Return where the records of the group's last life begin: at its start, or where it was recovered last."""
    return max(number for number, kind in enumerate(kinds) if kind in _BEGINNINGS)
