"""A group watched until its end: how it stands, since when nobody answers, since when it is blocked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from allornone.errors import NoWorkerError
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView

Clock = Callable[[], float]


class Followed(Protocol):
    """What following needs of a client."""

    async def status(self, group_id: str, *, timeout_s: float) -> GroupView:
        """Return how the group stands. Raises NoWorkerError when no worker answers in time."""
        ...

    async def result(self, group_id: str) -> GroupResult:
        """Wait for the end."""
        ...


QUERY_TIMEOUT_S = 3.0
"""Short, so that a missing worker is noticed and said within 10 s."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look. `view` is the last that a worker gave, None before the first; the last look has `result`."""

    view: GroupView | None
    result: GroupResult | None = None
    silent_s: float = 0.0
    blocked_s: float = 0.0


async def follow(client: Followed, group_id: str, *, every_s: float = 0.25) -> AsyncIterator[Sighting]:
    """Yield looks at the group, the last one with its result. The end itself is seen at once, not at a look.

    Raises what `GroupClient.result` raises. Stopping to iterate leaves the group alone.
    """
    ending = asyncio.ensure_future(client.result(group_id))
    try:
        watch = _Watch(asyncio.get_running_loop().time)
        while not ending.done():
            yield watch.saw(await _look(client, group_id, ending))
            await asyncio.wait({ending}, timeout=every_s)
        yield Sighting(watch.view, await ending)
    finally:
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)


async def _look(client: Followed, group_id: str, ending: asyncio.Future[GroupResult]) -> GroupView | None:
    """Ask once, unless the end comes first."""
    asking = asyncio.ensure_future(client.status(group_id, timeout_s=QUERY_TIMEOUT_S))
    either: tuple[asyncio.Future[GroupView], asyncio.Future[GroupResult]] = (asking, ending)
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not asking.done():
        asking.cancel()
    (answer,) = await asyncio.gather(asking, return_exceptions=True)
    if isinstance(answer, GroupView):
        return answer
    if isinstance(answer, NoWorkerError | asyncio.CancelledError):
        return None
    raise answer


class _Watch:
    """Remembers since when it has been silent, and since when blocked."""

    def __init__(self, now: Clock) -> None:
        self.view: GroupView | None = None
        self._now = now
        self._answered = now()
        self._unblocked = now()

    def saw(self, view: GroupView | None) -> Sighting:
        """Add one look; None means that nobody answered."""
        now = self._now()
        if view is not None:
            self.view, self._answered = view, now
        if self.view is None or self.view.status is not GroupStatus.BLOCKED:
            self._unblocked = now
        return Sighting(self.view, silent_s=now - self._answered, blocked_s=now - self._unblocked)
