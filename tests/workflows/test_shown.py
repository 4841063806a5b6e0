"""What Temporal shows of a group: to find it by, to read in the UI, and to tell code drift from."""

from typing import Any

from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata

from allornone import wire
from allornone.client.groups import GroupClient
from allornone.models.group import GroupStatus
from tests.plans import CARRY, SELL, SEND_OUT, SHORT
from tests.workflows.house import Handle, House

METADATA = "__temporal_workflow_metadata"
REFUSED_THIRD = {"behaviour": "refuse", "venue": "binance.usdm"}


async def scheduled(handle: Handle) -> dict[str, Any]:
    """Return the activities of the last run by their ids."""
    events: list[HistoryEvent] = list((await handle.fetch_history()).events)
    found = [each for each in events if each.HasField("activity_task_scheduled_event_attributes")]
    return {
        each.activity_task_scheduled_event_attributes.activity_id: each.activity_task_scheduled_event_attributes
        for each in found
    }


async def test_every_activity_has_an_id_that_tells_what_it_is_for(house: House) -> None:
    house.misbehave(REFUSED_THIRD)

    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await house.ends(handle)

    assert await house.activities(handle) == [
        "record:started:0",
        "execute:sell:1",
        "execute:stake:1",
        "execute:short:1",
        "record:rolling_back:1",
        "rollback:stake:1",
        "rollback:sell:1",
        "last_look:sell:forward:1:0",
        "last_look:sell:rollback:1:0",
        "last_look:stake:forward:1:0",
        "last_look:stake:rollback:1:0",
        "last_look:short:forward:1:0",
        "record:end",
    ]


async def test_undoing_and_resolving_go_before_forward_work(house: House) -> None:
    house.misbehave(REFUSED_THIRD)

    async with house.working():
        handle = await house.start(house.group({**SELL, "priority": 9}, SHORT))
        await house.ends(handle)

    found = await scheduled(handle)
    assert found["execute:sell:1"].priority.priority_key == 2
    assert found["rollback:sell:1"].priority.priority_key == 1
    assert found["last_look:sell:forward:1:0"].priority.priority_key == 1


async def test_a_send_has_one_attempt_and_a_look_has_as_many_as_it_takes(house: House) -> None:
    async with house.working():
        handle = await house.start(house.group(SELL))
        await house.ends(handle)

    found = await scheduled(handle)
    assert found["execute:sell:1"].retry_policy.maximum_attempts == 1
    assert found["last_look:sell:forward:1:0"].retry_policy.maximum_attempts == 0
    assert found["record:end"].retry_policy.maximum_attempts == 0
    assert found["execute:sell:1"].start_to_close_timeout.seconds == 30


async def test_a_group_is_found_by_where_it_stands_and_by_what_it_is(slow_house: House) -> None:
    house = slow_house
    house.misbehave({"behaviour": "refuse", "operation_id": "sell"})

    async with house.working():
        plan = house.group(SEND_OUT, SELL, strategy=house.group_id[:90], correlation_id="desk-7")
        handle = await house.start(plan)
        await house.shows(handle, lambda view: view.needs_operator)
        found = [each async for each in house.client.list_workflows(f"Strategy = '{plan.strategy}'")]
        while not found or found[0].search_attributes.get(wire.NEEDS_OPERATOR) != [True]:
            found = [each async for each in house.client.list_workflows(f"Strategy = '{plan.strategy}'")]
        await handle.terminate()
        house.broken.add("L7")  # no sweep runs here

    assert {name: found[0].search_attributes[name] for name in (wire.GROUP_STATUS, wire.VENUES)} == {
        wire.GROUP_STATUS: ["blocked"],
        wire.VENUES: ["binance", "kraken", "wallet"],
    }
    assert found[0].search_attributes[wire.OPERATION_COUNT] == [2]


async def test_the_current_details_are_a_table_of_the_operations(house: House) -> None:
    house.misbehave({"behaviour": "refuse", "operation_id": "sell"})

    async with house.working():
        handle = await house.start(house.group(SEND_OUT, SELL))
        await house.shows(handle, lambda view: view.needs_operator)
        details = (await handle.query(METADATA, result_type=WorkflowMetadata)).current_details
        await handle.terminate()
        house.broken.add("L7")  # no sweep runs here

    assert details.startswith("**blocked: needs an operator**")
    assert "send-out" in details


async def test_the_client_reads_a_group_as_its_workflow_tells_it(house: House) -> None:
    groups = GroupClient(house.client, task_queue=house.task_queue)

    async with house.working():
        handle = await groups.submit(house.group(SELL))
        result = await groups.result(handle.group_id)
        view = await groups.status(handle.group_id)

    assert result.status is GroupStatus.COMPLETED
    assert view.status is GroupStatus.COMPLETED
    assert view.commands == ()
