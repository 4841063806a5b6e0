"""A group whose id the event log has is started where Temporal does not know it: after retention, on another server."""

import pytest

from allornone.client.groups import GroupClient
from allornone.client.recovery import Fate, Recovery
from allornone.client.start import start
from allornone.errors import BadGroupError, GroupAbandonedError
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult
from tests.plans import CARRY, SELL, STAKE
from tests.workflows.house import House
from tests.workflows.sweeping import deleted, has_recorded, whole_worker


async def test_a_group_that_has_ended_is_answered_from_the_event_log(slow_house: House) -> None:
    house = slow_house
    house.misbehave({"behaviour": "refuse", "operation_id": "short"})
    async with whole_worker(house):
        handle = await house.start(house.group(*CARRY, strategy="basis"))
        ended = await house.ends(handle)
        before = house.seen.story()
        await start(house.client, house.task_queue, house.group(*CARRY, strategy="basis"), again=True)
        client = GroupClient(house.client, task_queue=house.task_queue)
        result = await client.result(house.group_id)
        view = await client.status(house.group_id)

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.model_copy(update={"operations": ()}) == ended.model_copy(update={"operations": ()})
    assert [each.state for each in result.operations] == [each.state for each in ended.operations]
    assert view.status is GroupStatus.ROLLED_BACK
    assert house.seen.story() == before
    assert len(house.seen.orders()) == 5


async def test_another_plan_under_the_id_of_a_group_that_has_ended_is_refused(slow_house: House) -> None:
    house = slow_house
    async with whole_worker(house):
        handle = await house.start(house.group(SELL))
        await house.ends(handle)
        before = house.seen.story()
        # The run that was refused is all that the server shows of the group.
        house.broken |= {"L5", "S17"}
        await start(house.client, house.task_queue, house.group(SELL, STAKE), again=True)
        with pytest.raises(BadGroupError, match="already exists with another plan"):
            await GroupClient(house.client, task_queue=house.task_queue).result(house.group_id)

    assert house.seen.story() == before
    assert house.seen.orders() == ["sell forward closed"]


async def test_a_group_that_is_open_in_another_life_is_refused_and_recovered(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await deleted(house, handle)
        client = GroupClient(house.client, task_queue=house.task_queue)
        again = await client.submit(house.group(*CARRY))
        with pytest.raises(GroupAbandonedError, match="allornone recover --group"):
            await again.result()
        assert house.seen.orders() == ["sell forward closed"]
        gate.opens.set()
        recovery = Recovery(house.client, house.task_queue, house.log)
        found = await recovery.take_up(await recovery.find(house.group_id), actor="ann")
        assert found.fate is Fate.STOPPED

    assert house.seen.story()[-1] in ("recovered", "blocked", "stake confirmed")


async def test_two_recoveries_at_once_start_one_run(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await deleted(house, handle)
        gate.opens.set()
        await has_recorded(house, "stake confirmed")
    recoveries = [Recovery(house.client, house.task_queue, house.log) for _ in range(2)]
    founds = [await each.find(house.group_id) for each in recoveries]
    taken = [await each.take_up(found, actor="ann") for each, found in zip(recoveries, founds, strict=True)]
    async with whole_worker(house):
        result = await house.ends(house.client.get_workflow_handle(house.group_id, result_type=GroupResult))

    assert [each.fate for each in taken] == [Fate.LOST, Fate.RUNNING]
    assert result.status is GroupStatus.COMPLETED
    assert house.seen.story().count("recovered") == 1
    assert len(house.seen.orders()) == 3


async def test_a_recovery_that_died_before_the_start_of_its_run_is_repeated(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await deleted(house, handle)
        gate.opens.set()
        await has_recorded(house, "stake confirmed")
    dies = Recovery(house.client, house.task_queue, house.log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("allornone.client.recovery.start", _dies)
        with pytest.raises(InterruptedError):
            await dies.take_up(await dies.find(house.group_id), actor="ann")
    recovery = Recovery(house.client, house.task_queue, house.log)
    again = await recovery.take_up(await recovery.find(house.group_id), actor="ann")
    async with whole_worker(house):
        result = await house.ends(house.client.get_workflow_handle(house.group_id, result_type=GroupResult))

    assert again.fate is Fate.LOST
    assert result.status is GroupStatus.COMPLETED
    assert house.seen.story().count("recovered") == 2
    assert len(house.seen.orders()) == 3


async def _dies(*_: object, **__: object) -> None:
    raise InterruptedError


async def test_a_recovery_that_another_life_overtook_reads_the_records_again(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await deleted(house, handle)
        gate.opens.set()
        await has_recorded(house, "stake confirmed")
    late, early = (Recovery(house.client, house.task_queue, house.log) for _ in range(2))
    overtaken = await late.find(house.group_id)
    await early.take_up(await early.find(house.group_id), actor="ann")
    async with whole_worker(house):
        result = await house.ends(house.client.get_workflow_handle(house.group_id, result_type=GroupResult))
        found = await late.take_up(overtaken, actor="bob")

    assert found.fate is Fate.ENDED
    assert result.status is GroupStatus.COMPLETED
    assert house.seen.story().count("recovered") == 1
