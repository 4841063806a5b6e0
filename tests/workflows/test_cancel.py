"""Cancelling, by our command and by Temporal's own: latched, heard at the next boundary, never an interruption."""

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from allornone import wire
from allornone.models.commands import CancelCommand, PauseCommand
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult
from tests.gated import Gated
from tests.plans import CARRY, SELL, STAKE
from tests.workflows.house import Handle, House

CANCEL = CancelCommand(actor="ann", reason="changed my mind")
STUCK = (
    {"behaviour": "refuse", "venue": "binance.usdm"},
    {"behaviour": "refuse", "operation_id": "stake", "direction": "rollback", "count": "always"},
)
"""The third leg is refused, and so is every undo of the second."""


async def cancelled(house: House, handle: Handle, how: str) -> None:
    """Cancel by our update or by Temporal's own cancel, which the group hears a little later."""
    if how == "update":
        await house.tell(handle, wire.CANCEL, CANCEL)
        return
    await handle.cancel()
    await house.shows(handle, lambda view: view.cancelling)


async def cancelled_while(house: House, gate: Gated, how: str, *, cached: int = 100) -> tuple[Handle, GroupResult]:
    """Run a carry, cancel it while somebody is held at `gate`, and let it end."""
    async with house.working(max_cached_workflows=cached):
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await cancelled(house, handle, how)
        gate.opens.set()
        return handle, await house.ends(handle)


HOW = pytest.mark.parametrize("how", ["update", "Temporal's own"])


@HOW
@pytest.mark.parametrize("cached", [100, 0], ids=["kept in memory", "replayed at every task"])
async def test_a_cancel_while_an_operation_is_sent_waits_for_its_outcome_and_undoes_it(
    house: House, how: str, cached: int
) -> None:
    handle, result = await cancelled_while(house, house.gated("lido", "execute"), how, cached=cached)

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.reason == "cancelled"
    assert house.seen.orders() == [
        "sell forward closed",
        "stake forward closed",
        "stake rollback closed",
        "sell rollback closed",
    ]
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED


@HOW
async def test_a_cancel_just_after_the_last_operation_still_rolls_back(house: House, how: str) -> None:
    _, result = await cancelled_while(house, house.gated("lido", "lookup"), how)

    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.orders()[2:] == [
        "short forward closed",
        "short rollback closed",
        "stake rollback closed",
        "sell rollback closed",
    ]


async def test_a_cancel_during_the_rollback_is_refused_and_changes_nothing(house: House) -> None:
    house.misbehave(*STUCK)

    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await house.shows(handle, lambda view: view.status is GroupStatus.ROLLING_BACK)
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await house.tell(handle, wire.CANCEL, CANCEL)
        house.misbehave()
        result = await house.ends(handle)

    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == wire.COMMAND_REFUSED
    assert refused.value.cause.message.startswith("the group is already rolling back; what makes sense now: pause")
    assert result.reason == "short was refused"


async def test_temporals_own_cancel_during_the_rollback_interrupts_nothing(house: House) -> None:
    house.misbehave(*STUCK)

    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await house.shows(handle, lambda view: view.status is GroupStatus.ROLLING_BACK)
        await handle.cancel()
        await handle.cancel()
        house.misbehave()
        result = await house.ends(handle)

    assert result.status is GroupStatus.ROLLED_BACK
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert house.seen.story()[-1] == "rolled_back"


async def test_cancelling_twice_with_one_command_id_is_answered_twice_and_taken_once(house: House) -> None:
    gate = house.gated("lido", "execute")
    named = CancelCommand(actor="ann", command_id="c-1")

    async with house.working():
        handle = await house.start(house.group(SELL, STAKE))
        await gate.reached()
        first = await house.tell(handle, wire.CANCEL, named)
        again = await house.tell(handle, wire.CANCEL, named)
        gate.opens.set()
        await house.ends(handle)

    assert (first.message, again.message) == ("cancel taken", "cancel taken")
    assert house.seen.story().count("command") == 1


async def test_a_group_that_is_cancelled_before_its_first_task_sends_nothing(house: House) -> None:
    handle = await house.start(house.group(*CARRY))
    await handle.cancel()

    async with house.working():
        result = await house.ends(handle)

    assert result.status is GroupStatus.FAILED
    assert result.reason == "cancelled"
    assert house.seen.orders() == []
    assert house.seen.story() == ["started", "command", "rolling_back", "failed"]


async def test_a_cancel_is_recorded_with_who_gave_it_and_why(house: House) -> None:
    await cancelled_while(house, house.gated("lido", "execute"), "update")

    (command,) = [event for event in house.seen.transitions() if event.kind == "command"]
    assert (command.actor, command.reason, command.facts["command"]) == ("ann", "changed my mind", "cancel")


async def test_temporals_own_cancel_while_a_group_waits_is_a_cancel(house: House) -> None:
    async with house.working():
        handle, _ = await house.start_with(house.group(SELL, STAKE), wire.PAUSE, PauseCommand(actor="ann"))
        await house.shows(handle, lambda view: view.paused)
        await handle.cancel()
        result = await house.ends(handle)

    assert result.status is GroupStatus.FAILED
    assert house.seen.orders() == []
