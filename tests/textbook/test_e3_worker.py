"""E3a: a worker that dies just after its venue acted."""

import pytest
from temporalio.client import Client

from tests.plans import SELL, STAKE
from tests.textbook.processes import is_killed, worker
from tests.textbook.saga import Form
from tests.textbook.sides import Ours, Textbook
from tests.textbook.worker import SOON

pytestmark = pytest.mark.usefixtures("hurried")


async def test_e3a_a_step_whose_worker_dies_after_its_effect_takes_effect_twice(
    textbook: Textbook, client: Client
) -> None:
    unlimited = 0
    textbook.moments.kill("did B")

    with worker(client, textbook.task_queue, textbook.folder) as mortal:
        saga = await textbook.start(Form(steps=("A", "B", "C"), timeout_s=SOON.total_seconds(), attempts=unlimited))
        await is_killed(mortal)
        async with textbook.working():
            await textbook.closes(saga)

    assert textbook.ledger.lines() == ["EFFECT A", "EFFECT B", "EFFECT B", "EFFECT C", "CLOSED done"]


async def test_e3a_a_group_whose_worker_dies_after_the_effect_finds_it_and_sends_nothing_again(
    ours: Ours, client: Client
) -> None:
    house = ours.house
    ours.moments.kill("did sell")

    with worker(client, house.task_queue, house.folder) as mortal:
        group = await ours.start(house.group(STAKE, SELL))
        await is_killed(mortal)
        async with house.working():
            await house.ends(group)

    assert ours.ledger() == ["EFFECT stake", "EFFECT sell", "END completed"]
