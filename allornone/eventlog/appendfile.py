"""One file of the log, as its writers see it. Every method is called under the log's lock, except `sync`."""

import os
from collections.abc import Iterator
from pathlib import Path

from allornone.eventlog.cursor import Cursor, raw_lines
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.disk import Disk
from allornone.eventlog.index import Place
from allornone.eventlog.line import BadLineError, Fields, encode


class AppendFile:
    """A file that only grows, by whole lines, written by several processes.

    Files are closed when the log is dropped: nothing in it waits to be flushed.
    """

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._inode = os.fstat(self._descriptor).st_ino
        self._cursor = Cursor()
        self._end = 0
        self._synced = 0

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None:
            os.close(descriptor)

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def unread(self) -> Iterator[tuple[Fields, Place]]:
        """Yield the lines that were appended since the last call, by whichever process.

        Raises DamagedLogError when one of them, or the file itself, is not what was written.
        """
        self._end = self._size()
        if self._end == self._cursor.offset:
            return
        for raw in raw_lines(self._descriptor, self._cursor.offset, self._end):
            fields = self._believed(raw)
            place = Place(self.name, self._cursor.offset, len(raw))
            self._cursor = self._cursor.after(raw)
            yield fields, place

    def cut_tail(self) -> bytes:
        """Remove what lies behind the last full line, and return it; call after `unread`.

        Its writer died in the middle of the line, so nobody was told that it is on disk.
        """
        if self._end == self._cursor.offset:
            return b""
        tail = os.pread(self._descriptor, self._end - self._cursor.offset, self._cursor.offset)
        os.ftruncate(self._descriptor, self._cursor.offset)
        return tail

    def append(self, fields: Fields) -> Place:
        """Append one line, or raise OSError and leave the file as it was."""
        raw = encode(fields, self._cursor.prev)
        try:
            self._write(raw + b"\n")
        except OSError:
            os.ftruncate(self._descriptor, self._cursor.offset)
            raise
        place = Place(self.name, self._cursor.offset, len(raw))
        self._cursor = self._cursor.after(raw)
        return place

    def load(self, place: Place) -> bytes:
        """Return the line at `place`, which was believed before."""
        return os.pread(self._descriptor, place.length, place.offset)

    def sync(self) -> None:
        """Put on disk whatever was read or written so far, other processes' lines too. Raises OSError."""
        offset = self._cursor.offset
        if offset > self._synced:
            self._disk.sync(self._descriptor)
            self._synced = offset

    def _write(self, data: bytes) -> None:
        while data:
            data = data[self._disk.write(self._descriptor, data) :]

    def _believed(self, raw: bytes) -> Fields:
        try:
            return self._cursor.decode(raw)
        except BadLineError as error:
            raise DamagedLogError(self.name, self._cursor.line + 1, str(error)) from error

    def _size(self) -> int:
        # By path and not by descriptor: a log that was moved or deleted under a running worker must stop it.
        try:
            status = os.stat(self._path)  # noqa: PTH116 (called for every record: a Path.stat costs twice as much)
        except FileNotFoundError:
            raise self._damaged("the file is gone") from None
        if status.st_ino != self._inode:
            raise self._damaged("another file was put in its place")
        if status.st_size < self._cursor.offset:
            raise self._damaged("the file was cut short")
        return status.st_size

    def _damaged(self, found: str) -> DamagedLogError:
        return DamagedLogError(self.name, self._cursor.line, f"{found} while it was in use")
