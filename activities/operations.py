"""The three activities of an operation: execute, resolve, roll back. Thin: the protocol is in its own modules."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from temporalio import activity

from activities.cap import capped
from activities.desk import Desk
from activities.resolve import resolve
from activities.rollback import roll_back
from activities.send import send
from activities.tasks import OperationTask
from allornone import wire
from allornone.core.answer import Answer
from allornone.eventlog import EventLog
from allornone.halt import HaltFile
from allornone.limits import Limits
from allornone.venues import Venue


def server_clock() -> Callable[[], datetime]:
    """Return a clock that starts at the activity's start by the server, and is moved by no local clock's jump."""
    started, begun = activity.info().started_time.astimezone(UTC), time.monotonic()
    return lambda: started + timedelta(seconds=time.monotonic() - begun)


class OperationActivities:
    """Venue calls, each under the write protocol, each leaving its records in the event log."""

    def __init__(
        self,
        venues: Mapping[str, Venue],
        log: EventLog,
        *,
        limits: Limits | None = None,
        halt: HaltFile | None = None,
    ) -> None:
        self._venues = venues
        self._log = log
        self._limits = limits
        self._halt = halt

    def _desk(self) -> Desk:
        return Desk(self._venues, self._log, server_clock(), os.getpid(), self._limits, self._halt)

    @activity.defn(name=wire.EXECUTE)
    async def execute_operation(self, task: OperationTask) -> Answer:
        """Send one operation's reference, once."""
        return capped(await send(task, task.request, self._desk()))

    @activity.defn(name=wire.RESOLVE)
    async def resolve_operation(self, task: OperationTask) -> Answer:
        """Find out what became of a reference. Never sends."""
        return capped(await resolve(task, self._desk()))

    @activity.defn(name=wire.ROLLBACK)
    async def rollback_operation(self, task: OperationTask) -> Answer:
        """Send one undo's reference, once."""
        return capped(await roll_back(task, self._desk()))
