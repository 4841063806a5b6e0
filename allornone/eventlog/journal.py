"""The four files of a log as one thing: locked together, read up together, put on disk together."""

import errno
import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from allornone.eventlog.chain import Chain
from allornone.eventlog.checkpoint import Checkpoint
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.disk import Disk
from allornone.eventlog.entry import Entry, Place
from allornone.eventlog.facts import plain
from allornone.eventlog.index import FRESH, Index
from allornone.eventlog.layout import EVENTS, LOG_RECOVERED, MODELS, TRANSITIONS, file_of
from allornone.eventlog.line import BadLineError, Fields, check_sum, unwrapped
from allornone.eventlog.lock import LogLock
from allornone.eventlog.reserve import RESERVE_BYTES, Reserve
from allornone.eventlog.segments import ROTATE_BYTES, segment_name, stands
from allornone.eventlog.syncguard import SyncGuard
from allornone.events import Event

RECENT = 1024
"""Records that were read back and are kept as they were: what is on disk under a place never changes."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Journal:
    """What the writers of one directory share. Nothing is on disk before `sync` returned.

    `index` is true only while the lock is held. A journal whose sync failed once refuses everything: the
    kernel may have dropped the pages that it could not write, and says so only once.
    """

    def __init__(
        self,
        directory: Path,
        disk: Disk = Disk(),  # noqa: B008 (frozen)
        reserve_bytes: int = RESERVE_BYTES,
        rotate_bytes: int = ROTATE_BYTES,
        fresh: int = FRESH,
    ) -> None:
        if rotate_bytes < 1:
            raise ValueError(f"rotate_bytes must be at least 1, was {rotate_bytes}")
        self._directory = directory / EVENTS
        self._directory.mkdir(parents=True, exist_ok=True)
        self._guard = SyncGuard(disk)
        self._disk = replace(disk, sync=self._guard.sync)
        self._lock = LogLock(self._directory / ".lock")
        self._reserve = Reserve(self._directory / ".reserve", reserve_bytes, disk)
        self._files = {name: Chain(self._directory, name, self._disk, rotate_bytes) for name in MODELS}
        self._named: tuple[int, ...] = ()
        self._unnoted: list[Fields] = []
        self._resumed = False
        self._checkpoint = Checkpoint(self._directory)
        self.index = Index(self._checkpoint, fresh)
        self._recent: dict[Place, Event] = {}

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the lock of the log, with all that any process wrote taken in and a torn tail repaired.

        Raises OSError after a failed sync, and DamagedLogError when a line is not what was written.
        """
        with self._lock.held():
            self._guard.refuse_after_failure()
            self._catch_up()
            yield

    def append(self, event: Event, *, from_reserve: bool) -> int:
        """Write `event` with the next `seq` of its group, and return that; 0 without a group.

        `from_reserve` may take the reserve's room. What may not, is only written while the reserve stands.
        Raises OSError when the disk is full, and then wrote nothing.
        """
        fields = plain(event)
        group_id: str | None = fields["atomic_group_id"]
        fields["seq"] = self.index.group(group_id).next_seq if group_id else 0
        if not from_reserve:
            self._reserve.ensure()
        self._take_in(fields, self._write(file_of(event), fields, from_reserve=from_reserve))
        seq: int = fields["seq"]
        return seq

    def load(self, place: Place) -> Fields:
        """Return the fields of the record at `place`. Raises DamagedLogError when it is not what was written."""
        line = self._files[place.file].load(place)
        try:
            check_sum(line)
        except BadLineError as error:
            name = segment_name(place.file, place.segment)
            raise DamagedLogError(name, 0, f"at byte {place.offset}: {error}") from error
        return unwrapped(orjson.loads(line))

    def event(self, place: Place) -> Event:
        """Return the record at `place`. Raises DamagedLogError when it is not what was written."""
        event = self._recent.pop(place, None) or MODELS[place.file].model_validate(self.load(place))
        self._recent[place] = event
        if len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]
        return event

    def sync(self) -> None:
        """Put on disk all that was written or read; needs no lock. Raises OSError, and then for ever."""
        self._guard.refuse_after_failure()
        active = [file for chain in self._files.values() if (file := chain.active) is not None]
        found = [(file, *unsynced) for file in active if (unsynced := file.unsynced()) is not None]
        self._guard.sync_all([descriptor for _, descriptor, _ in found])
        for file, _, offset in found:
            file.synced(offset)
        self._sync_folders()

    def _catch_up(self) -> None:
        self._resume()
        for file in self._files.values():
            for fields, place in file.unread():
                self._take_in(fields, place)
                if self.index.overdue:
                    self._save_index()
            tail = file.cut_tail()
            if tail:
                self._unnoted.append(_recovered(file.name, tail))
        while self._unnoted:
            self._write(TRANSITIONS, self._unnoted[0], from_reserve=True)
            del self._unnoted[0]
        if self.index.due:
            self._save_index()

    def _resume(self) -> None:
        """Begin behind what the checkpoint covers, if the log still has it: it is never believed against the log."""
        if self._resumed:
            return
        covered = self._checkpoint.open()
        if all(stands(self._directory, name, cursor) for name, cursor in covered.items()):
            for name, cursor in covered.items():
                self._files[name].resume(cursor)
        else:
            self._checkpoint.forget()
        self._resumed = True

    def _take_in(self, fields: Fields, place: Place) -> None:
        entry = Entry.of(fields, place)
        if entry is not None:
            self.index.add(entry)

    def _save_index(self) -> None:
        # A checkpoint never covers what a power cut could take.
        self.sync()
        try:
            # Nor does it take the room of what was sent and is not recorded yet.
            self._reserve.ensure()
        except OSError:
            self.index.postpone()
        else:
            self.index.save({name: file.cursor for name, file in self._files.items()})

    def _write(self, name: str, fields: Fields, *, from_reserve: bool) -> Place:
        try:
            return self._files[name].append(fields)
        except OSError as error:
            if not from_reserve or error.errno not in _FULL or not self._reserve.release():
                raise
        return self._files[name].append(fields)

    def _sync_folders(self) -> None:
        """Make the files themselves findable after a power cut: again when a new one was begun, by whomever."""
        named = tuple(file.segment for file in self._files.values())
        if named == self._named:
            return
        for folder in (self._directory, self._directory.parent, self._directory.parent.parent):
            self._disk.sync_folder(folder)
        self._named = named


def _recovered(file: str, tail: bytes) -> Fields:
    return {
        "kind": LOG_RECOVERED,
        "real_utc_time": datetime.now(UTC).isoformat(),
        "file": file,
        "bytes": len(tail),
        "sha256": hashlib.sha256(tail).hexdigest(),
    }
