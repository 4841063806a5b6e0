"""A long group continues as new at a boundary, with its state, its latches and the commands it has answered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from allornone import wire
from allornone.models.commands import PauseCommand, ResumeCommand
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView
from tests.conftest import ATTRIBUTES, FAST_TIMERS, SKIPPING, SLOW_MACHINE
from tests.plans import CARRY, SELL, SHORT
from tests.workflows.house import House
from worker.binary import find_binary

SHORT_HISTORIES = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=20")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def impatient_server() -> AsyncIterator[WorkflowEnvironment]:
    """A server that suggests to continue as new after twenty events."""
    async with await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        search_attributes=ATTRIBUTES,
        dev_server_existing_path=str(find_binary()),
        dev_server_extra_args=(*FAST_TIMERS, *SKIPPING, *SHORT_HISTORIES),
        dev_server_startup_timeout=SLOW_MACHINE,
    ) as server:
        yield server


@pytest.fixture
def impatient_house(tmp_path: Path, impatient_server: WorkflowEnvironment, task_queue: str) -> House:
    return House(tmp_path, impatient_server.client, task_queue)


async def runs(house: House) -> int:
    found = house.client.list_workflows(f"WorkflowId = '{house.group_id}'")
    return len([each async for each in found])


async def test_a_group_goes_on_where_its_last_run_left_off(impatient_house: House) -> None:
    impatient_house.misbehave({"behaviour": "refuse", "venue": "binance.usdm"})

    result = await impatient_house.run(impatient_house.group(*CARRY))

    assert result.status is GroupStatus.ROLLED_BACK
    assert await runs(impatient_house) > 1
    assert impatient_house.seen.orders() == [
        "sell forward closed",
        "stake forward closed",
        "short forward refused",
        "stake rollback closed",
        "sell rollback closed",
    ]
    seqs = [event.seq for event in impatient_house.seen.events()]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_stuck_undo_keeps_its_budget_and_its_backoff_over_many_runs(impatient_house: House) -> None:
    house = impatient_house
    house.misbehave(
        {"behaviour": "refuse", "venue": "binance.usdm"},
        {"behaviour": "refuse", "operation_id": "sell", "direction": "rollback", "count": "always"},
    )

    async with house.working():
        handle = await house.start(house.group(SELL, SHORT))
        first = await handle.query(wire.STATUS, result_type=GroupView)
        view = await house.shows(handle, lambda view: view.needs_operator)
        house.misbehave()
        result = await house.ends(handle)

    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.story().count("blocked") == 1
    assert view.started_at == first.started_at
    assert await runs(house) > 1


async def test_a_command_that_was_answered_in_an_earlier_run_is_answered_alike(impatient_house: House) -> None:
    house = impatient_house
    pause = PauseCommand(actor="ann", command_id="p-1")
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        first = await house.tell(handle, wire.PAUSE, pause)
        gate.opens.set()
        await house.shows(handle, lambda view: view.operations[0].state == "confirmed")
        for _ in range(8):
            await house.tell(handle, wire.PAUSE, pause)
        again = await house.tell(handle, wire.PAUSE, pause)
        view = await house.shows(handle, lambda view: view.paused)
        await house.tell(handle, wire.RESUME, ResumeCommand(actor="ann"))
        result = await house.ends(handle)

    assert await runs(house) > 1
    assert first.message == again.message
    assert view.paused
    assert result.status is GroupStatus.COMPLETED
    commands = [event.facts["command_id"] for event in house.seen.transitions() if event.kind == "command"]
    assert commands.count("p-1") == 1
