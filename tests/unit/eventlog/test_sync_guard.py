"""After one sync failed, a process believes none: not of a file, not of a folder, not in a rotation."""

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.syncguard import SyncGuard
from allornone.eventlog.trace import PermitState
from allornone.eventlog.verification import Verification
from tests.unit.eventlog.story import CONFIRMED, STARTED, delta, intent


@dataclass
class FailingDisk:
    """A disk that fails its next syncs, as many as told, and says each failure once, as the kernel does."""

    failures: int = 0
    synced: list[int] = field(default_factory=list[int])

    def sync(self, descriptor: int) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.synced.append(descriptor)


def test_a_sync_behind_a_failed_one_is_not_even_tried() -> None:
    disk = FailingDisk(failures=1)
    guard = SyncGuard(Disk(sync=disk.sync))
    with pytest.raises(OSError, match="Input/output error"):
        guard.sync(3)

    with pytest.raises(OSError, match="refuses writes since a sync failed"):
        guard.sync(4)
    assert disk.synced == []


def test_of_files_synced_side_by_side_one_failure_is_everybodys() -> None:
    failing = {5}
    begun: list[int] = []

    def sync(descriptor: int) -> None:
        begun.append(descriptor)
        if descriptor in failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    guard = SyncGuard(Disk(sync=sync))
    with pytest.raises(OSError, match="Input/output error"):
        guard.sync_all([3, 4, 5])

    assert sorted(begun) == [3, 4, 5]
    with pytest.raises(OSError, match="refuses writes since a sync failed"):
        guard.sync(3)


async def test_a_sync_that_fails_in_a_rotation_closes_nothing_and_stops_the_log(tmp_path: Path) -> None:
    disk = FailingDisk()
    log = JsonlEventLog(tmp_path, disk=Disk(sync=disk.sync), rotate_bytes=1)
    await log.record((STARTED, CONFIRMED), known_seq=0)
    disk.failures = 1

    with pytest.raises(OSError, match="Input/output error"):
        await log.record((delta(), delta(event_id="another")), known_seq=2)
    with pytest.raises(OSError, match="refuses writes since a sync failed"):
        await log.group("carry-1")
    assert not (tmp_path / "events" / "execution_deltas.000001.jsonl").exists()


async def test_a_log_opened_anew_after_a_failed_sync_goes_by_what_is_in_its_files(tmp_path: Path) -> None:
    disk = FailingDisk()
    log = JsonlEventLog(tmp_path, disk=Disk(sync=disk.sync))
    await log.record((STARTED,), known_seq=0)
    disk.failures = 1
    with pytest.raises(OSError, match="Input/output error"):
        await log.record((intent(),), known_seq=1)

    permit = await JsonlEventLog(tmp_path).intend(intent(), known_seq=1)

    assert permit.state is PermitState.FOUND
    assert list(Verification(tmp_path).problems()) == []
