"""An event log that tells of what it records, where a person should hear of it, and of what it cannot record."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from allornone.alerts.alert import Alert, alert_of
from allornone.alerts.refused import alert_of_refusal
from allornone.eventlog import (
    Effects,
    EndedGroup,
    Event,
    EventLog,
    GroupTrace,
    GroupTransitionEvent,
    OperationExecutionEvent,
    Permit,
    Recorded,
    ReferenceTrace,
    SentReference,
)

Answer = TypeVar("Answer")
Tell = Callable[[Alert], Awaitable[None]]


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class TellingLog:
    """An `EventLog` around another. `tell` is awaited after the record is on disk and must neither fail nor wait long.

    The same record again tells again: `tell` knows an alert that was delivered by its `event_id`. A write that the log
    refuses is told once an hour, since nothing may be there to remember it by: its disk is full, or broken.
    """

    def __init__(self, log: EventLog, tell: Tell, now: Callable[[], datetime] = _wall_clock) -> None:
        self._log = log
        self._tell = tell
        self._now = now
        self._refusal = ""

    @property
    def directory(self) -> Path:
        """The folder under which the log keeps its `events/`."""
        return self._log.directory

    async def intend(self, intent: OperationExecutionEvent, known_seq: int) -> Permit:
        """See `EventLog.intend`."""
        return await self._kept(intent.atomic_group_id, self._log.intend(intent, known_seq))

    async def revoke(self, revocation: GroupTransitionEvent, known_seq: int) -> ReferenceTrace:
        """See `EventLog.revoke`."""
        return await self._kept(revocation.atomic_group_id, self._log.revoke(revocation, known_seq))

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        """See `EventLog.record`. A group that is superseded is blocked too, though not in this log's records."""
        group_id = events[0].atomic_group_id if events else None
        recorded = await self._kept(group_id, self._log.record(events, known_seq, in_flight))
        await self._call((*events, *recorded.conflicts))
        return recorded

    async def settle(self, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
        """See `EventLog.settle`."""
        recorded = await self._kept(outcome.atomic_group_id, self._log.settle(outcome, effects, known_seq))
        await self._call(recorded.conflicts)
        return recorded

    async def _call(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if (alert := alert_of(event)) is not None:
                await self._tell(alert)

    async def _kept(self, group_id: str | None, writing: Awaitable[Answer]) -> Answer:
        try:
            return await writing
        except OSError as error:
            alert = alert_of_refusal(self.directory, group_id or "", error, self._now())
            if alert.event_id != self._refusal:
                self._refusal = alert.event_id
                await self._tell(alert)
            raise

    async def reference(self, group_id: str, client_ref: str) -> ReferenceTrace:
        """See `EventLog.reference`."""
        return await self._log.reference(group_id, client_ref)

    async def group(self, group_id: str) -> GroupTrace:
        """See `EventLog.group`."""
        return await self._log.group(group_id)

    async def history(self, group_id: str) -> tuple[Event, ...]:
        """See `EventLog.history`."""
        return await self._log.history(group_id)

    async def open_groups(self) -> tuple[str, ...]:
        """See `EventLog.open_groups`."""
        return await self._log.open_groups()

    async def ended_groups(self, since: datetime) -> tuple[EndedGroup, ...]:
        """See `EventLog.ended_groups`."""
        return await self._log.ended_groups(since)

    async def references(self, group_id: str) -> tuple[SentReference, ...]:
        """See `EventLog.references`."""
        return await self._log.references(group_id)
