"""The groups whose histories are recorded: every ending, and every way there that takes other steps."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal

from allornone import wire
from allornone.client.recovery import Recovery
from allornone.client.start import start
from allornone.models.commands import (
    CancelCommand,
    PauseCommand,
    ResolveCommand,
    ResolvedOutcome,
    ResumeCommand,
    RetryCommand,
)
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import GroupResult
from tests.plans import CARRY, SELL, SEND_OUT, STAKE
from tests.workflows.house import Handle, House
from tests.workflows.sweeping import deleted, has_recorded, waits_for_an_operator

Scenario = Callable[[House], Awaitable[Handle]]
REFUSED_THIRD = {"behaviour": "refuse", "venue": "binance.usdm"}
ANSWER_LOST = {"behaviour": "lose_answer", "operation_id": "sell"}
CANCEL = CancelCommand(actor="ann", reason="changed my mind")


async def completed(house: House) -> Handle:
    return await _ended(house, house.group(*CARRY))


async def rolled_back(house: House) -> Handle:
    house.misbehave(REFUSED_THIRD)
    return await _ended(house, house.group(*CARRY))


async def failed(house: House) -> Handle:
    house.misbehave({"behaviour": "refuse", "operation_id": "sell"})
    return await _ended(house, house.group(*CARRY))


async def partial(house: House) -> Handle:
    house.misbehave({"behaviour": "refuse", "operation_id": "sell"})
    return await _ended(house, house.group(SEND_OUT, SELL, policy={"accept_residual": True}))


async def breach(house: House) -> Handle:
    house.misbehave({"behaviour": "drift", "operation_id": "stake", "bps": "-500"})
    return await _ended(house, house.group(*CARRY))


async def part_undone_in_parts(house: House) -> Handle:
    house.misbehave(
        {"behaviour": "partial", "operation_id": "sell", "direction": "forward", "ratio": "0.4"},
        {"behaviour": "partial", "operation_id": "sell", "direction": "rollback", "ratio": "0.5"},
    )
    return await _ended(house, house.group(SELL))


async def answer_lost(house: House) -> Handle:
    house.misbehave(ANSWER_LOST)
    return await _ended(house, house.group(*CARRY))


async def request_lost(house: House) -> Handle:
    house.misbehave({"behaviour": "lose_request", "operation_id": "sell"})
    return await _ended(house, house.group(SELL))


async def filled_late(house: House) -> Handle:
    house.misbehave({"behaviour": "open_then_fill", "operation_id": "sell", "ratio": "0.4", "delay_s": "20"})
    return await _ended(house, house.group(SELL, STAKE))


async def recalled(house: House) -> Handle:
    house.misbehave({"behaviour": "open", "operation_id": "sell", "ratio": "0.4"})
    return await _ended(house, house.group(SELL))


async def late_effect(house: House) -> Handle:
    house.misbehave(
        ANSWER_LOST,
        {"behaviour": "stale_read", "operation_id": "sell", "delay_s": "80"},
        {"behaviour": "not_sent", "operation_id": "sell", "count": "always", "direction": "forward"},
    )
    return await _ended(house, house.group(SELL))


async def simulated(house: House) -> Handle:
    return await _ended(house, house.group(*CARRY, simulated=True))


async def cancelled(house: House) -> Handle:
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await house.tell(handle, wire.CANCEL, CANCEL)
        gate.opens.set()
        await house.ends(handle)
    return handle


async def cancelled_in_temporal(house: House) -> Handle:
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await handle.cancel()
        await house.shows(handle, lambda view: view.cancelling)
        gate.opens.set()
        await house.ends(handle)
    return handle


async def cancelled_at_the_last_look(house: House) -> Handle:
    gate = house.gated("lido", "lookup")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await house.tell(handle, wire.CANCEL, CANCEL)
        gate.opens.set()
        await house.ends(handle)
    return handle


async def paused(house: House) -> Handle:
    gate = house.gated("binance", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await house.tell(handle, wire.PAUSE, PauseCommand(actor="ann"))
        gate.opens.set()
        await house.shows(handle, lambda view: view.operations[0].state == "confirmed")
        await house.tell(handle, wire.RESUME, ResumeCommand(actor="ann"))
        await house.ends(handle)
    return handle


async def halted(house: House) -> Handle:
    house.halt.stand("ann", "odd quotes", datetime(2026, 1, 5, 12, tzinfo=UTC))
    async with house.working():
        handle = await house.start(house.group(SELL))
        await house.shows(handle, lambda view: view.reason.startswith("halted: "))
        house.halt.lift()
        await house.ends(handle)
    return handle


async def resolved(house: House) -> Handle:
    house.misbehave({"behaviour": "lose_answer", "operation_id": "send-out"})
    async with house.working():
        handle = await house.start(house.group(SEND_OUT, policy={"resolve_budget_s": "100"}))
        view = await house.shows(handle, lambda view: view.needs_operator)
        seen = ResolveCommand(
            actor="ann",
            outcome=ResolvedOutcome.CONFIRMED,
            client_ref=view.operations[0].client_ref,
            actual_deltas={"kraken:ETH": Decimal(-1), "wallet:ETH": Decimal("0.999")},
        )
        await house.tell(handle, wire.RESOLVE_UPDATE, seen)
        await house.ends(handle)
    return handle


async def accepted(house: House) -> Handle:
    house.misbehave({"behaviour": "refuse", "operation_id": "sell"})
    async with house.working():
        handle = await house.start(house.group(SEND_OUT, SELL))
        await house.shows(handle, lambda view: view.status is GroupStatus.BLOCKED)
        await house.tell(handle, wire.RESOLVE_UPDATE, ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED))
        await house.ends(handle)
    return handle


async def breach_read_again(house: House) -> Handle:
    house.misbehave({"behaviour": "drift", "operation_id": "sell", "bps": "-500"})
    async with house.working():
        handle = await house.start(house.group({**SELL, "pivot": True}))
        view = await house.shows(handle, lambda view: view.status is GroupStatus.BLOCKED)
        ref = view.operations[0].client_ref
        assert ref is not None
        await house.tell(handle, wire.RETRY, RetryCommand(actor="ann", client_ref=ref))
        await house.shows(handle, lambda view: view.status is GroupStatus.BLOCKED)
        await house.tell(handle, wire.RESOLVE_UPDATE, ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED))
        await house.ends(handle)
    return handle


async def recovered(house: House) -> Handle:
    house.misbehave(ANSWER_LOST)
    gate = house.gated("binance", "lookup")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await deleted(house, handle)
        gate.opens.set()
        await _taken_up(house)
        await house.ends(_newest(house))
    return _newest(house)


async def abandoned(house: House) -> Handle:
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await handle.terminate()
        gate.opens.set()
        await has_recorded(house, "stake confirmed")
        await _taken_up(house)
        view = await waits_for_an_operator(house, handle)
        (ref,) = [each.client_ref for each in view.operations if each.client_ref]
        await house.tell(_newest(house), wire.RETRY, RetryCommand(actor="ann", client_ref=ref))
        await house.ends(_newest(house))
    return _newest(house)


async def started_again(house: House) -> Handle:
    async with house.working():
        await house.ends(await house.start(house.group(SELL)))
        await house.ends(await start(house.client, house.task_queue, house.group(SELL), again=True))
    return _newest(house)


async def _taken_up(house: House) -> None:
    recovery = Recovery(house.client, house.task_queue, house.log)
    await recovery.take_up(await recovery.find(house.group_id), actor="ann")


def _newest(house: House) -> Handle:
    return house.client.get_workflow_handle(house.group_id, result_type=GroupResult)


SCENARIOS: dict[str, Scenario] = {
    each.__name__: each
    for each in (
        completed,
        rolled_back,
        failed,
        partial,
        breach,
        part_undone_in_parts,
        answer_lost,
        request_lost,
        filled_late,
        recalled,
        late_effect,
        simulated,
        cancelled,
        cancelled_in_temporal,
        cancelled_at_the_last_look,
        paused,
        halted,
        resolved,
        accepted,
        breach_read_again,
        recovered,
        abandoned,
        started_again,
    )
}


async def _ended(house: House, plan: AtomicGroup) -> Handle:
    async with house.working():
        handle = await house.start(plan)
        await house.ends(handle)
    return handle
