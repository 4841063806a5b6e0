"""Reading a log, also one that is being written: no lock, no repair, no trace left."""

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import orjson

from allornone.eventlog.cursor import Cursor, raw_lines
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.layout import EVENTS, FAMILIES, LOG_RECOVERED, MODELS, kind_of
from allornone.eventlog.line import BadLineError, Fields
from allornone.eventlog.segments import closed_segments, open_segment
from allornone.events import Event

Position = Mapping[str, Cursor]
"""Up to where each file was read, by file name. Enough to resume without a gap or a repetition."""

NOT_WHOLE = "no newline at its end, in a segment that is closed behind a whole line"

_SNAPSHOT_TRIES = 100


class Row(NamedTuple):
    """One line, in its place; `cursor` is where it begins, `file` whose chain it belongs to, `name` where it lies.

    A line of a closed segment that has no newline is not `whole`: no writer leaves one behind.
    """

    file: str
    cursor: Cursor
    raw: bytes
    name: str
    whole: bool = True


class Extent(NamedTuple):
    """How far a file goes: its last segment, and the bytes of that."""

    segment: int
    size: int


class EventReader:
    """Reads the log of a directory. Missing files are empty; an unterminated tail is not there yet."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / EVENTS

    def events(self, group_id: str | None = None, kind: str | None = None) -> Iterator[Event]:
        """Yield events: those of one group in the order of `seq`, else file by file as they were written.

        `kind` is operation, group, delta, transition, or the kind of a transition. Raises DamagedLogError
        when a line is not what was written.
        """
        found = (event for event in self._typed(group_id) if kind is None or is_of_kind(event, kind))
        if group_id is None:
            return found
        return iter(sorted(found, key=lambda event: event.seq))

    def recoveries(self) -> Iterator[Fields]:
        """Yield the notes of tails that were cut off: kind, real_utc_time, file, bytes, sha256."""
        return (fields for row in self.rows() if (fields := believed(row)).get("kind") == LOG_RECOVERED)

    def after(self, position: Position) -> tuple[tuple[Event, ...], Position]:
        """Return the events behind `position`, and the position to ask with the next time.

        An empty mapping asks from the beginning. Events of one group come in the order of `seq`.
        """
        found: list[Event] = []
        reached = dict(position)
        for row in self.rows(position):
            reached[row.file] = row.cursor.after(row.raw)
            event = typed(row)
            if event is not None:
                found.append(event)
        return tuple(sorted(found, key=lambda event: event.seq)), reached

    def rows(self, position: Position | None = None) -> Iterator[Row]:
        """Yield the full lines behind `position`, as of one moment: no record without those before it.

        Raises DamagedLogError when a segment is missing, or a file is shorter than it was at `position`.
        """
        for file, extent in self._snapshot().items():
            cursor = (position or {}).get(file, Cursor())
            while cursor.segment <= extent.segment:
                for row in self._lines(file, cursor, extent):
                    yield row
                    cursor = row.cursor.after(row.raw) if row.whole else cursor
                cursor = cursor.next_segment()

    def _lines(self, file: str, cursor: Cursor, extent: Extent) -> Iterator[Row]:
        """Yield the lines of one segment, from `cursor` on."""
        last = cursor.segment == extent.segment
        if last and extent.size == cursor.offset:
            return  # also where a file was not begun yet
        with _opened(self._folder, file, cursor.segment) as (descriptor, name):
            end = extent.size if last else os.fstat(descriptor).st_size
            if end < cursor.offset:
                raise DamagedLogError(name, cursor.line, "the file was cut short since it was read")
            for raw in raw_lines(descriptor, cursor.offset, end):
                yield Row(file, cursor, raw, name)
                cursor = cursor.after(raw)
            if not last and cursor.offset < end:
                yield Row(file, cursor, os.pread(descriptor, end - cursor.offset, cursor.offset), name, whole=False)

    def _typed(self, group_id: str | None) -> Iterator[Event]:
        needle = orjson.dumps(group_id) if group_id is not None else b""
        for row in self.rows():
            # Most lines are of other groups: those are chained and not parsed.
            event = typed(row) if needle in row.raw else None
            if event is not None and group_id in {None, event.atomic_group_id}:
                yield event

    def _snapshot(self) -> dict[str, Extent]:
        """Return how far the files go at one moment: when none changed while they were looked at."""
        extents = self._extents()
        for _ in range(_SNAPSHOT_TRIES):
            before, extents = extents, self._extents()
            if extents == before:
                break
        return extents

    def _extents(self) -> dict[str, Extent]:
        if not self._folder.exists():
            return {}
        closed = closed_segments(self._folder)
        return {file: Extent(number + 1, _size(self._folder / file)) for file, number in closed.items()}


def typed(row: Row) -> Event | None:
    """Return the event of a line, None for a note of the log itself. Raises DamagedLogError."""
    fields = believed(row)
    if fields.get("kind") == LOG_RECOVERED:
        return None
    return MODELS[row.file].model_validate(fields)


def believed(row: Row) -> Fields:
    """Return the fields of a line. Raises DamagedLogError."""
    if not row.whole:
        raise DamagedLogError(row.name, row.cursor.line + 1, NOT_WHOLE)
    try:
        return row.cursor.decode(row.raw)
    except BadLineError as error:
        raise DamagedLogError(row.name, row.cursor.line + 1, str(error)) from error


def is_of_kind(event: Event, kind: str) -> bool:
    """Return whether `kind` is the event's family, or its own kind as a transition."""
    return kind in {kind_of(event), FAMILIES_BY_MODEL[type(event)]}


FAMILIES_BY_MODEL = {model: FAMILIES[name] for name, model in MODELS.items()}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _opened(folder: Path, file: str, number: int) -> Generator[tuple[int, str]]:
    descriptor, name = open_segment(folder, file, number)
    try:
        yield descriptor, name
    finally:
        os.close(descriptor)
