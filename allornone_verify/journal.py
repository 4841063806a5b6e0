"""The event log: every line held against its chain, and the records of a group found again."""

from array import array
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from allornone_verify.breaks import Break
from allornone_verify.fields import Fields
from allornone_verify.line import FIRST, VERSION, BadLineError, hash_of, parse
from allornone_verify.permits import Permits
from allornone_verify.records import FILES, LOG_RECOVERED, Record, misshapen, moment
from allornone_verify.segments import Segment, close, sizes, snapshot

FOLDER = "events"


class Finding(NamedTuple):
    """A break of an invariant that is about the log itself."""

    invariant: str
    found: Break


class Journal:
    """One pass over the log keeps, of each record, only where it lies and a hash of its id."""

    def __init__(self, log_dir: Path) -> None:
        self.folder = log_dir / FOLDER
        self.exists = self.folder.is_dir()
        self._before: dict[int, int] = {}
        self._segments: list[Segment] = []
        self._places: dict[str, array[int]] = {}
        self._ids: set[bytes] = set()
        self._last_seqs: dict[tuple[str, str], int] = {}
        self._moving: set[str] = set()
        self.permits = Permits()
        self.lines = 0
        self.newest: datetime | None = None
        """When the newest record was made: what the log itself knows of the time."""

    def begin(self) -> None:
        """Note how far the log was before the other witnesses were looked at."""
        self._before = sizes(self.folder)

    def open(self) -> None:
        """Note how far it is now. A group that has records in between was moving, and is judged by the log alone."""
        self._segments = snapshot(self.folder)

    def look_again(self) -> None:
        """Note which groups have records since: what a later witness tells of them may be newer than what was read."""
        known = {segment.inode: segment.size for segment in self._segments}
        now = snapshot(self.folder)
        for segment in now:
            self._moving.update(groups_in(segment.since(known.get(segment.inode, 0))))
        close(now)

    def close(self) -> None:
        """Close the files."""
        close(self._segments)

    def groups(self) -> list[str]:
        """Return every group of the log, in order."""
        return sorted(self._places)

    def knows(self, group_id: str) -> bool:
        """Tell whether the log has a record of a group."""
        return group_id in self._places

    def is_moving(self, group_id: str) -> bool:
        """Tell whether records of it were written while the witnesses were looked at."""
        return group_id in self._moving

    def scan(self) -> Iterator[Finding]:
        """Read every line once, and yield what is wrong with the lines themselves."""
        for family in FILES:
            prev = FIRST
            for number, segment in enumerate(self._segments):
                if segment.family == family:
                    prev = yield from self._scan(number, segment, prev)

    def records(self, group_id: str) -> list[Record]:
        """Return the group's records in the order of `seq`."""
        places = self._places.get(group_id, array("Q"))
        found = [self._load(*places[at : at + 3]) for at in range(0, len(places), 3)]
        return sorted((record for record in found if record is not None), key=lambda record: record.seq)

    def _load(self, where: int, offset: int, length: int) -> Record | None:
        """Return a record that was read before; None where the file was changed since, which leaves a gap."""
        segment = self._segments[where >> 32]
        try:
            fields = parse(segment.read(offset, length))
        except BadLineError:
            return None
        return Record(segment.family, fields, _place(segment, where & 0xFFFFFFFF))

    def _scan(self, number: int, segment: Segment, prev: str) -> Generator[Finding, None, str]:
        line = 0
        for line, (offset, raw) in enumerate(segment.lines(), start=1):
            self.lines += 1
            place = _place(segment, line)
            for invariant, found in self._line(segment, raw, prev, (number << 32 | line, offset)):
                yield Finding(invariant, Break(found, place=place))
            prev = hash_of(raw)
        if tail := segment.tail():
            found = f"{tail} bytes without a newline at its end: a record was cut off there"
            yield Finding("E4", Break(found, place=_place(segment, line + 1)))
        return prev

    def _line(self, segment: Segment, raw: bytes, prev: str, where: tuple[int, int]) -> Iterator[tuple[str, str]]:
        try:
            fields = parse(raw)
        except BadLineError as error:
            yield "E4", str(error)
            return
        if fields.get("v") != VERSION:
            yield "U4", f"version was {fields.get('v')!r}, known is {VERSION}"
            return
        if fields.get("prev") != prev:
            yield "E4", "the hash of the line before does not match: a line was changed, lost or inserted"
        if fields.get("kind") == LOG_RECOVERED:
            yield from _recovery(fields)
            return
        wrong = misshapen(segment.family, fields)
        if wrong is not None:
            yield "E4", wrong
            return
        yield from self._record(segment, fields, raw, where)

    def _record(
        self, segment: Segment, fields: Fields, raw: bytes, where: tuple[int, int]
    ) -> Iterator[tuple[str, str]]:
        event_id: str = fields["event_id"]
        key = event_id.encode()
        if not event_id:
            yield "E1", "a record without an event_id"
        elif key in self._ids:
            yield "E1", f"event_id {event_id} is already that of another record"
        self._ids.add(key)
        group_id = fields.get("atomic_group_id")
        if not isinstance(group_id, str) or not group_id:
            return
        seq: int = fields["seq"]
        if seq <= self._last_seqs.get((segment.family, group_id), 0):
            yield "E9", f"seq {seq} of {group_id} comes after a later one: who resumes here reads out of order"
        self._last_seqs[segment.family, group_id] = seq
        self.permits.read(segment.family, fields)
        self._note_time(fields)
        self._places.setdefault(group_id, array("Q")).extend((where[0], where[1], len(raw)))
        if where[1] >= self._before.get(segment.inode, 0):
            self._moving.add(group_id)

    def _note_time(self, fields: Fields) -> None:
        with suppress(ValueError):
            at = moment(fields["real_utc_time"])
            self.newest = at if self.newest is None else max(at, self.newest)


def groups_in(lines: Iterator[bytes]) -> Iterator[str]:
    """Yield the group of every line that has one."""
    for raw in lines:
        with suppress(BadLineError):
            yield str(parse(raw).get("atomic_group_id"))


def _recovery(fields: Fields) -> Iterator[tuple[str, str]]:
    size = fields.get("bytes")
    if not isinstance(size, int) or size <= 0 or not fields.get("sha256") or not fields.get("file"):
        yield "E4", "a note of a repaired tail that does not say which bytes were cut off"


def _place(segment: Segment, line: int) -> str:
    return f"{segment.name} line {line}"
