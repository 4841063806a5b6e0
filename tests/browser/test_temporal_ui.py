"""What an operator does in Temporal's own UI: the update form, and the buttons that are there anyway."""

import json
from typing import Any

import pytest

from allornone.client.groups import GroupClient
from allornone.errors import GroupAbandonedError
from allornone.models.group import GroupStatus
from allornone.models.result import OperationState
from tests.browser.browser import Browser
from tests.plans import SELL, SHORT, Leg
from tests.workflows.house import Handle, House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOST = ({"venue": "binance.usdm", "direction": "forward", "behaviour": "lose_answer", "count": "always"},)
UNREADABLE = {"venue": "binance.usdm", "behaviour": "unreadable", "count": "always"}
ASKS_SOON: dict[str, Any] = {"resolve_budget_s": "0.1"}


async def blocked(house: House) -> Handle:
    """Leave a group blocked: its short may have happened, and the venue cannot be read."""
    house.misbehave(*LOST, UNREADABLE)
    return await stuck(house, SELL, SHORT)


async def stuck(house: House, *legs: Leg) -> Handle:
    """Start a group and wait until it needs an operator."""
    handle = await house.start(house.group(*legs, policy=ASKS_SOON))
    await house.shows(handle, lambda view: view.needs_operator)
    return handle


def said_by_ann(payloads: list[str], number: int) -> str:
    """Return the payload that the details give for a command, as a person completes it."""
    return json.dumps({**json.loads(payloads[number]), "actor": "ann", "reason": "from the UI"})


async def test_a_retry_pasted_from_the_details_ends_a_group_that_waits_for_nothing_else(
    house: House, browser: Browser
) -> None:
    async with house.working():
        house.misbehave({"venue": "binance.usdm", "behaviour": "refuse", "count": "always"})
        handle = await stuck(house, {**SELL, "pivot": True}, SHORT)
        house.misbehave()
        details = await browser.does(handle.id, "details")
        told = await browser.does(handle.id, f"update:retry:{said_by_ann(details['payloads'], 0)}", "status:completed")
        result = await house.ends(handle)

    assert "blocked: needs an operator" in details["text"]
    assert "short was refused, and the pivot sell is in effect" in details["text"]
    assert told["described"].startswith("retry\nLook or try again now: ")
    assert (told["said"], told["shown"].lower()) == ("", "completed")
    assert result.status is GroupStatus.COMPLETED


async def test_a_cancel_by_the_update_form_rolls_back(house: House, browser: Browser) -> None:
    async with house.working():
        handle = await blocked(house)
        told = await browser.does(handle.id, 'update:cancel:{"actor": "ann"}')
        house.misbehave()
        seen = await browser.does(handle.id, "status:completed")
        result = await house.ends(handle)

    assert (told["said"], seen["shown"].lower()) == ("", "completed")
    assert result.status is GroupStatus.ROLLED_BACK


async def test_a_resolve_by_the_update_form_settles_what_cannot_be_known(house: House, browser: Browser) -> None:
    async with house.working():
        handle = await blocked(house)
        details = await browser.does(handle.id, "details")
        payload = json.loads(said_by_ann(details["payloads"], 1))
        assert payload["actual_deltas"] == {"binance.usdm:ETHUSDT": "AMOUNT"}
        payload["actual_deltas"] = {"binance.usdm:ETHUSDT": "-1"}
        told = await browser.does(handle.id, f"update:resolve:{json.dumps(payload)}")
        house.misbehave()
        seen = await browser.does(handle.id, "status:completed")
        result = await house.ends(handle)

    assert (told["said"], seen["shown"].lower()) == ("", "completed")
    assert [operation.state for operation in result.operations] == [OperationState.CONFIRMED] * 2


async def test_a_pause_and_a_resume_by_the_update_form_hold_a_group_and_let_it_go_on(
    house: House, browser: Browser
) -> None:
    gate = house.gated("binance", "execute")
    async with house.working():
        handle = await house.start(house.group(SELL, SHORT))
        await gate.reached()
        paused = await browser.does(handle.id, 'update:pause:{"actor": "ann"}')
        gate.opens.set()
        await house.shows(handle, lambda view: view.operations[0].state is OperationState.CONFIRMED)
        orders_while_paused = house.seen.orders()
        resumed = await browser.does(handle.id, 'update:resume:{"actor": "ann"}', "status:completed")
        result = await house.ends(handle)

    assert (paused["said"], resumed["said"]) == ("", "")
    assert orders_while_paused == ["sell forward closed"]
    assert house.seen.orders() == ["sell forward closed", "short forward closed"]
    assert result.status is GroupStatus.COMPLETED


async def test_what_is_refused_is_said_in_the_form(house: House, browser: Browser) -> None:
    async with house.working():
        handle = await blocked(house)
        other = json.dumps({"actor": "ann", "client_ref": "0" * 32})
        told = await browser.does(handle.id, f"update:retry:{other}")
        view = await house.shows(handle, lambda view: view.needs_operator)
        await handle.terminate()

    assert told["said"].startswith(f"reference {'0' * 32} has moved on; what is open now is ")
    assert view.status is GroupStatus.BLOCKED


async def test_the_first_button_of_the_page_is_a_cancel(house: House, browser: Browser) -> None:
    async with house.working():
        handle = await blocked(house)
        await browser.does(handle.id, "cancel")
        house.misbehave()
        seen = await browser.does(handle.id, "status:completed")
        result = await house.ends(handle)

    assert seen["shown"].lower() == "completed"
    assert result.status is GroupStatus.ROLLED_BACK


async def test_a_terminated_group_is_called_abandoned(house: House, browser: Browser) -> None:
    groups = GroupClient(house.client, task_queue=house.task_queue)

    async with house.working():
        handle = await blocked(house)
        told = await browser.does(handle.id, "terminate:by mistake", "status:terminated")

        assert told["shown"].lower() == "terminated"
        with pytest.raises(GroupAbandonedError, match="was terminated; unless that was before it sent anything"):
            await groups.status(handle.id)
