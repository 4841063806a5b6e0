"""A halt with groups running: nothing new is sent once it is set, undos go on, and all goes on when it is lifted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from allornone import wire
from allornone.models.commands import CancelCommand
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView
from tests.plans import CARRY, SELL, group
from tests.workflows.house import PATIENCE_S, Handle, House

GROUPS = 8


def halts(house: House) -> None:
    """Set a halt as the command does."""
    house.halt.stand("ann", "odd quotes", datetime.now(UTC))
    assert house.halt.settled(PATIENCE_S)


def is_halted(view: GroupView) -> bool:
    return view.reason.startswith("halted: ann: odd quotes")


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)


async def count(house: House, orders: int) -> bool:
    return len(house.seen.orders()) >= orders


async def tried(house: House, handle: Handle) -> bool:
    return "execute:sell:1:halted-1" in await house.activities(handle)


async def several(house: House) -> list[Handle]:
    return [await house.start(group(f"{house.group_id}-{number}", *CARRY)) for number in range(GROUPS)]


async def test_once_a_halt_is_set_nothing_new_is_sent_until_it_is_lifted(slow_house: House) -> None:
    async with slow_house.working():
        handles = await several(slow_house)
        await until(lambda: count(slow_house, GROUPS))
        await asyncio.to_thread(halts, slow_house)
        sent = slow_house.seen.orders()
        late = await slow_house.start(slow_house.group(*CARRY))
        shown = [await slow_house.shows(each, is_halted) for each in (*handles, late)]
        still = slow_house.seen.orders()
        slow_house.halt.lift()
        results = [await slow_house.ends(each) for each in (*handles, late)]

    assert len(sent) < 3 * GROUPS
    assert still == sent
    assert [view.status for view in shown] == [GroupStatus.RUNNING] * (GROUPS + 1)
    assert [result.status for result in results] == [GroupStatus.COMPLETED] * (GROUPS + 1)
    assert slow_house.seen.orders().count("sell forward closed") == GROUPS + 1
    assert len(slow_house.seen.orders()) == 3 * (GROUPS + 1)


async def test_halted_a_cancel_undoes_what_took_effect(slow_house: House) -> None:
    gate = slow_house.gated("lido", "prepare")

    async with slow_house.working():
        handle = await slow_house.start(slow_house.group(*CARRY))
        await gate.reached()
        await asyncio.to_thread(halts, slow_house)
        gate.opens.set()
        await slow_house.shows(handle, is_halted)
        await slow_house.tell(handle, wire.CANCEL, CancelCommand(actor="ann"))
        result = await slow_house.ends(handle)

    assert result.status is GroupStatus.ROLLED_BACK
    assert slow_house.seen.orders() == ["sell forward closed", "sell rollback closed"]


async def test_a_halted_send_is_tried_under_an_id_of_its_own_each_time(slow_house: House) -> None:
    await asyncio.to_thread(halts, slow_house)

    async with slow_house.working():
        handle = await slow_house.start(slow_house.group(SELL))
        await until(lambda: tried(slow_house, handle))
        slow_house.halt.lift()
        result = await slow_house.ends(handle)

    assert result.status is GroupStatus.COMPLETED
    tries = [each for each in await slow_house.activities(handle) if each.startswith("execute:")]
    assert tries[:2] == ["execute:sell:1", "execute:sell:1:halted-1"]
    assert slow_house.seen.orders() == ["sell forward closed"]
