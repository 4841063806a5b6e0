"""What an index knows of the older part of a log, on disk: derived from the log, and made again from it.

An SQLite file beside the log, `.index.XXXXXXXX.db`, read and written under the log's lock only. To delete it while
nobody writes costs one long opening.
"""

import errno
import secrets
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from allornone.eventlog.cursor import Cursor
from allornone.eventlog.entry import Entry, Place
from allornone.eventlog.layout import GROUPS, MODELS
from allornone.events.transition import TransitionKind

FORMAT = 1
PATIENCE_S = 5
"""Who closes the file as the last one tidies up, for some milliseconds and not under the log's lock."""

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
FILES = tuple(MODELS)
SCHEMA = f"""
CREATE TABLE entry (file INTEGER, segment INTEGER, offset INTEGER, length INTEGER, event_id TEXT, group_id TEXT,
    seq INTEGER, client_ref TEXT, kind TEXT, status TEXT, at TEXT);
CREATE INDEX entry_by_event ON entry (event_id);
CREATE INDEX entry_by_group ON entry (group_id) WHERE group_id <> '';
CREATE TABLE ending (n INTEGER PRIMARY KEY, group_id TEXT, at TEXT);
CREATE TABLE heard (n INTEGER PRIMARY KEY, group_id TEXT UNIQUE, started INTEGER, ended INTEGER);
CREATE INDEX heard_open ON heard (n) WHERE started AND NOT ended;
CREATE TABLE covered (file INTEGER PRIMARY KEY, offset INTEGER, line INTEGER, prev TEXT, segment INTEGER);
PRAGMA user_version = {FORMAT};
"""
ENTRIES = "SELECT file, segment, offset, length, event_id, group_id, seq, client_ref, kind, status, at FROM entry"
HEARD = """
INSERT INTO heard (group_id, started, ended) VALUES (?, ?, ?)
ON CONFLICT (group_id) DO UPDATE SET started = started OR excluded.started, ended = ended OR excluded.ended
"""


class Checkpoint:
    """Every record up to a place in each file. Before the first `save` there is none, and nothing is on disk.

    A question raises OSError when the file cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None
        self._database: sqlite3.Connection | None = None

    def __del__(self) -> None:
        self._close()

    def open(self) -> dict[str, Cursor]:
        """Open what is there, and return up to where each file is covered. What is damaged is forgotten."""
        path = self._there()
        if path is not None:
            with suppress(sqlite3.Error):
                self._connect(path)
        return self._cursors()

    def event(self, event_id: str) -> Place | None:
        """Return where an event lies, None when it is not covered."""
        if self._database is None:
            return None
        for entry in self._entries("event_id = ? ORDER BY rowid LIMIT 1", event_id):
            return entry.place
        return None

    def group(self, group_id: str) -> Iterator[Entry]:
        """Yield the records of a group, in the order in which the log was read."""
        return self._entries("group_id = ? AND group_id <> '' ORDER BY rowid", group_id)

    def unended(self) -> Iterator[str]:
        """Yield the groups that were started and have no end, in the order in which the log heard of them."""
        return (name for (name,) in self._rows("SELECT group_id FROM heard WHERE started AND NOT ended ORDER BY n"))

    def ends(self) -> Iterator[tuple[str, str]]:
        """Yield the group and the time of each end, the newest first."""
        return self._rows("SELECT group_id, at FROM ending ORDER BY n DESC")

    def save(self, entries: Iterable[Entry], cursors: Mapping[str, Cursor]) -> bool:
        """Take in what lies between the covered places and `cursors`; return whether it is kept.

        A disk that is full costs its caller memory and nothing else.
        """
        try:
            with self._transaction() as database:
                covered = self._cursors()
                _insert(database, [entry for entry in entries if _behind(entry.place, covered)])
                rows = ((FILES.index(file), c.offset, c.line, c.prev, c.segment) for file, c in cursors.items())
                database.executemany("REPLACE INTO covered VALUES (?, ?, ?, ?, ?)", rows)
        except (sqlite3.Error, OSError):
            return False
        return True

    def forget(self) -> None:
        """Begin anew, under another name: whoever has the old file open goes on with it, and disturbs nobody."""
        self._close()
        for path in self._folder.glob(".index.*"):
            path.unlink(missing_ok=True)

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        if self._database is None:
            # Another process may have begun one meanwhile: then it is taken on.
            self._connect(self._there() or self._folder / f".index.{secrets.token_hex(4)}.db")
        if self._database is None:
            raise sqlite3.OperationalError("there is no checkpoint")
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database

    def _there(self) -> Path | None:
        return next(self._folder.glob(".index.*.db"), None)

    def _connect(self, path: Path) -> None:
        try:
            self._begin(path)
        except sqlite3.Error as error:
            self._close()
            # Only what is damaged: a full disk, or another process that closes the file just now, will pass.
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in DAMAGED:
                self.forget()
            raise

    def _begin(self, path: Path) -> None:
        self._path = path
        self._database = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
        # A write-ahead log is whole after a power cut, whatever it has lost; what it has lost is read again.
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        (made,) = self._database.execute("PRAGMA user_version").fetchone()
        if made == 0:
            self._database.executescript(f"BEGIN; {SCHEMA} COMMIT")
        elif made != FORMAT:
            raise sqlite3.DatabaseError(f"its format is {made}, this release reads {FORMAT}")

    def _close(self) -> None:
        database = getattr(self, "_database", None)
        if database is not None:
            database.close()
            self._database = None

    def _cursors(self) -> dict[str, Cursor]:
        rows = self._rows("SELECT file, offset, line, prev, segment FROM covered")
        return {FILES[file]: Cursor(*rest) for file, *rest in rows}

    def _entries(self, where: str, *values: str) -> Iterator[Entry]:
        for file, segment, offset, length, *rest in self._rows(f"{ENTRIES} WHERE {where}", *values):
            yield Entry(Place(FILES[file], segment, offset, length), *rest)

    def _rows(self, question: str, *values: str) -> Iterator[tuple[Any, ...]]:
        if self._database is None:
            return
        try:
            yield from self._database.execute(question, values)
        except sqlite3.Error as error:
            found = f"{self._path} cannot be read ({error}); stop every worker of this log and delete it"
            raise OSError(errno.EIO, f"{found}: it is made again from the log") from error


def _insert(database: sqlite3.Connection, entries: list[Entry]) -> None:
    database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, entries))
    of_groups = [entry for entry in entries if entry.group_id]
    ends = [entry for entry in of_groups if entry.place.file == GROUPS]
    database.executemany("INSERT INTO ending (group_id, at) VALUES (?, ?)", ((end.group_id, end.at) for end in ends))
    starts = (entry for entry in of_groups if entry.kind == TransitionKind.STARTED)
    database.executemany(HEARD, ((start.group_id, True, False) for start in starts))
    database.executemany(HEARD, ((end.group_id, False, True) for end in ends))


def _behind(place: Place, covered: Mapping[str, Cursor]) -> bool:
    cursor = covered.get(place.file, Cursor())
    return (place.segment, place.offset) >= (cursor.segment, cursor.offset)


def _row(entry: Entry) -> tuple[Any, ...]:
    place, *rest = entry
    return FILES.index(place.file), *place[1:], *rest
