"""E6: the server dies, by SIGKILL, five times: the easy fault, at which the textbook's form holds as well."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from allornone.eventlog.verification import Verification
from allornone.models.group import GroupStatus
from tests.campaign.rig.server import Listening, temporal
from tests.plans import SELL, SHORT, STAKE, group
from tests.textbook.moments import PATIENCE_S, until
from tests.textbook.saga import Form
from tests.textbook.sides import Ours, Textbook
from tests.textbook.worker import SOON
from tests.workflows.house import House
from worker.namespace import register_search_attributes

MANY = 8
STEPS = ("A", "B", "C", "D")
LEGS = (SELL, STAKE, SHORT, {**SELL, "operation_id": "sell-again"})
KILLED_AT = (3, 9, 15, 21, 27)
"""So many effects of the 32 are there when the server is killed again."""


@dataclass(frozen=True)
class Mortal:
    """A server on a file of its own, and a client of it."""

    server: Listening
    client: Client

    async def dies_again_and_again(self, effects: Callable[[], int]) -> None:
        """Kill the server whenever enough has happened, and start it again on the same file."""
        for number in KILLED_AT:
            await _many(effects, number)
            await self.server.kill()
            await self.server.start()


async def _many(effects: Callable[[], int], number: int) -> None:
    await until(lambda: effects() >= number)


async def _connected(target: str) -> Client:
    """Connect to a server that listens already, and may not be healthy yet."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(RuntimeError):
                return await Client.connect(target, data_converter=pydantic_data_converter)
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture
async def mortal(tmp_path: Path) -> AsyncGenerator[Mortal]:
    """A server that a test may kill."""
    async with temporal(tmp_path) as server:
        client = await _connected(server.target)
        await register_search_attributes(client)
        yield Mortal(server, client)


async def result_of(handle: WorkflowHandle[Any, Any]) -> Any:
    """Wait for the end, and ask again whenever there is nobody to ask."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(RPCError):
                return await handle.result()


async def test_e6_sagas_survive_five_deaths_of_the_server(mortal: Mortal, tmp_path: Path, task_queue: str) -> None:
    sides = Textbook(tmp_path, mortal.client, task_queue)

    async with sides.working():
        forms = [Form(steps=tuple(f"{step}{number}" for step in STEPS), attempts=0) for number in range(MANY)]
        sagas = [await sides.start(form, f"-{number}") for number, form in enumerate(forms)]
        await mortal.dies_again_and_again(lambda: len(sides.ledger.lines()))
        words = [await result_of(saga) for saga in sagas]

    assert words == ["done"] * MANY
    assert sorted(sides.ledger.lines()) == sorted(f"EFFECT {step}" for form in forms for step in form.steps)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon what a dying server handed out and will never hear of again."""
    for name in ("SEND_TIMEOUT", "LOOK_TIMEOUT", "RECORD_TIMEOUT"):
        monkeypatch.setattr(f"workflows.calls.{name}", SOON)


@pytest.mark.usefixtures("impatient")
async def test_e6_groups_survive_five_deaths_of_the_server(mortal: Mortal, tmp_path: Path, task_queue: str) -> None:
    house = House(tmp_path, mortal.client, task_queue)
    ours = Ours(house)

    async with house.working():
        groups = [await ours.start(group(f"{house.group_id}-{number}", *LEGS)) for number in range(MANY)]
        await mortal.dies_again_and_again(lambda: len(house.seen.orders()))
        results = [await result_of(each) for each in groups]

    assert [result.status for result in results] == [GroupStatus.COMPLETED] * MANY
    assert Counter(house.seen.orders()) == {f"{leg['operation_id']} forward closed": MANY for leg in LEGS}
    assert list(Verification(house.folder / "logs").problems()) == []
