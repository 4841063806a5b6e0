"""Writers that die anywhere: whoever was told that a record is on disk finds it there, once."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.layout import TRANSITIONS
from tests.unit.eventlog.aftercrash import Forgotten, begin, cut_power, lost, reopened, told, torn
from tests.unit.eventlog.mortal import LINES, POINTS, ROTATION

RUNS = int(os.environ.get("ALLORNONE_SOAK_RUNS", "4"))
TIME = dict.fromkeys(LINES, "4") | dict.fromkeys(ROTATION, "2")
"""The how-manieth time a point is deadly: in the middle of the first segment, and in the second rotation."""


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not happened():  # noqa: ASYNC110 (another process's doing)
            await asyncio.sleep(0.01)


async def dead(writer: subprocess.Popen[bytes]) -> None:
    await until(lambda: writer.poll() is not None)
    assert writer.returncode == -signal.SIGKILL


@pytest.mark.parametrize("point", POINTS)
async def test_a_writer_that_dies_at_a_point_loses_nothing_it_was_told(tmp_path: Path, point: str) -> None:
    await dead(begin(tmp_path, "one", point, TIME[point]))
    cut_off = torn(tmp_path)

    found, noted = await reopened(tmp_path)

    assert len(told(tmp_path)) >= 2
    assert lost(tmp_path, found) == set()
    assert noted == cut_off
    assert (cut_off > 0) is (point in {"in the middle of a line", "in the first line of a segment"})


@pytest.mark.parametrize("forgotten", Forgotten)
@pytest.mark.parametrize("point", POINTS)
async def test_a_power_cut_at_a_point_loses_nothing_a_writer_was_told(
    tmp_path: Path, point: str, forgotten: Forgotten
) -> None:
    await dead(begin(tmp_path, "one", point, TIME[point]))
    cut_power(tmp_path, forgotten, Random(point))  # noqa: S311 (chance by the point's name, the same each time)

    found, _ = await reopened(tmp_path)

    assert len(told(tmp_path)) >= 2
    assert lost(tmp_path, found) == set()


@pytest.mark.parametrize("point", ROTATION)
async def test_the_others_go_on_when_one_dies_in_a_rotation(tmp_path: Path, point: str) -> None:
    other = begin(tmp_path, "other")
    await until(lambda: bool(told(tmp_path)))
    await dead(begin(tmp_path, "one", point, "1"))

    before = len(told(tmp_path))
    await until(lambda: len(told(tmp_path)) > before + 20)
    other.kill()
    other.wait()

    found, _ = await reopened(tmp_path)
    assert lost(tmp_path, found) == set()


async def test_who_takes_over_a_rotation_puts_the_old_name_on_disk_before_the_name_is_taken_again(
    tmp_path: Path,
) -> None:
    await dead(begin(tmp_path, "one", "after a rename", "1"))
    events = tmp_path / "events"
    seen: list[bool] = []

    def sync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() == events:
            seen.append((events / TRANSITIONS).exists())
        os.fsync(descriptor)

    assert not (events / TRANSITIONS).exists()
    await JsonlEventLog(tmp_path, disk=Disk(sync=sync)).refresh()

    assert seen == [False, True]


@pytest.mark.soak
@pytest.mark.parametrize("run", range(RUNS))
async def test_several_writers_killed_at_any_moment_lose_nothing_they_were_told(tmp_path: Path, run: int) -> None:
    chance = Random(run)  # noqa: S311 (the same each time)
    for life in range(2):
        writers = [begin(tmp_path, f"{name}-{life}") for name in ("one", "two", "three")]
        await until(lambda: len(told(tmp_path)) >= chance.randint(1, 60) * (life + 1))  # noqa: B023 (awaited here)
        for writer in writers:
            writer.kill()
            writer.wait()
        if chance.random() < 0.5:
            cut_power(tmp_path, chance.choice(list(Forgotten)), chance)

        found, _ = await reopened(tmp_path)
        assert lost(tmp_path, found) == set()
