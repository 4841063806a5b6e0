"""One file of the log with its closed segments: one chain of lines. Called under the log's lock, except `active`."""

import os
from collections.abc import Iterator
from pathlib import Path

from allornone.eventlog.appendfile import AppendFile
from allornone.eventlog.cursor import Cursor
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.disk import Disk
from allornone.eventlog.entry import Place
from allornone.eventlog.line import Fields
from allornone.eventlog.segments import closed_segments, open_segment


class Chain:
    """Follows a file through every segment, also those that another process closed, and closes one that is full.

    A file that has `rotate_bytes` is closed before the next line is appended. The line that begins the next
    segment carries the hash of the last one as its `prev`.
    """

    def __init__(self, folder: Path, file: str, disk: Disk, rotate_bytes: int) -> None:
        self.name = file
        self._folder = folder
        self._disk = disk
        self._rotate_bytes = rotate_bytes
        self._file: AppendFile | None = None
        self._start = Cursor()

    @property
    def cursor(self) -> Cursor:
        """Up to where the chain was read and believed."""
        return self._file.cursor if self._file is not None else self._start

    @property
    def segment(self) -> int:
        """The number of the segment that grows; 0 before anything was read."""
        return self._file.cursor.segment if self._file is not None else 0

    def resume(self, cursor: Cursor) -> None:
        """Begin at `cursor`, before anything was read: what lies before was believed once."""
        self._start = cursor

    def unread(self) -> Iterator[tuple[Fields, Place]]:
        """Yield the lines that were appended since the last call, by whichever process, segment by segment.

        Raises DamagedLogError when one of them, or a file, is not what was written.
        """
        file = self._file or self._begin(self._start)
        yield from file.unread()
        while file.closed:
            file = self._begin(file.cursor.next_segment())
            yield from file.unread()

    def cut_tail(self) -> bytes:
        """Remove what lies behind the last full line, and return it; call after `unread`."""
        return self._opened().cut_tail()

    def append(self, fields: Fields) -> Place:
        """Append one line, or raise OSError and leave the chain as it was. Closes a full segment before."""
        if self._opened().cursor.offset >= self._rotate_bytes:
            self._rotate()
        return self._opened().append(fields)

    def load(self, place: Place) -> bytes:
        """Return the line at `place`, which was believed before."""
        if place.segment == self.segment:
            return self._opened().load(place)
        descriptor, _ = open_segment(self._folder, self.name, place.segment)
        try:
            return os.pread(descriptor, place.length, place.offset)
        finally:
            os.close(descriptor)

    @property
    def active(self) -> AppendFile | None:
        """The file that lines are added to, None before the first. A closed segment is on disk already.

        Whoever syncs it holds it: a rotation meanwhile may drop it, and then has put it on disk before.
        """
        return self._file

    def _rotate(self) -> None:
        file = self._opened()
        if not file.closed:
            # A closed segment needs no sync any more, by no process.
            file.sync()
            try:
                file.close_segment()
            except DamagedLogError:
                raise
            except OSError:
                # A file that cannot be renamed grows on: what was sent must be recorded all the same.
                return
        self._begin(file.cursor.next_segment())

    def _begin(self, cursor: Cursor) -> AppendFile:
        is_closed = closed_segments(self._folder)[self.name] >= cursor.segment
        if cursor.segment > 1 and not is_closed and not (self._folder / self.name).exists():
            # The name is taken again, and who gave the old file its new one may have died before that was on disk: a
            # power cut must not keep this file and forget the other's name.
            self._disk.sync_folder(self._folder)
        self._file = AppendFile(self._folder, self.name, cursor, self._disk)
        return self._file

    def _opened(self) -> AppendFile:
        if self._file is None:
            raise RuntimeError(f"{self.name} must be read before it is written")
        return self._file
