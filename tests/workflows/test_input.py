"""What a group is started with: bad input fails the run, and never hangs it."""

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from allornone import wire
from tests.plans import CARRY, SELL, leg
from tests.workflows.house import House

AT_NO_VENUE = leg("sell", "spot_trade", "mtgox>mtgox", "ETH>USDT", {"mtgox:ETH": "-1"}, pair="ETH/USDT", side="sell")


async def failure(house: House, start: Any) -> ApplicationError:
    """Start the workflow with whatever this is, and return what its run failed with."""
    async with house.working():
        handle = await house.client.start_workflow(
            wire.GROUP_WORKFLOW, args=[] if start is ... else [start], id=house.group_id, task_queue=house.task_queue
        )
        with pytest.raises(WorkflowFailureError) as failed:
            await house.ends(handle)
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({}, "group: Field required"),
        ({"group": {"atomic_group_id": "g", "operations": []}}, "group.operations: Tuple should have at least 1 item"),
        ({"group": {"atomic_group_id": "g", "operations": [{**SELL, "colour": "red"}]}}, "Extra inputs are not"),
        ("sell everything", "Input should be an object"),
        (None, "a group must be started with a plan, was null"),
    ],
    ids=["nothing in it", "no operations", "an unknown field", "no object", "null"],
)
async def test_bad_input_fails_the_run_and_names_the_place(house: House, start: Any, message: str) -> None:
    cause = await failure(house, start)

    assert cause.type == wire.INVALID_GROUP
    assert message in cause.message
    assert house.seen.story() == []


async def test_no_input_at_all_fails_the_run(house: House) -> None:
    cause = await failure(house, ...)

    assert cause.type == wire.INVALID_GROUP


async def test_a_plan_that_the_worker_has_no_venue_for_fails_the_run(house: House) -> None:
    cause = await failure(house, {"group": house.group(AT_NO_VENUE)})

    assert cause.type == wire.INVALID_GROUP
    assert "unknown venue 'mtgox'" in cause.message
    assert house.seen.story() == []


async def test_the_order_of_a_plans_operations_is_that_of_their_numbers(house: House) -> None:
    numbered = [{**each, "sequence_in_group": number} for each, number in zip(CARRY, (3, 1, 2), strict=True)]

    await house.run(house.group(*numbered))

    assert house.seen.orders() == ["stake forward closed", "short forward closed", "sell forward closed"]
