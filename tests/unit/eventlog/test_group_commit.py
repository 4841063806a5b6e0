"""On disk before the answer, one sync for everybody who waits, and none trusted after one failed."""

import asyncio
import errno
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import PermitState
from allornone.events.transition import GroupTransitionEvent, TransitionKind
from tests.unit.eventlog.story import (
    CONFIRMED,
    FIRST_REF,
    GROUP,
    STARTED,
    delta,
    intent,
    lines,
    transition,
    written,
)


@dataclass
class WatchedDisk:
    """A disk that counts, holds up or fails the syncs of files (folders are let through)."""

    synced: list[str] = field(default_factory=list[str])
    gate: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    failing: bool = False

    def sync(self, descriptor: int) -> None:
        name = os.path.realpath(f"/proc/self/fd/{descriptor}")
        if not name.endswith(".jsonl"):
            return
        self.synced.append(Path(name).name)
        self.reached.set()
        assert self.gate.wait(30)
        if self.failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.fixture
def disk() -> WatchedDisk:
    watched = WatchedDisk()
    watched.gate.set()
    return watched


@pytest.fixture
def log(tmp_path: Path, disk: WatchedDisk) -> JsonlEventLog:
    return JsonlEventLog(tmp_path, disk=Disk(sync=disk.sync))


def late_effect(number: int) -> GroupTransitionEvent:
    return transition(TransitionKind.LATE_EFFECT, event_id=f"e{number}")


async def test_only_files_that_were_written_are_synced(log: JsonlEventLog, disk: WatchedDisk) -> None:
    await log.record((STARTED, delta()), known_seq=0)

    assert sorted(disk.synced) == ["execution_deltas.jsonl", "group_transitions.jsonl"]


async def test_an_answer_that_wrote_nothing_syncs_nothing(log: JsonlEventLog, disk: WatchedDisk) -> None:
    await log.intend(intent(), known_seq=0)
    disk.synced.clear()

    await log.intend(intent(), known_seq=0)

    assert disk.synced == []


async def test_what_another_process_wrote_is_synced_before_it_is_told(
    log: JsonlEventLog, disk: WatchedDisk, tmp_path: Path
) -> None:
    await JsonlEventLog(tmp_path).intend(intent(), known_seq=0)

    permit = await log.intend(intent(), known_seq=0)

    assert permit.state is PermitState.FOUND
    assert disk.synced == ["operation_executions.jsonl"]


async def test_nobody_is_answered_before_the_sync(log: JsonlEventLog, disk: WatchedDisk, tmp_path: Path) -> None:
    disk.gate.clear()
    answer = asyncio.ensure_future(log.intend(intent(), known_seq=0))
    await asyncio.to_thread(disk.reached.wait, 30)

    assert written(tmp_path) == [(1, "pending")]
    assert not answer.done()
    disk.gate.set()
    assert (await answer).state is PermitState.WRITTEN


async def test_callers_that_come_while_the_disk_works_share_the_next_sync(
    log: JsonlEventLog, disk: WatchedDisk
) -> None:
    disk.gate.clear()
    first = asyncio.ensure_future(log.record((STARTED,), known_seq=0))
    await asyncio.to_thread(disk.reached.wait, 30)
    others = [
        asyncio.ensure_future(log.record((transition(TransitionKind.LATE_EFFECT, event_id=f"e{n}"),), known_seq=0))
        for n in range(20)
    ]
    await asyncio.sleep(0)  # one turn of the loop: every caller has handed in its work
    disk.gate.set()

    answers = await asyncio.gather(first, *others)

    assert [answer.seq for answer in answers] == list(range(1, 22))
    assert len(disk.synced) == 2


async def test_a_failed_sync_fails_the_call(log: JsonlEventLog, disk: WatchedDisk) -> None:
    disk.failing = True

    with pytest.raises(OSError, match="Input/output error"):
        await log.intend(intent(), known_seq=0)


async def test_after_a_failed_sync_every_call_is_refused(log: JsonlEventLog, disk: WatchedDisk, tmp_path: Path) -> None:
    disk.failing = True
    with pytest.raises(OSError, match="Input/output error"):
        await log.intend(intent(), known_seq=0)
    disk.failing = False

    with pytest.raises(OSError, match="refuses writes since a sync failed"):
        await log.record((CONFIRMED,), known_seq=1)
    with pytest.raises(OSError, match="refuses writes since a sync failed"):
        await log.reference(GROUP, FIRST_REF)
    assert written(tmp_path) == [(1, "pending")]


async def test_one_callers_mistake_is_that_callers_alone(log: JsonlEventLog, tmp_path: Path) -> None:
    wrong, right = await asyncio.gather(
        log.intend(intent(client_ref=None), known_seq=0),
        log.intend(intent(), known_seq=0),
        return_exceptions=True,
    )

    assert isinstance(wrong, ValueError)
    assert not isinstance(right, BaseException)
    assert written(tmp_path) == [(1, "pending")]


async def test_a_caller_that_gives_up_before_its_turn_writes_nothing(
    log: JsonlEventLog, disk: WatchedDisk, tmp_path: Path
) -> None:
    disk.gate.clear()
    first = asyncio.ensure_future(log.record((STARTED,), known_seq=0))
    await asyncio.to_thread(disk.reached.wait, 30)
    second = asyncio.ensure_future(log.intend(intent(), known_seq=1))
    await asyncio.sleep(0)  # one turn of the loop: the second caller has handed in its work
    second.cancel()
    await asyncio.wait([second])
    disk.gate.set()

    await first
    await log.refresh()

    assert lines(tmp_path, "operation_executions.jsonl") == []
