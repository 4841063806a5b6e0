"""What an index keeps of a record: enough to check the next one, never the record itself."""

from typing import NamedTuple

from allornone.eventlog.layout import FAMILIES, LOG_RECOVERED, OPERATIONS
from allornone.eventlog.line import Fields
from allornone.models.execution import ExecutionStatus

SETTLED = frozenset({ExecutionStatus.CONFIRMED, ExecutionStatus.FAILED, ExecutionStatus.ROLLED_BACK})


class Place(NamedTuple):
    """Where a line lies: in which segment of which file. A segment keeps its number when it is closed."""

    file: str
    segment: int
    offset: int
    length: int


class Entry(NamedTuple):
    """One record. What it does not have is empty."""

    place: Place
    event_id: str
    group_id: str
    seq: int
    client_ref: str
    kind: str
    """A transition's own kind, `pending` for an intent, else operation, group or delta."""
    status: str
    """Of an operation."""
    at: str
    """`real_utc_time`, as it is written."""

    @classmethod
    def of(cls, fields: Fields, place: Place) -> "Entry | None":
        """Return the entry of the line that lies at `place`; none of a note of the log itself."""
        kind: str = fields.get("kind") or _kind(place.file, fields)
        if kind == LOG_RECOVERED:
            return None
        return cls(
            place=place,
            event_id=fields["event_id"],
            group_id=fields["atomic_group_id"] or "",
            seq=fields["seq"],
            client_ref=fields.get("client_ref") or "",
            kind=kind,
            status=fields["status"] if place.file == OPERATIONS else "",
            at=fields["real_utc_time"],
        )


def _kind(file: str, fields: Fields) -> str:
    """Return what a record is: an intent by its own name, since it is the one operation record that decides."""
    intent = file == OPERATIONS and fields["status"] == ExecutionStatus.PENDING
    return ExecutionStatus.PENDING.value if intent else FAMILIES[file]
