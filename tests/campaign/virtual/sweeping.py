"""The real sweep in the virtual world: driven from call to call, and what it may meet between two of them."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from activities.sweep import SweepActivities, SweepAnswer, SweepTask
from allornone.core.start import Carried
from allornone.models.group import AtomicGroup
from tests.campaign.virtual.attempt import at, segment_clock
from tests.campaign.virtual.call import AskingLog, Call
from tests.campaign.virtual.world import World

Answered = tuple[Any, Exception | None]
Answer = Callable[[Call], Answered]


class SweepDiedError(Exception):
    """The worker died while it swept."""


async def _starts(client: object, queue: str, plan: AtomicGroup, carried: Carried) -> None:
    del client, queue
    await Call("start", plan, carried)


class _Silent:
    """A log of the program that nobody reads."""

    def warning(self, *said: object) -> None:
        """Say nothing."""


class _AskingForTheEnded(AskingLog):
    """The log as a sweep sees it: no group of this world lost its workflow."""

    async def open_groups(self) -> tuple[str, ...]:
        return ()


def rig(patch: pytest.MonkeyPatch) -> None:
    """Let the sweep run by hand: by the world's clock, and without a server to start runs at."""
    patch.setattr("activities.sweep.start", _starts)
    patch.setattr("activities.sweep.server_clock", lambda: segment_clock)
    context = SimpleNamespace(info=lambda: SimpleNamespace(task_queue="virtual"), logger=_Silent())
    patch.setattr("activities.sweep.activity", context)


def swept(world: World, before: datetime | None, owed: tuple[Any, ...], answer: Answer, dies_at: str) -> SweepAnswer:
    """Sweep once; `answer` answers each call. Raises SweepDiedError at the first call named `dies_at`."""
    sweep = SweepActivities(cast("Any", None), _AskingForTheEnded(), world.desk.venues)
    running: Coroutine[Any, Any, SweepAnswer] = sweep.sweep_groups(SweepTask(before=before, owed=owed))
    value, raises = None, None
    while True:
        at(world.clock)
        try:
            call = cast("Call", running.throw(raises) if raises is not None else running.send(value))
        except StopIteration as stopped:
            return cast("SweepAnswer", stopped.value)
        if call.name == dies_at:
            running.close()
            raise SweepDiedError
        value, raises = answer(call)
