"""One command for many groups."""

import asyncio

import pytest

from allornone.client.bulk import Told, tell_all
from allornone.client.side_by_side import AT_ONCE, side_by_side
from allornone.errors import CommandRefusedError, NoWorkerError
from allornone.models.commands import CommandReceipt
from allornone.models.group import GroupStatus

RECEIPT = CommandReceipt(message="cancel taken", status=GroupStatus.BLOCKED)


async def all_told(group_ids: list[str], silent: frozenset[str] = frozenset()) -> dict[str, str]:
    async def tell(group_id: str) -> CommandReceipt:
        if group_id in silent:
            raise NoWorkerError("nobody answers")
        if group_id.startswith("ended"):
            raise CommandRefusedError("it has ended")
        return RECEIPT

    told: list[Told] = [each async for each in tell_all(group_ids, tell)]
    return {each.atomic_group_id: f"{each.reception.value}: {each.message}" for each in told}


async def test_a_refusal_stops_no_other_group() -> None:
    assert await all_told(["ended-1", "g-1", "ended-2", "g-2"]) == {
        "ended-1": "refused: it has ended",
        "g-1": "taken: cancel taken",
        "ended-2": "refused: it has ended",
        "g-2": "taken: cancel taken",
    }


async def test_a_group_that_does_not_answer_stops_no_other() -> None:
    assert await all_told(["g-1", "g-2", "g-3"], frozenset({"g-2"})) == {
        "g-1": "taken: cancel taken",
        "g-2": "unanswered: nobody answers",
        "g-3": "taken: cancel taken",
    }


async def test_where_nobody_answers_the_first_no_other_is_told() -> None:
    with pytest.raises(NoWorkerError, match="nobody answers; no other group was told anything"):
        await all_told(["g-1", "g-2"], frozenset({"g-1"}))


async def test_no_group_is_no_trouble() -> None:
    assert await all_told([]) == {}


async def test_never_more_at_once_than_a_server_bears() -> None:
    under_way, most = 0, 0

    async def work(number: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return number * 2

    done = [each async for each in side_by_side(range(50), work)]

    assert sorted(done) == [(number, number * 2) for number in range(50)]
    assert most == AT_ONCE
