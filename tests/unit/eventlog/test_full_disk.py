"""A full disk stops the send, and not the record of a send."""

import errno
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import PermitState
from allornone.eventlog.verification import Verification
from tests.unit.eventlog.story import (
    CONFIRMED,
    SECOND_REF,
    STARTED,
    delta,
    intent,
    operation,
    revocation,
    written,
)

RESERVE = 16_384


@dataclass
class SmallDisk:
    """A disk with room for `room` bytes below a folder: it takes what fits, then reports ENOSPC."""

    folder: Path
    room: int = 1 << 30

    def write(self, descriptor: int, data: bytes) -> int:
        left = self.room - self._used()
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(descriptor, data[:left])

    def fill(self, but: int = 0) -> None:
        self.room = self._used() + but

    def _used(self) -> int:
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def small_disk(tmp_path: Path) -> SmallDisk:
    return SmallDisk(tmp_path)


@pytest.fixture
def log(tmp_path: Path, small_disk: SmallDisk) -> JsonlEventLog:
    return JsonlEventLog(tmp_path, disk=Disk(write=small_disk.write), reserve_bytes=RESERVE)


async def test_the_reserve_stands_before_the_first_intent(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.intend(intent(), known_seq=0)

    assert (tmp_path / "events" / ".reserve").stat().st_size == RESERVE


async def test_a_full_disk_stops_the_intent(log: JsonlEventLog, small_disk: SmallDisk, tmp_path: Path) -> None:
    await log.record((STARTED,), known_seq=0)
    small_disk.fill(but=100)

    with pytest.raises(OSError, match="No space left"):
        await log.intend(intent(), known_seq=1)
    assert written(tmp_path) == [(1, "started")]


async def test_a_disk_without_room_for_the_reserve_stops_the_intent(log: JsonlEventLog, small_disk: SmallDisk) -> None:
    small_disk.fill(but=RESERVE - 1)

    with pytest.raises(OSError, match="No space left"):
        await log.intend(intent(), known_seq=0)


async def test_what_was_written_in_part_is_taken_back(
    log: JsonlEventLog, small_disk: SmallDisk, tmp_path: Path
) -> None:
    await log.intend(intent(), known_seq=0)
    path = tmp_path / "events" / "operation_executions.jsonl"
    before = path.read_bytes()
    small_disk.fill(but=100)

    with pytest.raises(OSError, match="No space left"):
        await log.intend(intent(SECOND_REF), known_seq=1)
    assert path.read_bytes() == before


async def test_an_intent_that_failed_counts_for_nothing_when_space_returns(
    log: JsonlEventLog, small_disk: SmallDisk, tmp_path: Path
) -> None:
    small_disk.fill(but=RESERVE + 100)
    with pytest.raises(OSError, match="No space left"):
        await log.intend(intent(), known_seq=0)
    small_disk.room = 1 << 30

    permit = await log.intend(intent(), known_seq=0)

    assert (permit.state, permit.trace.seq) == (PermitState.WRITTEN, 1)
    assert list(Verification(tmp_path).problems()) == []


async def test_the_outcome_of_a_sent_operation_takes_the_reserve(
    log: JsonlEventLog, small_disk: SmallDisk, tmp_path: Path
) -> None:
    await log.intend(intent(), known_seq=0)
    small_disk.fill(but=100)

    await log.record((CONFIRMED, delta()), known_seq=1)

    assert written(tmp_path) == [(1, "pending"), (2, "confirmed"), (3, "delta")]
    assert list(Verification(tmp_path).problems()) == []


async def test_a_revocation_takes_the_reserve(log: JsonlEventLog, small_disk: SmallDisk, tmp_path: Path) -> None:
    await log.intend(intent(), known_seq=0)
    small_disk.fill()

    await log.revoke(revocation(), known_seq=1)

    assert written(tmp_path) == [(1, "pending"), (2, "revoked")]


async def test_the_start_of_a_group_leaves_the_reserve_alone(log: JsonlEventLog, small_disk: SmallDisk) -> None:
    await log.intend(intent(group="carry-2"), known_seq=0)
    small_disk.fill()

    with pytest.raises(OSError, match="No space left"):
        await log.record((STARTED,), known_seq=0)


async def test_no_intent_takes_the_room_that_the_reserve_left(log: JsonlEventLog, small_disk: SmallDisk) -> None:
    await log.intend(intent(), known_seq=0)
    small_disk.fill()
    await log.record((CONFIRMED,), known_seq=1)

    with pytest.raises(OSError, match="No space left"):
        await log.intend(intent(SECOND_REF), known_seq=2)


async def test_the_reserve_is_made_again_when_space_returns(
    log: JsonlEventLog, small_disk: SmallDisk, tmp_path: Path
) -> None:
    await log.intend(intent(), known_seq=0)
    small_disk.fill()
    await log.record((CONFIRMED,), known_seq=1)
    small_disk.room = 1 << 30

    await log.intend(intent(SECOND_REF), known_seq=2)

    assert (tmp_path / "events" / ".reserve").stat().st_size == RESERVE


async def test_an_outcome_that_fits_nowhere_raises_and_is_recorded_later(
    log: JsonlEventLog, small_disk: SmallDisk, tmp_path: Path
) -> None:
    await log.intend(intent(), known_seq=0)
    huge = operation("confirmed", evidence={"fills": "x" * (RESERVE + 1)})
    small_disk.fill()
    with pytest.raises(OSError, match="No space left"):
        await log.record((huge,), known_seq=1)
    small_disk.room = 1 << 30

    await log.record((huge,), known_seq=1)

    assert written(tmp_path) == [(1, "pending"), (2, "confirmed")]


def test_a_real_limit_leaves_whole_lines_and_a_log_that_goes_on(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.unit.eventlog.writer", str(tmp_path), "limited", "50", "20000"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )

    assert int(child.stdout) < 50
    assert len(written(tmp_path)) == int(child.stdout)
    assert list(Verification(tmp_path).problems()) == []
