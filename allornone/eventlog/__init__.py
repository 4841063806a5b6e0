"""The event log: the record of everything, and the permit for every send."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from allornone.eventlog.trace import Effects, EndedGroup, GroupTrace, Permit, Recorded, ReferenceTrace, SentReference
from allornone.events import Event
from allornone.events.delta import ExecutionDeltaEvent
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent


class EventLog(Protocol):
    """What activities need of a log. Each call returns only when what it wrote is on disk.

    Writes are serialised over every process that shares the log. A write that cannot be made durable raises
    OSError, and then nothing may be sent.
    """

    @property
    def directory(self) -> Path:
        """The folder under which the log keeps its `events/`."""
        ...

    async def intend(self, intent: OperationExecutionEvent, known_seq: int) -> Permit:
        """Write the `pending` record of a reference, unless the reference has one or is revoked.

        Looked at in this order, under one lock: a later record of the group (superseded), an intent (found),
        a revocation (revoked). Only the caller that is told `written` may send.
        """
        ...

    async def revoke(self, revocation: GroupTransitionEvent, known_seq: int) -> ReferenceTrace:
        """Write `revoked` for a reference, once, and return all that is known of it. May be called again."""
        ...

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        """Write events in order, each once by its `event_id`. May be called again.

        `in_flight` is the reference whose records the group's workflow may not have seen yet: they are its own.
        The same id with other facts is kept too, as a `conflict` transition.
        """
        ...

    async def settle(self, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
        """Write the outcome of a reference, and before it what `effects` makes of what is known. May be called again.

        Both under one lock, so that two who settle one reference at once do not both record the whole.
        """
        ...

    async def reference(self, group_id: str, client_ref: str) -> ReferenceTrace:
        """Return all that is recorded of a reference."""
        ...

    async def group(self, group_id: str) -> GroupTrace:
        """Return where the log stands with a group."""
        ...

    async def history(self, group_id: str) -> tuple[Event, ...]:
        """Return every event of a group in the order of `seq`: of one never heard of, none."""
        ...

    async def open_groups(self) -> tuple[str, ...]:
        """Return the groups that were started and have neither an end record nor were found abandoned since."""
        ...

    async def ended_groups(self, since: datetime) -> tuple[EndedGroup, ...]:
        """Return the groups whose end was recorded at `since` or later, the newest end first."""
        ...

    async def references(self, group_id: str) -> tuple[SentReference, ...]:
        """Return the references that a group which has ended had an intent of, in the order of their first records."""
        ...


__all__ = [
    "AtomicOperationGroupEvent",
    "Effects",
    "EndedGroup",
    "Event",
    "EventLog",
    "ExecutionDeltaEvent",
    "GroupTrace",
    "GroupTransitionEvent",
    "OperationExecutionEvent",
    "Permit",
    "Recorded",
    "ReferenceTrace",
    "SentReference",
]
