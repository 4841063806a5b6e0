"""E2: a venue that is slower than the activity's start-to-close timeout."""

import asyncio
from datetime import timedelta

import pytest

from allornone.models.group import GroupStatus
from allornone.models.result import GroupView, OperationState
from tests.plans import SELL, STAKE
from tests.textbook.moments import PATIENCE_S, TICK_S
from tests.textbook.saga import Form
from tests.textbook.sides import Ours, Textbook
from tests.workflows.house import Handle

SHORT_TIMEOUT_S = 2.0


async def ledger_of_a_slow_venue(textbook: Textbook, form: Form) -> list[str]:
    """Hold every call for B until the saga has closed."""
    textbook.moments.hold("do B")
    async with textbook.working():
        saga = await textbook.start(form)
        await textbook.moments.reached("do B", times=form.attempts)
        await textbook.closes(saga)
        textbook.moments.opens("do B")
        return await textbook.ledger.shows("EFFECT B", times=form.attempts)


async def test_e2a_a_retry_after_a_timeout_takes_effect_twice_after_the_end(textbook: Textbook) -> None:
    form = Form(steps=("A", "B"), timeout_s=SHORT_TIMEOUT_S, attempts=2)

    assert await ledger_of_a_slow_venue(textbook, form) == [
        "EFFECT A",
        "NOTHING TO UNDO B",
        "UNDONE A",
        "CLOSED rolled_back",
        "EFFECT B",
        "EFFECT B",
    ]


async def test_e2b_a_step_that_timed_out_takes_effect_after_the_end_and_was_never_to_be_undone(
    textbook: Textbook,
) -> None:
    form = Form(steps=("A", "B"), timeout_s=SHORT_TIMEOUT_S, register="after")

    assert await ledger_of_a_slow_venue(textbook, form) == ["EFFECT A", "UNDONE A", "CLOSED rolled_back", "EFFECT B"]


async def test_e2c_to_register_the_undo_before_the_step_does_not_help(textbook: Textbook) -> None:
    form = Form(steps=("A", "B"), timeout_s=SHORT_TIMEOUT_S, register="before")

    assert await ledger_of_a_slow_venue(textbook, form) == [
        "EFFECT A",
        "NOTHING TO UNDO B",
        "UNDONE A",
        "CLOSED rolled_back",
        "EFFECT B",
    ]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up a send after the same time."""
    monkeypatch.setattr("workflows.calls.SEND_TIMEOUT", timedelta(seconds=SHORT_TIMEOUT_S))


async def has_looked_again_and_again(ours: Ours, group: Handle) -> GroupView:
    """Wait until the group has looked for the sale three times, and found nothing."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            looks = [each for each in await ours.house.activities(group) if each.startswith("resolve:sell:forward:1:")]
            if len(looks) > 3:
                return await ours.house.shows(group, is_unknown)
            await asyncio.sleep(TICK_S)


def is_unknown(view: GroupView) -> bool:
    return view.operations[1].state is OperationState.UNKNOWN


@pytest.mark.usefixtures("impatient")
async def test_e2a_e2b_e2c_a_group_finds_out_what_its_slow_venue_did_and_goes_on(ours: Ours) -> None:
    house = ours.house
    ours.moments.hold("do sell")

    async with house.working():
        group = await house.start(house.group(STAKE, SELL))
        view = await has_looked_again_and_again(ours, group)
        ours.moments.opens("do sell")
        result = await house.ends(group)

    assert view.status is GroupStatus.RUNNING
    assert result.status is GroupStatus.COMPLETED
    assert ours.ledger() == ["EFFECT stake", "EFFECT sell", "END completed"]


@pytest.mark.usefixtures("impatient")
async def test_e2a_e2b_e2c_a_group_that_is_to_be_undone_waits_for_its_slow_venue_first(ours: Ours) -> None:
    house = ours.house
    ours.moments.hold("do sell")

    async with house.working():
        group = await house.start(house.group(STAKE, SELL))
        await has_looked_again_and_again(ours, group)
        await group.cancel()
        await house.shows(group, lambda view: view.cancelling)
        before = ours.ledger()
        ours.moments.opens("do sell")
        await house.ends(group)

    assert before == ["EFFECT stake"]
    assert ours.ledger() == ["EFFECT stake", "EFFECT sell", "UNDONE sell", "UNDONE stake", "END rolled_back"]
