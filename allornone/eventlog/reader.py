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
from allornone.events import Event

Position = Mapping[str, Cursor]
"""Up to where each file was read, by file name. Enough to resume without a gap or a repetition."""

_SNAPSHOT_TRIES = 100


class Row(NamedTuple):
    """One line of a file, in its place; `cursor` is where the line begins."""

    file: str
    cursor: Cursor
    raw: bytes


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
        """Yield the full lines behind `position`, as of one moment: no record without those before it."""
        for name, size in self._snapshot().items():
            cursor = (position or {}).get(name, Cursor())
            with _opened(self._folder / name) as descriptor:
                for raw in raw_lines(descriptor, cursor.offset, size):
                    yield Row(name, cursor, raw)
                    cursor = cursor.after(raw)

    def _typed(self, group_id: str | None) -> Iterator[Event]:
        needle = orjson.dumps(group_id) if group_id is not None else b""
        for row in self.rows():
            # Most lines are of other groups: those are chained and not parsed.
            event = typed(row) if needle in row.raw else None
            if event is not None and group_id in {None, event.atomic_group_id}:
                yield event

    def _snapshot(self) -> dict[str, int]:
        """Return the sizes of the files at one moment: when none changed while they were looked at."""
        sizes = self._sizes()
        for _ in range(_SNAPSHOT_TRIES):
            before, sizes = sizes, self._sizes()
            if sizes == before:
                break
        return sizes

    def _sizes(self) -> dict[str, int]:
        paths = (self._folder / name for name in MODELS)
        return {path.name: path.stat().st_size for path in paths if path.exists()}


def typed(row: Row) -> Event | None:
    """Return the event of a line, None for a note of the log itself. Raises DamagedLogError."""
    fields = believed(row)
    if fields.get("kind") == LOG_RECOVERED:
        return None
    return MODELS[row.file].model_validate(fields)


def believed(row: Row) -> Fields:
    """Return the fields of a line. Raises DamagedLogError."""
    try:
        return row.cursor.decode(row.raw)
    except BadLineError as error:
        raise DamagedLogError(row.file, row.cursor.line + 1, str(error)) from error


def is_of_kind(event: Event, kind: str) -> bool:
    """Return whether `kind` is the event's family, or its own kind as a transition."""
    return kind in {kind_of(event), FAMILIES_BY_MODEL[type(event)]}


FAMILIES_BY_MODEL = {model: FAMILIES[name] for name, model in MODELS.items()}


@contextmanager
def _opened(path: Path) -> Generator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
