"""What a writer remembers of the log: enough to check a record, never the records themselves."""

from bisect import insort
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from allornone.eventlog.layout import FAMILIES, GROUPS, LOG_RECOVERED, OPERATIONS, TRANSITIONS
from allornone.eventlog.line import Fields
from allornone.eventlog.trace import EndedGroup
from allornone.events.transition import TransitionKind
from allornone.models.execution import ExecutionStatus

SETTLED = frozenset({ExecutionStatus.CONFIRMED, ExecutionStatus.FAILED, ExecutionStatus.ROLLED_BACK})


_BEGINNINGS = frozenset({TransitionKind.STARTED, TransitionKind.RECOVERED})


class Place(NamedTuple):
    """Where a line lies: in which segment of which file. A segment keeps its number when it is closed."""

    file: str
    segment: int
    offset: int
    length: int


class Mark(NamedTuple):
    """One record of a group, as far as the question "has another life gone on" needs it."""

    seq: int
    event_id: str
    client_ref: str
    kind: str


def _kind(file: str, fields: Fields) -> str:
    """Return what a record is: an intent by its own name, since it is the one operation record that decides."""
    intent = file == OPERATIONS and fields["status"] == ExecutionStatus.PENDING
    return ExecutionStatus.PENDING.value if intent else FAMILIES[file]


@dataclass(slots=True)
class ReferenceIndex:
    """What is known of one reference."""

    intent: Place | None = None
    outcome: Place | None = None
    outcome_status: str | None = None
    revoked: bool = False

    def add(self, file: str, fields: Fields, place: Place) -> None:
        """Take in a record of this reference. The first intent and the last outcome count."""
        if file == TRANSITIONS:
            self.revoked = self.revoked or fields["kind"] == TransitionKind.REVOKED
        elif file == OPERATIONS and fields["status"] == ExecutionStatus.PENDING:
            self.intent = self.intent or place
        elif file == OPERATIONS and fields["status"] in SETTLED:
            self.outcome, self.outcome_status = place, fields["status"]


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

    def add(self, file: str, fields: Fields, place: Place) -> None:
        """Take in a record of this group."""
        client_ref: str | None = fields.get("client_ref")
        kind: str = fields.get("kind") or _kind(file, fields)
        insort(self.marks, Mark(fields["seq"], fields["event_id"], client_ref or "", kind))
        if client_ref:
            self.references.setdefault(client_ref, ReferenceIndex()).add(file, fields, place)
        if file == GROUPS:
            self.end_ids.add(fields["event_id"])
        if kind == TransitionKind.STARTED and self.started is None:
            self.started = place


def _last_life(kinds: list[str]) -> int:
    """Return where the records of the group's last life begin: at its start, or where it was recovered last."""
    return max(number for number, kind in enumerate(kinds) if kind in _BEGINNINGS)


def _moment(text: str) -> datetime | None:
    """Read the time of a record, None where somebody wrote something else there."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


class Index:
    """The whole log, by event and by group."""

    def __init__(self) -> None:
        self._events: dict[str, Place] = {}
        self._groups: dict[str, GroupIndex] = {}
        self._ends: list[tuple[str, str]] = []

    def event(self, event_id: str) -> Place | None:
        """Return where an event lies, None when the log does not hold it."""
        return self._events.get(event_id)

    def group(self, group_id: str | None) -> GroupIndex:
        """Return what is known of a group: of one never heard of, nothing, and nothing is kept."""
        return self._groups.get(group_id or "") or GroupIndex()

    def open_groups(self) -> tuple[str, ...]:
        """Return the groups that are open, in the order in which the log first heard of them."""
        return tuple(group_id for group_id, group in self._groups.items() if group.open)

    def ended_groups(self, since: datetime) -> tuple[EndedGroup, ...]:
        """Return the groups whose end was recorded at `since` or later, the newest end first."""
        found: dict[str, EndedGroup] = {}
        for group_id, text in reversed(self._ends):
            ended_at = _moment(text)
            if ended_at is not None and ended_at < since:
                # Ends lie in the order in which they were recorded: what comes now is older still.
                break
            if ended_at is not None:
                found.setdefault(group_id, EndedGroup(group_id, ended_at))
        return tuple(found.values())

    def add(self, fields: Fields, place: Place) -> None:
        """Take in the record that lies at `place`."""
        if fields.get("kind") == LOG_RECOVERED:
            return
        self._events.setdefault(fields["event_id"], place)
        group_id: str | None = fields["atomic_group_id"]
        if group_id:
            self._groups.setdefault(group_id, GroupIndex()).add(place.file, fields, place)
            if place.file == GROUPS:
                self._ends.append((group_id, fields["real_utc_time"]))
