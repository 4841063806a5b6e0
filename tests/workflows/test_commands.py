"""What an operator can say to an open group, and what is refused."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from allornone import wire
from allornone.client.telling import tell
from allornone.errors import CommandRefusedError
from allornone.models.commands import (
    CancelCommand,
    Command,
    CommandReceipt,
    PauseCommand,
    ResolveCommand,
    ResolvedOutcome,
    ResumeCommand,
    RetryCommand,
)
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView
from tests.plans import CARRY, SELL, SEND_OUT, SHORT, STAKE
from tests.workflows.house import Handle, House

PAUSE = PauseCommand(actor="ann")
RESUME = ResumeCommand(actor="ann")
SOMETHING = "0" * 32
STUCK_UNDO = (
    {"behaviour": "refuse", "venue": "binance.usdm"},
    {"behaviour": "refuse", "operation_id": "sell", "direction": "rollback", "count": "always"},
)


async def refused(house: House, handle: Handle, name: str, command: Command) -> str:
    """Give a command that must be refused, and return the group's words."""
    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await house.tell(handle, name, command)
    cause = refusal.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == wire.COMMAND_REFUSED
    return cause.message


async def paused_after_the_first(house: House) -> Handle:
    """Start a carry, pause it while its first operation is sent, and wait until that is done."""
    gate = house.gated("binance", "execute")
    handle = await house.start(house.group(*CARRY))
    await gate.reached()
    await house.tell(handle, wire.PAUSE, PAUSE)
    gate.opens.set()
    await house.shows(handle, lambda view: view.operations[0].state == "confirmed")
    return handle


async def test_pause_sends_nothing_new_and_resume_goes_on(house: House) -> None:
    async with house.working():
        handle = await paused_after_the_first(house)
        orders_while_paused = house.seen.orders()
        await house.tell(handle, wire.RESUME, RESUME)
        result = await house.ends(handle)

    assert orders_while_paused == ["sell forward closed"]
    assert result.status is GroupStatus.COMPLETED


async def test_a_paused_group_can_be_cancelled(house: House) -> None:
    async with house.working():
        handle = await paused_after_the_first(house)
        await house.tell(handle, wire.CANCEL, CancelCommand(actor="ann"))
        result = await house.ends(handle)

    assert result.status is GroupStatus.ROLLED_BACK


@pytest.mark.parametrize(
    ("name", "command", "message"),
    [
        (wire.RESUME, RESUME, "the group is not paused; what makes sense now: pause, cancel"),
        (
            wire.RETRY,
            RetryCommand(actor="ann", client_ref=SOMETHING),
            f"reference {SOMETHING} has moved on; what is open now is ",
        ),
        (
            wire.RESOLVE_UPDATE,
            ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED),
            "nothing is stuck that could be accepted; what makes sense now: pause, cancel, retry",
        ),
    ],
    ids=["resume", "retry", "resolve"],
)
async def test_a_command_that_makes_no_sense_is_refused_and_told_which_do(
    house: House, name: str, command: Command, message: str
) -> None:
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL))
        await gate.reached()
        words = await refused(house, handle, name, command)
        gate.opens.set()
        await house.ends(handle)

    assert words.startswith(message)
    assert "command" not in house.seen.story()


async def test_a_refused_command_leaves_no_trace_in_the_history(house: House) -> None:
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL))
        await gate.reached()
        await refused(house, handle, wire.RESUME, RESUME)
        gate.opens.set()
        await house.ends(handle)
        history = await handle.fetch_history()

    assert not any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in history.events)


async def test_a_command_without_an_actor_is_refused_and_the_group_goes_on(house: House) -> None:
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL))
        await gate.reached()
        with pytest.raises(WorkflowUpdateFailedError):
            await house.tell(handle, wire.PAUSE, {"who": "ann"})
        gate.opens.set()
        result = await house.ends(handle)

    assert result.status is GroupStatus.COMPLETED


async def test_pausing_twice_with_one_command_id_is_taken_once(house: House) -> None:
    named = PauseCommand(actor="ann", command_id="p-1")
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL))
        await gate.reached()
        first = await house.tell(handle, wire.PAUSE, named)
        again = await house.tell(handle, wire.PAUSE, named)
        gate.opens.set()
        await house.ends(handle)

    assert first == again
    assert house.seen.story().count("command") == 1


async def test_retry_asks_the_venue_about_a_pivot_in_breach_and_sends_nothing(house: House) -> None:
    house.misbehave({"behaviour": "drift", "operation_id": "sell", "bps": "-500"})

    async with house.working():
        handle = await house.start(house.group({**SELL, "pivot": True}))
        view = await house.shows(handle, lambda view: view.status is GroupStatus.BLOCKED)
        assert view.operations[0].client_ref is not None
        gate = house.gated("binance", "lookup")
        await house.tell(handle, wire.RETRY, RetryCommand(actor="ann", client_ref=view.operations[0].client_ref))
        await gate.reached()
        gate.opens.set()
        await house.shows(handle, lambda view: view.status is GroupStatus.BLOCKED)
        await house.tell(handle, wire.RESOLVE_UPDATE, ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED))
        await house.ends(handle)
        reads = [each for each in await house.activities(handle) if each.startswith("read:")]

    assert reads == [f"read:sell:forward:1:{number}" for number in (1, 2, 0, 1, 2)]
    assert house.seen.orders() == ["sell forward closed"]


async def test_a_command_id_that_was_used_is_refused_for_another_command(house: House) -> None:
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL))
        await gate.reached()
        await house.tell(handle, wire.PAUSE, PauseCommand(actor="ann", command_id="c-1"))
        words = await refused(house, handle, wire.CANCEL, CancelCommand(actor="ann", command_id="c-1"))
        gate.opens.set()
        result = await house.ends(handle)

    assert words.startswith("command_id 'c-1' was used for another command of this group: pause; nothing was done")
    assert result.status is GroupStatus.COMPLETED


async def test_the_client_lets_the_group_judge_a_command_id_that_was_used(house: House) -> None:
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL))
        await gate.reached()
        first = await tell(handle, wire.PAUSE, PauseCommand(actor="ann", command_id="c-1"))
        again = await tell(handle, wire.PAUSE, PauseCommand(actor="bob", command_id="c-1", reason="to be sure"))
        with pytest.raises(CommandRefusedError, match="'c-1' was used for another command of this group: pause"):
            await tell(handle, wire.CANCEL, CancelCommand(actor="ann", command_id="c-1"))
        gate.opens.set()
        await house.ends(handle)

    assert first == again
    assert house.seen.story().count("command") == 1


async def test_of_two_commands_of_one_id_that_come_with_the_start_one_is_taken_and_the_other_refused(
    house: House,
) -> None:
    handle = await house.start(house.group(SELL))
    both = [
        asyncio.create_task(house.tell(handle, wire.PAUSE, PauseCommand(actor="ann", command_id="c-1"))),
        asyncio.create_task(house.tell(handle, wire.CANCEL, CancelCommand(actor="ann", command_id="c-1"))),
    ]

    async with house.working():
        answers = await asyncio.gather(*both, return_exceptions=True)
        if isinstance(answers[0], CommandReceipt):
            await house.tell(handle, wire.RESUME, RESUME)
        await house.ends(handle)

    assert sorted(type(each).__name__ for each in answers) == ["CommandReceipt", "WorkflowUpdateFailedError"]


async def test_retry_tries_a_stuck_undo_at_once(slow_house: House) -> None:
    slow_house.misbehave(*STUCK_UNDO)

    def stuck(view: GroupView) -> bool:
        return view.operations[0].epoch >= 3

    async with slow_house.working():
        handle = await slow_house.start(slow_house.group(SELL, SHORT))
        view = await slow_house.shows(handle, stuck)
        slow_house.misbehave()
        await slow_house.tell(
            handle, wire.RETRY, RetryCommand(actor="ann", client_ref=str(view.operations[0].client_ref))
        )
        result = await slow_house.ends(handle)

    assert result.status is GroupStatus.ROLLED_BACK


async def test_an_undo_past_its_budget_asks_for_an_operator_and_goes_on_trying(house: House) -> None:
    house.misbehave(*STUCK_UNDO)

    async with house.working():
        handle = await house.start(house.group(SELL, SHORT))
        view = await house.shows(handle, lambda view: view.needs_operator)
        house.misbehave()
        result = await house.ends(handle)

    assert view.reason == "the undo of sell does not succeed"
    assert result.status is GroupStatus.ROLLED_BACK


async def test_accepting_one_operations_exposure_undoes_the_others(house: House) -> None:
    house.misbehave({"behaviour": "refuse", "operation_id": "short"})
    accept: dict[str, Any] = {"actor": "ann", "outcome": ResolvedOutcome.ACCEPTED, "operation_id": "send-out"}

    async with house.working():
        handle = await house.start(house.group(STAKE, SEND_OUT, SHORT))
        await house.shows(handle, lambda view: view.needs_operator)
        await house.tell(handle, wire.RESOLVE_UPDATE, ResolveCommand.model_validate(accept))
        result = await house.ends(handle)

    assert result.status is GroupStatus.PARTIAL
    assert set(result.residual_deltas) == {"kraken:BaseToken:ETH", "wallet:BaseToken:ETH"}
    assert house.seen.orders()[-1] == "stake rollback closed"


async def test_a_command_that_comes_with_the_start_is_taken(house: House) -> None:
    async with house.working():
        handle, receipt = await house.start_with(house.group(*CARRY), wire.CANCEL, CancelCommand(actor="ann"))
        result = await house.ends(handle)

    assert receipt.message == "cancel taken"
    assert result.status is GroupStatus.FAILED


async def test_once_the_verdict_is_taken_every_command_is_refused(house: House) -> None:
    async with house.working():
        handle = await house.start(house.group(SELL))
        await house.ends(handle)
        with pytest.raises(Exception, match="workflow execution already completed"):
            await house.tell(handle, wire.CANCEL, CancelCommand(actor="ann"))


async def test_the_answer_to_a_command_tells_where_the_group_stands(house: House) -> None:
    gate = house.gated("binance", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL))
        await gate.reached()
        receipt = await house.tell(handle, wire.PAUSE, PAUSE)
        await house.tell(handle, wire.RESUME, RESUME)
        gate.opens.set()
        await house.ends(handle)

    assert receipt == CommandReceipt(message="pause taken", status=GroupStatus.RUNNING)
