"""Looks for groups that the event log has open and the server does not know, and tells a person of them.

As a worker starts, and as often as a sweep: not by the sweep, whose schedule a server that lost its database has lost
too.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.service import RPCError

from allornone.alerts.lost import alert_of_lost
from allornone.alerts.telling import Tell
from allornone.client.namespace import Namespace
from allornone.client.recovery import Fate, Found, Recovery, last_life
from allornone.client.side_by_side import side_by_side
from allornone.errors import BadGroupError, BadSettingsError
from allornone.eventlog import EventLog
from allornone.eventlog.damage import DamagedLogError
from allornone.settings import Settings
from worker.prepare import prepare

SURE_S = 5.0
"""Between two looks that must agree: a group that is being recovered is unknown for a moment."""

AGAIN_S = 10.0
"""After a look that could not be made."""

GLANCE_S = 30.0
"""How often it is asked whether the server is still the same one: its database may be lost under a worker that runs."""

_log = logging.getLogger("allornone.lost")


class LostGroups:
    """Remembers of which groups it has told. Nothing here raises what a server or a log may cause."""

    def __init__(self, client: Client, settings: Settings, log: EventLog, tell: Tell | None) -> None:
        self._client, self._settings, self._log, self._tell = client, settings, log, tell
        self._told: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Look until cancelled. A server that has become another is prepared anew: it has lost its sweep, too."""
        here = await Namespace(self._client).id()
        while True:
            if await self.look():
                await self._rest(here)
            else:
                await asyncio.sleep(AGAIN_S)
            there = await Namespace(self._client).id()
            if there not in ("", here):
                await self._prepares()
                here = there

    async def _rest(self, here: str) -> None:
        """Wait until the next look is due: at once where the server has become another."""
        rest_s = float(self._settings.sweep_every_s)
        while rest_s > 0:
            await asyncio.sleep(min(rest_s, GLANCE_S))
            rest_s -= GLANCE_S
            if await Namespace(self._client).id() not in ("", here):
                return

    async def _prepares(self) -> None:
        _log.warning("the server has become another one: its database was lost, or another one took its place")
        try:
            await prepare(self._client, self._settings)
        except (RPCError, BadSettingsError) as error:
            _log.warning("the server could not be prepared; restart this worker when it can be: %s", error)

    async def look(self) -> bool:
        """Look once, and tell of what was not told before. Returns False where it could not be seen."""
        try:
            suspects = await self._lost(await self._log.open_groups())
            if suspects:
                await asyncio.sleep(SURE_S)
                await self._told_of(await self._lost([group_id for group_id, _ in suspects]))
        except (RPCError, OSError, DamagedLogError) as error:
            _log.warning("cannot see which groups the server has lost: %s", error)
            return False
        return True

    async def _lost(self, groups: Sequence[str]) -> list[tuple[str, str]]:
        # Anew for each look: a namespace of the same name may be another one by now.
        recovery = Recovery(self._client, self._settings.task_queue, self._log)

        async def find(group_id: str) -> Found | None:
            try:
                return await recovery.find(group_id)
            except BadGroupError:
                return None

        found = {group_id: each async for group_id, each in side_by_side(groups, find)}
        lost = [each for group_id in groups if (each := found[group_id]) is not None and each.fate is Fate.LOST]
        return [(each.group_id, life.event_id) for each in lost if (life := last_life(each.events)) is not None]

    async def _told_of(self, lost: list[tuple[str, str]]) -> None:
        if not set(lost) - self._told:
            return
        alert = alert_of_lost(lost, await Namespace(self._client).id(), datetime.now(UTC))
        _log.warning("%s", alert.reason)
        if self._tell is not None:
            await self._tell(alert)
        self._told.update(lost)


@asynccontextmanager
async def looking_for_lost(
    client: Client, settings: Settings, log: EventLog, tell: Tell | None
) -> AsyncGenerator[None]:
    """Look meanwhile."""
    looking = asyncio.create_task(LostGroups(client, settings, log, tell).run())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
