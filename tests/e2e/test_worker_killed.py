"""Workers killed with SIGKILL between and inside activities: another takes over, and nothing happens twice."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import yaml
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from allornone.client.start import start
from allornone.eventlog.verification import Verification
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import GroupResult
from allornone.venues.paper import PaperWorld
from tests.conftest import ATTRIBUTES, FAST_TIMERS, SLOW_MACHINE
from tests.plans import CARRY, group
from tests.verified import verified
from tests.witness import Witness
from worker.binary import find_binary

PATIENCE_S = 90
WORKERS = 3
REFUSED_THIRD = {"venue": "binance.usdm", "operation_id": "refused", "behaviour": "refuse", "count": "always"}
FORWARD = ("before-intent", "before-send", "after-send", "after-record", "after-end")
BACK = ("after-rolling_back", "undo-before-send", "undo-after-send")
EXPECTED = {
    **dict.fromkeys(FORWARD, GroupStatus.COMPLETED),
    **dict.fromkeys(BACK, GroupStatus.ROLLED_BACK),
}


class Crew:
    """Three workers at any time: whoever is found dead is replaced."""

    def __init__(self, target: str, folder: Path) -> None:
        self._command = [sys.executable, "-m", "tests.e2e.mortal_worker", target, "mortal", str(folder)]
        self._alive = [self._hired() for _ in range(WORKERS)]
        self.killed = 0

    def _hired(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stderr=subprocess.DEVNULL)

    async def replace_the_dead(self) -> None:
        """Look after the workers until cancelled."""
        while True:
            for number, worker in enumerate(self._alive):
                if worker.poll() is not None:
                    self.killed += worker.returncode == -signal.SIGKILL
                    self._alive[number] = self._hired()
            await asyncio.sleep(0.05)

    def dismiss(self) -> None:
        for worker in self._alive:
            worker.kill()
            worker.wait()


@asynccontextmanager
async def crew_at(target: str, folder: Path) -> AsyncGenerator[Crew]:
    crew = Crew(target, folder)
    watch = asyncio.create_task(crew.replace_the_dead())
    try:
        yield crew
    finally:
        watch.cancel()
        crew.dismiss()


def plan_of(moment: str) -> AtomicGroup:
    sell, stake, short = CARRY
    last = short if moment in FORWARD else {**short, "operation_id": "refused"}
    return group(moment, sell, stake, last)


async def ended(client: Client, moment: str) -> GroupResult:
    async with asyncio.timeout(PATIENCE_S):
        return await (await start(client, "mortal", plan_of(moment))).result()


@pytest_asyncio.fixture
async def mortals() -> AsyncGenerator[WorkflowEnvironment]:
    """A server of our own: the workers' settings are not those of other tests."""
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] (of the SDK)
        data_converter=pydantic_data_converter,
        search_attributes=ATTRIBUTES,
        dev_server_existing_path=str(find_binary()),
        dev_server_extra_args=FAST_TIMERS,
        dev_server_startup_timeout=SLOW_MACHINE,
    ) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Venues that refuse some third legs, and one mark for each group."""
    (tmp_path / "paper-faults.yaml").write_text(yaml.safe_dump([REFUSED_THIRD]))
    (tmp_path / "marks").mkdir()
    for moment in EXPECTED:
        (tmp_path / "marks" / f"{moment}.{moment}").touch()
    return tmp_path


async def test_whatever_moment_a_worker_dies_at_each_group_ends_as_it_should_have(
    folder: Path, mortals: WorkflowEnvironment
) -> None:
    async with crew_at(mortals.client.service_client.config.target_host, folder) as crew:
        ends = await asyncio.gather(*(ended(mortals.client, moment) for moment in EXPECTED))
    results = dict(zip(EXPECTED, ends, strict=True))

    assert {moment: result.status for moment, result in results.items()} == EXPECTED
    assert list((folder / "marks").iterdir()) == []
    assert crew.killed == len(EXPECTED)
    assert_nothing_happened_twice(folder, results)
    await verified(folder, mortals.client.service_client.config.target_host)


def assert_nothing_happened_twice(folder: Path, results: dict[str, GroupResult]) -> None:
    world = PaperWorld(folder)
    filled = Counter(order.client_ref for order in world.ledger.orders() if order.filled)
    assert {ref: times for ref, times in filled.items() if times > 1} == {}
    assert list(Verification(folder / "logs").problems()) == []
    for moment, result in results.items():
        story = Witness(folder / "logs", world, moment).story()
        assert story[-1] == EXPECTED[moment].value
        assert story.count(story[-1]) == 1
        if result.status is GroupStatus.ROLLED_BACK:
            assert dict(result.friction) == world.ledger.totals(moment)
    world.close()
