"""The default event log: JSON lines in one folder, shared by every worker of a host."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from allornone.eventlog import aftermath, permit, recording
from allornone.eventlog.disk import Disk
from allornone.eventlog.groupcommit import GroupCommit
from allornone.eventlog.history import history
from allornone.eventlog.index import FRESH
from allornone.eventlog.journal import Journal
from allornone.eventlog.reserve import RESERVE_BYTES
from allornone.eventlog.segments import ROTATE_BYTES
from allornone.eventlog.trace import Effects, EndedGroup, GroupTrace, Permit, Recorded, ReferenceTrace, SentReference
from allornone.events import Event
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent

Answer = TypeVar("Answer")


class JsonlEventLog:
    """An `EventLog` in `<directory>/events/`. The folder is made, with its parents.

    Every method answers when all that its answer rests on is on disk; concurrent callers share the sync. File
    work is done in a thread. Raises OSError when that cannot be: a full disk, a failed sync (after which
    every call does), or DamagedLogError, which names the file and the line. A file that has `rotate_bytes` is closed
    and another one begun. What is known of the log is kept in memory for `fresh` records, and beside the log for
    the rest.
    """

    def __init__(
        self,
        directory: Path,
        *,
        disk: Disk = Disk(),  # noqa: B008 (frozen)
        reserve_bytes: int = RESERVE_BYTES,
        rotate_bytes: int = ROTATE_BYTES,
        fresh: int = FRESH,
    ) -> None:
        self._directory = directory
        self._journal = Journal(directory, disk, reserve_bytes, rotate_bytes, fresh)
        self._commits = GroupCommit(self._journal)

    @property
    def directory(self) -> Path:
        """The folder under which the log keeps its `events/`."""
        return self._directory

    async def refresh(self) -> None:
        """Read what is there. A worker does so at its start: a damaged log stops it before any work."""
        await self._commit(lambda: None)

    async def intend(self, intent: OperationExecutionEvent, known_seq: int) -> Permit:
        """Write the `pending` record of a reference, unless it may not be sent; see `EventLog.intend`."""
        return await self._commit(lambda: permit.intend(self._journal, intent, known_seq))

    async def revoke(self, revocation: GroupTransitionEvent, known_seq: int) -> ReferenceTrace:
        """Write `revoked` for a reference, once, and return all that is known of it."""
        return await self._commit(lambda: permit.revoke(self._journal, revocation, known_seq))

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        """Write events of one group in order, each once; see `EventLog.record`."""
        return await self._commit(lambda: recording.record(self._journal, events, known_seq, in_flight))

    async def settle(self, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
        """Write an outcome, and before it what is to be recorded of its effect; see `EventLog.settle`."""
        return await self._commit(lambda: recording.settle(self._journal, outcome, effects, known_seq))

    async def reference(self, group_id: str, client_ref: str) -> ReferenceTrace:
        """Return all that is recorded of a reference."""
        return await self._commit(lambda: permit.trace(self._journal, group_id, client_ref))

    async def group(self, group_id: str) -> GroupTrace:
        """Return where the log stands with a group."""
        return await self._commit(lambda: recording.group_trace(self._journal, group_id))

    async def history(self, group_id: str) -> tuple[Event, ...]:
        """Return every event of a group in the order of `seq`: of one never heard of, none."""
        return await self._commit(lambda: history(self._journal, group_id))

    async def open_groups(self) -> tuple[str, ...]:
        """Return the groups that were started and have neither an end record nor were found abandoned since."""
        return await self._commit(self._journal.index.open_groups)

    async def ended_groups(self, since: datetime) -> tuple[EndedGroup, ...]:
        """Return the groups whose end was recorded at `since` or later, the newest end first."""
        return await self._commit(lambda: self._journal.index.ended_groups(since))

    async def references(self, group_id: str) -> tuple[SentReference, ...]:
        """Return the references that a group which has ended had an intent of, in the order of their first records."""
        return await self._commit(lambda: aftermath.references(self._journal, group_id))

    async def _commit(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.wrap_future(self._commits.submit(work))
