"""E3: a worker that dies just after its venue acted, and one that sleeps just before its venue call."""

import pytest
from temporalio.client import Client

from allornone.eventlog.verification import Verification
from allornone.models.group import GroupStatus
from tests.plans import SELL, STAKE
from tests.textbook.processes import is_frozen, is_killed, wakes, worker
from tests.textbook.saga import Form
from tests.textbook.sides import Ours, Textbook
from tests.textbook.worker import SOON

GIVEN_UP = SOON.total_seconds()
NO_SECOND_TRY = {"timeout_s": "0.001"}
"""An operation that was proven absent is not tried again, and so the group rolls back, as the saga does."""


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the workflows of this process the timeouts of the others."""
    for name in ("SEND_TIMEOUT", "LOOK_TIMEOUT", "RECORD_TIMEOUT", "SEND_WINDOW"):
        monkeypatch.setattr(f"workflows.calls.{name}", SOON)


async def test_e3a_a_step_whose_worker_dies_after_its_effect_takes_effect_twice(
    textbook: Textbook, client: Client
) -> None:
    unlimited = 0
    textbook.moments.kill("did B")

    with worker(client, textbook.task_queue, textbook.folder) as mortal:
        saga = await textbook.start(Form(steps=("A", "B", "C"), timeout_s=GIVEN_UP, attempts=unlimited))
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


async def test_e3c_a_worker_that_wakes_after_the_saga_was_rolled_back_takes_effect_unnoticed(
    textbook: Textbook, client: Client
) -> None:
    textbook.moments.freeze("do B")

    with worker(client, textbook.task_queue, textbook.folder) as zombie:
        saga = await textbook.start(Form(steps=("A", "B"), timeout_s=GIVEN_UP))
        await is_frozen(zombie)
        async with textbook.working():
            await textbook.closes(saga)
            wakes(zombie)
            lines = await textbook.ledger.shows("EFFECT B")

    assert lines == ["EFFECT A", "NOTHING TO UNDO B", "UNDONE A", "CLOSED rolled_back", "EFFECT B"]


async def test_e3c_the_venue_refuses_a_worker_that_wakes_after_the_group_was_rolled_back(
    ours: Ours, client: Client
) -> None:
    house = ours.house
    ours.moments.freeze("do sell")

    with worker(client, house.task_queue, house.folder) as zombie:
        group = await ours.start(house.group(STAKE, {**SELL, **NO_SECOND_TRY}))
        await is_frozen(zombie)
        async with house.working():
            result = await house.ends(group)
            wakes(zombie)
            lines = await ours.shows("REFUSED sell")
            await ours.moments.reached("did sell")

    assert result.status is GroupStatus.ROLLED_BACK
    assert lines == ["EFFECT stake", "UNDONE stake", "END rolled_back", "REFUSED sell"]
    assert list(Verification(house.folder / "logs").problems()) == []
