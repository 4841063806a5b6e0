"""A group watched: silence, blocking, the end."""

import asyncio

import pytest

from allornone.client.following import Sighting, follow
from allornone.errors import NoWorkerError, UnknownGroupError
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView


def view(status: GroupStatus) -> GroupView:
    return GroupView(atomic_group_id="g", plan_hash="p", status=status, operations=())


class ScriptedClient:
    """Answers with one script entry a look, None being silence, and ends after the last."""

    def __init__(self, *script: GroupStatus | None, end: Exception | None = None) -> None:
        self._script = list(script)
        self._over = asyncio.Event()
        self._end = end

    async def status(self, group_id: str, *, timeout_s: float) -> GroupView:
        assert (group_id, timeout_s) == ("g", 3.0)
        status = self._script.pop(0)
        if not self._script:
            self._over.set()
        if status is None:
            raise NoWorkerError("nobody")
        return view(status)

    async def result(self, group_id: str) -> GroupResult:
        await self._over.wait()
        if self._end is not None:
            raise self._end
        return GroupResult(atomic_group_id=group_id, plan_hash="p", status=GroupStatus.COMPLETED, operations=())


async def seen(client: ScriptedClient) -> list[Sighting]:
    return [sighting async for sighting in follow(client, "g", every_s=0.01)]


async def test_the_last_look_has_the_result() -> None:
    looks = await seen(ScriptedClient(GroupStatus.RUNNING, GroupStatus.RUNNING))

    assert [look.result is not None for look in looks] == [False, False, True]


async def test_silence_adds_up_until_somebody_answers() -> None:
    looks = await seen(ScriptedClient(None, None, GroupStatus.RUNNING, None))

    assert looks[1].silent_s > looks[0].silent_s
    assert looks[2].silent_s == 0
    assert looks[3].view == view(GroupStatus.RUNNING)


async def test_being_blocked_adds_up_until_it_leaves() -> None:
    looks = await seen(ScriptedClient(GroupStatus.BLOCKED, GroupStatus.BLOCKED, None, GroupStatus.RUNNING))

    assert looks[0].blocked_s <= looks[1].blocked_s < looks[2].blocked_s
    assert looks[3].blocked_s == 0


async def test_a_failed_end_is_raised() -> None:
    with pytest.raises(UnknownGroupError):
        await seen(ScriptedClient(GroupStatus.RUNNING, end=UnknownGroupError("none")))
