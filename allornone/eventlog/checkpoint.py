"""What an index knows of the older part of a log, on disk: derived from the log, and made again from it.

An SQLite file beside the log. It is read and written under the log's lock only, and deleting it while nobody writes
costs one long opening.
"""

import errno
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allornone.eventlog.cursor import Cursor
from allornone.eventlog.entry import Entry, Place
from allornone.eventlog.layout import GROUPS, MODELS

FORMAT = 1
FILES = tuple(MODELS)
SCHEMA = """
CREATE TABLE entry (file INTEGER, segment INTEGER, offset INTEGER, length INTEGER, event_id TEXT, group_id TEXT,
    seq INTEGER, client_ref TEXT, kind TEXT, status TEXT, at TEXT);
CREATE INDEX entry_by_event ON entry (event_id);
CREATE INDEX entry_by_group ON entry (group_id) WHERE group_id <> '';
CREATE TABLE ending (n INTEGER PRIMARY KEY, group_id TEXT, at TEXT);
CREATE TABLE heard (n INTEGER PRIMARY KEY, group_id TEXT UNIQUE, open INTEGER);
CREATE INDEX heard_open ON heard (n) WHERE open;
CREATE TABLE covered (file INTEGER PRIMARY KEY, offset INTEGER, line INTEGER, prev TEXT, segment INTEGER);
"""
ENTRY = "SELECT file, segment, offset, length, event_id, group_id, seq, client_ref, kind, status, at FROM entry"


class Checkpoint:
    """Every record up to a place in each file. Without a file it is empty, and nothing needs to be asked.

    A question raises OSError when the file cannot be read; delete it then.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._inode = 0

    def __del__(self) -> None:
        self._close()

    def open(self) -> dict[str, Cursor]:
        """Open what is there, and return up to where each file is covered."""
        if self._path.exists():
            self._connect()
        return self._cursors()

    def event(self, event_id: str) -> Place | None:
        """Return where an event lies, None when it is not covered."""
        for entry in self._entries("event_id = ? ORDER BY rowid LIMIT 1", event_id):
            return entry.place
        return None

    def group(self, group_id: str) -> Iterator[Entry]:
        """Yield the records of a group, in the order in which the log was read."""
        return self._entries("group_id = ? AND group_id <> '' ORDER BY rowid", group_id)

    def open_groups(self) -> Iterator[str]:
        """Yield the groups that were open, in the order in which the log first heard of them."""
        return (group_id for (group_id,) in self._rows("SELECT group_id FROM heard WHERE open ORDER BY n"))

    def ends(self) -> Iterator[tuple[str, str]]:
        """Yield the group and the time of each end, the newest first."""
        return self._rows("SELECT group_id, at FROM ending ORDER BY n DESC")

    def save(self, entries: Iterable[Entry], opened: Mapping[str, bool], cursors: Mapping[str, Cursor]) -> bool:
        """Take in what lies behind the covered places up to `cursors`, and which groups it left open.

        Return whether it is kept: a disk that is full, or a file that was deleted, costs memory and nothing else.
        """
        try:
            with self._transaction() as database:
                before = self._cursors()
                new = [entry for entry in entries if _behind(entry.place, before)]
                database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, new))
                ends = ((entry.group_id, entry.at) for entry in new if entry.place.file == GROUPS and entry.group_id)
                database.executemany("INSERT INTO ending (group_id, at) VALUES (?, ?)", ends)
                database.executemany(
                    "INSERT INTO heard (group_id, open) VALUES (?, ?)"
                    " ON CONFLICT (group_id) DO UPDATE SET open = excluded.open",
                    opened.items(),
                )
                rows = ((FILES.index(file), c.offset, c.line, c.prev, c.segment) for file, c in cursors.items())
                database.executemany("REPLACE INTO covered VALUES (?, ?, ?, ?, ?)", rows)
        except (sqlite3.Error, OSError):
            return False
        return True

    def forget(self) -> None:
        """Begin anew. Whoever has the old file open keeps it, and what it says stays true for them."""
        self._close()
        self._path.unlink(missing_ok=True)

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        if self._database is None:
            self._path.unlink(missing_ok=True)
            self._connect()
        if self._database is None or self._path.stat().st_ino != self._inode:
            raise FileNotFoundError(errno.ENOENT, "the checkpoint was deleted", str(self._path))
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _connect(self) -> None:
        """Open the file, or make it. One of another format, or one that is damaged, is forgotten."""
        try:
            self._database = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            self._inode = self._path.stat().st_ino
            self._database.execute("PRAGMA synchronous = NORMAL")
            (made,) = self._database.execute("PRAGMA user_version").fetchone()
            if made == 0:
                self._database.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT")
            elif made != FORMAT:
                self.forget()
        except sqlite3.Error:
            self.forget()

    def _close(self) -> None:
        database = getattr(self, "_database", None)
        if database is not None:
            database.close()
            self._database = None

    def _cursors(self) -> dict[str, Cursor]:
        rows = self._rows("SELECT file, offset, line, prev, segment FROM covered")
        return {FILES[file]: Cursor(*rest) for file, *rest in rows}

    def _entries(self, where: str, *values: str) -> Iterator[Entry]:
        for file, segment, offset, length, *rest in self._rows(f"{ENTRY} WHERE {where}", *values):
            yield Entry(Place(FILES[file], segment, offset, length), *rest)

    def _rows(self, question: str, *values: str) -> Iterator[tuple[Any, ...]]:
        if self._database is None:
            return
        try:
            yield from self._database.execute(question, values)
        except sqlite3.Error as error:
            found = f"{self._path.name} cannot be read ({error}); stop every worker of this log and delete it"
            raise OSError(errno.EIO, f"{found}: it is made again from the log") from error


def _behind(place: Place, covered: Mapping[str, Cursor]) -> bool:
    cursor = covered.get(place.file, Cursor())
    return (place.segment, place.offset) >= (cursor.segment, cursor.offset)


def _row(entry: Entry) -> tuple[object, ...]:
    place, *rest = entry
    return FILES.index(place.file), *place[1:], *rest
