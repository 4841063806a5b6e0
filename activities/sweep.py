"""The sweep: finds groups that lost their workflow before their end, and effects that appeared after one."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.desk import Desk
from activities.operations import server_clock
from activities.sweep_late import LateEffect, late_effects, record_late
from allornone import wire
from allornone.client.start import start
from allornone.eventlog import EventLog, GroupTrace
from allornone.events import GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.ids import event_id
from allornone.units import UtcTime
from allornone.venues import Venue

_GONE = {
    WorkflowExecutionStatus.FAILED: "its workflow failed",
    WorkflowExecutionStatus.CANCELED: "its workflow was cancelled from outside",
    WorkflowExecutionStatus.TERMINATED: "its workflow was terminated",
    WorkflowExecutionStatus.TIMED_OUT: "its workflow timed out",
}


class SweepTask(BaseModel):
    """When the last sweep was, None where there was none: what has become due since then is looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: UtcTime | None = None


class SweepAnswer(BaseModel):
    """What this sweep found, and when it was: groups without a workflow, and the runs of late effects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    abandoned: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    swept_at: UtcTime | None = None


class SweepActivities:
    """Compares the event log with Temporal, and with what the venues show."""

    def __init__(self, client: Client, log: EventLog, venues: Mapping[str, Venue]) -> None:
        self._client = client
        self._log = log
        self._venues = venues

    @activity.defn(name=wire.SWEEP)
    async def sweep_groups(self, task: SweepTask = SweepTask()) -> SweepAnswer:  # noqa: B008 (frozen)
        """Record what is found, once, and start a run for each late effect. May be called again."""
        desk = Desk(self._venues, self._log, server_clock(), os.getpid())
        swept_at = desk.now()
        abandoned = await self._abandoned()
        late = await late_effects(desk, task.before)
        for each in late:
            await record_late(desk, each)
            await self._start(each, desk.now())
        return SweepAnswer(
            abandoned=abandoned, late=tuple(each.plan.atomic_group_id for each in late), swept_at=swept_at
        )

    async def _start(self, late: LateEffect, now: datetime) -> None:
        """Put a late effect before an operator: a run of its own on this queue, whose workers can ask its venue."""
        try:
            await start(self._client, activity.info().task_queue, late.plan, late.carried(now))
        except WorkflowAlreadyStartedError:
            return

    async def _abandoned(self) -> tuple[str, ...]:
        """Record `abandoned` for each group whose workflow ended without an end record."""
        found: list[str] = []
        for group_id in await self._log.open_groups():
            reason = await self._gone(group_id)
            if reason is not None:
                await self._record(group_id, await self._log.group(group_id), reason)
                found.append(group_id)
        return tuple(found)

    async def _gone(self, group_id: str) -> str | None:
        try:
            described = await self._client.get_workflow_handle(group_id).describe()
        except RPCError as problem:
            if problem.status is RPCStatusCode.NOT_FOUND:
                return "Temporal knows no workflow of it"
            raise
        return _GONE.get(described.status) if described.status is not None else None

    async def _record(self, group_id: str, trace: GroupTrace, reason: str) -> None:
        started = trace.started
        now = datetime.now(UTC).isoformat()
        event = GroupTransitionEvent(
            timestamp=started.timestamp if started is not None else now,
            real_utc_time=now,
            correlation_id=started.correlation_id if started is not None else "",
            pid=os.getpid(),
            atomic_group_id=group_id,
            kind=TransitionKind.ABANDONED,
            reason=reason,
            # One a life: a group that is taken up again and lost again has more records by then.
            event_id=event_id(group_id, "abandoned", started.event_id if started is not None else ""),
            simulated=started.simulated if started is not None else False,
        )
        await self._log.record((event,), trace.seq)
