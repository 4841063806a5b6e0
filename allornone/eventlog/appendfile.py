"""One file of the log, as its writers see it. Every method is called under the log's lock, except `sync`."""

import os
from collections.abc import Iterator
from pathlib import Path

from allornone.eventlog.cursor import Cursor, raw_lines
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.disk import Disk
from allornone.eventlog.entry import Place
from allornone.eventlog.line import BadLineError, Fields, encode
from allornone.eventlog.segments import segment_name


class AppendFile:
    """A segment that only grows, by whole lines, written by several processes, until one of them closes it.

    It is opened where it lies: under its number when it is closed, else as the active file, which is made when it
    is not there. Its descriptor is closed when it is dropped, so that a sync that still runs keeps it.
    """

    def __init__(self, folder: Path, file: str, cursor: Cursor, disk: Disk) -> None:
        self._file = file
        self._active = folder / file
        self._closed = folder / segment_name(file, cursor.segment)
        self._disk = disk
        self._descriptor = self._open()
        self._inode = os.fstat(self._descriptor).st_ino
        self._end = 0
        self._synced = 0
        self._torn = False
        self.cursor = cursor
        self.closed = False

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None:
            os.close(descriptor)

    def unread(self) -> Iterator[tuple[Fields, Place]]:
        """Yield the lines that were appended since the last call, by whichever process.

        Raises DamagedLogError when one of them, or the file itself, is not what was written.
        """
        self._end = self._size()
        if self._end == self.cursor.offset:
            return
        for raw in raw_lines(self._descriptor, self.cursor.offset, self._end):
            fields = self._believed(raw)
            place = self._place(raw)
            self.cursor = self.cursor.after(raw)
            yield fields, place
        if self.closed and self._end != self.cursor.offset:
            raise self._damaged("a segment is closed behind a whole line, and this one has a torn tail")

    def cut_tail(self) -> bytes:
        """Remove what lies behind the last full line, and return it; call after `unread`.

        Its writer died in the middle of the line, so nobody was told that it is on disk.
        """
        if self._end == self.cursor.offset:
            return b""
        tail = os.pread(self._descriptor, self._end - self.cursor.offset, self.cursor.offset)
        self._cut()
        return tail

    def append(self, fields: Fields) -> Place:
        """Append one line, or raise OSError and leave the file as it was."""
        raw = encode(fields, self.cursor.prev)
        if self._torn:
            self._cut()
        self._torn = True
        try:
            self._write(raw + b"\n")
        except OSError:
            self._cut()
            raise
        self._torn = False
        place = self._place(raw)
        self.cursor = self.cursor.after(raw)
        return place

    def load(self, place: Place) -> bytes:
        """Return the line at `place`, which was believed before."""
        return os.pread(self._descriptor, place.length, place.offset)

    def sync(self) -> None:
        """Put on disk whatever was read or written so far, other processes' lines too. Raises OSError."""
        offset = self.cursor.offset
        if offset > self._synced:
            self._disk.sync(self._descriptor)
            self.synced(offset)

    def unsynced(self) -> tuple[int, int] | None:
        """Return the descriptor to sync, and up to where that puts the file on disk; None when it is there."""
        offset = self.cursor.offset
        return (self._descriptor, offset) if offset > self._synced else None

    def synced(self, offset: int) -> None:
        """Remember that the file is on disk up to `offset`."""
        self._synced = max(self._synced, offset)

    def close_segment(self) -> None:
        """Give the file the name of its segment. Raises OSError, and may be called again.

        From then on nobody writes to it: every writer looks at its name first, under the lock.
        """
        if self._closed.exists():
            raise self._damaged(f"{self._closed.name} is there already")
        self._disk.rename(self._active, self._closed)
        self.closed = True

    def _open(self) -> int:
        try:
            return os.open(self._closed, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return os.open(self._active, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[self._disk.write(self._descriptor, data) :]

    def _cut(self) -> None:
        os.ftruncate(self._descriptor, self.cursor.offset)
        self._torn = False

    def _place(self, raw: bytes) -> Place:
        return Place(self._file, self.cursor.segment, self.cursor.offset, len(raw))

    def _believed(self, raw: bytes) -> Fields:
        try:
            return self.cursor.decode(raw)
        except BadLineError as error:
            raise DamagedLogError(self._name(), self.cursor.line + 1, str(error)) from error

    def _size(self) -> int:
        # By path and not by descriptor: a log that was moved or deleted under a running worker must stop it.
        status = _status(self._active)
        if status is None or status.st_ino != self._inode:
            now = _status(self._closed)
            self.closed = now is not None and now.st_ino == self._inode
            if not self.closed:
                raise self._damaged(
                    "the file is gone" if status is None else "another file was put in its place", _USED
                )
            status = now
        if status is None or status.st_size < self.cursor.offset:
            raise self._damaged("the file was cut short", _USED)
        return status.st_size

    def _name(self) -> str:
        return self._closed.name if self.closed else self._file

    def _damaged(self, found: str, when: str = "") -> DamagedLogError:
        return DamagedLogError(self._name(), self.cursor.line, f"{found}{when}")


_USED = " while it was in use"


def _status(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 (called for every record: a Path.stat costs twice as much)
    except FileNotFoundError:
        return None
