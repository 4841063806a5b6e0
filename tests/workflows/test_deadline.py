"""The deadline: no request outlives it, and what it left half done is rolled back."""

from datetime import UTC, datetime, timedelta

from allornone import wire
from allornone.models.commands import PauseCommand
from allornone.models.group import GroupStatus
from tests.plans import CARRY, SELL
from tests.workflows.house import House

PAUSE = PauseCommand(actor="ann")


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def test_a_deadline_that_passes_while_paused_rolls_back(house: House) -> None:
    plan = house.group(*CARRY)
    deadline = soon(3600)
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(plan.model_copy(update={"deadline": deadline}))
        await gate.reached()
        await house.tell(handle, wire.PAUSE, PAUSE)
        gate.opens.set()
        result = await house.ends(handle)

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.reason == "the deadline passed"
    assert house.seen.orders() == ["sell forward closed", "sell rollback closed"]


async def test_a_group_whose_deadline_is_over_sends_nothing(house: House) -> None:
    result = await house.run(house.group(*CARRY, deadline=soon(-3600)))

    assert result.status is GroupStatus.FAILED
    assert house.seen.orders() == []


async def test_no_request_outlives_the_deadline(house: House) -> None:
    deadline = soon(10)

    await house.run(house.group(SELL, deadline=deadline))

    assert [event.not_after for event in house.seen.operations()] == [deadline, deadline]
