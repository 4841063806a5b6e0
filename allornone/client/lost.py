"""Open groups of the event log that the server does not know: nobody runs them, and nobody is told by the server."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from allornone.client.attention import Waiting, Witness
from allornone.client.listing import LOST, GroupSummary
from allornone.client.remembered import stood
from allornone.client.side_by_side import side_by_side
from allornone.client.views import outline
from allornone.client.workers import Poller
from allornone.core.rebuild import plan_of
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.opengroups import histories, open_groups
from allornone.events import Event
from allornone.models.result import GroupView

_UNREADABLE = "this server does not know it, and its plan in the event log is of another release"


@dataclass(frozen=True, slots=True)
class LostGroup:
    """One that the log has open and the server has never heard of. `view` is how it stood, None for a plan unread."""

    summary: GroupSummary
    view: GroupView | None

    @property
    def waiting(self) -> Waiting:
        """The group as one that waits for an operator: nothing else will take it up."""
        shown = self.view or outline(self.summary, "").model_copy(update={"reason": _UNREADABLE})
        return Waiting(self.summary, shown, Witness.EVENT_LOG, "this server does not know it")


class Knowing(Protocol):
    """What is needed of a client."""

    async def list(self, *, limit: int | None, open_only: bool) -> tuple[GroupSummary, ...]:
        """Return the groups that the server has open."""
        ...

    async def knows(self, group_id: str) -> bool:
        """Tell whether the server has heard of a group."""
        ...

    async def workers(self) -> tuple[Poller, ...]:
        """Return who polls the task queue."""
        ...


async def lost_groups(client: Knowing, log_dir: Path) -> tuple[LostGroup, ...]:
    """Return the groups that are open in the log under `log_dir` and unknown to the server, the newest first.

    None where the log is not here to be read, or is not the one that the queue's workers write.
    """
    try:
        opened = await asyncio.to_thread(open_groups, log_dir)
        if not opened or not await _is_theirs(client, log_dir):
            return ()
        missing = await _missing(client, opened)
        events = await asyncio.to_thread(histories, log_dir, missing)
    except (DamagedLogError, OSError):
        return ()  # `allornone events` says what is wrong with it
    return tuple(_lost(group_id, events[group_id]) for group_id in reversed(missing))


async def _is_theirs(client: Knowing, log_dir: Path) -> bool:
    """Tell whether the queue's workers may write the log here: another server's desk has a log of its own."""
    written = {worker.log_dir for worker in await client.workers() if worker.log_dir is not None}
    return not written or log_dir in written


async def _missing(client: Knowing, opened: Sequence[str]) -> list[str]:
    running = {group.atomic_group_id for group in await client.list(limit=None, open_only=True)}
    # The index may be a second late, and does not have the ones that ended from outside.
    doubtful = [group_id for group_id in opened if group_id not in running]
    known = {group_id: is_known async for group_id, is_known in side_by_side(doubtful, client.knows)}
    return [group_id for group_id in doubtful if not known[group_id]]


def _lost(group_id: str, events: Sequence[Event]) -> LostGroup:
    bare = GroupSummary(atomic_group_id=group_id, status=LOST, needs_operator=True)
    try:
        plan, view = plan_of(events), stood(events)
    except ValidationError:  # of a version that wrote other plans
        return LostGroup(bare, None)
    if plan is None or view is None:
        return LostGroup(bare, None)
    known = {
        "strategy": plan.strategy,
        "correlation_id": plan.correlation_id,
        "venues": plan.venues,
        "operation_count": len(plan.operations),
        "started_at": view.started_at,
    }
    return LostGroup(bare.model_copy(update=known), view)
