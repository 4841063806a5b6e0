"""The sweep: finds groups whose workflow is gone though the log has no end of theirs."""

import os
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from allornone import wire
from allornone.eventlog import EventLog, GroupTrace
from allornone.events import GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.ids import event_id

_GONE = {
    WorkflowExecutionStatus.FAILED: "its workflow failed",
    WorkflowExecutionStatus.CANCELED: "its workflow was cancelled from outside",
    WorkflowExecutionStatus.TERMINATED: "its workflow was terminated",
    WorkflowExecutionStatus.TIMED_OUT: "its workflow timed out",
}


class SweepAnswer(BaseModel):
    """The groups that this sweep found abandoned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    abandoned: tuple[str, ...] = ()


class SweepActivities:
    """Compares the event log's open groups with Temporal's."""

    def __init__(self, client: Client, log: EventLog) -> None:
        self._client = client
        self._log = log

    @activity.defn(name=wire.SWEEP)
    async def sweep_groups(self) -> SweepAnswer:
        """Record `abandoned`, once, for each group whose workflow ended without an end record. Changes nothing else."""
        found: list[str] = []
        for group_id in await self._log.open_groups():
            reason = await self._gone(group_id)
            if reason is not None:
                await self._record(group_id, await self._log.group(group_id), reason)
                found.append(group_id)
        return SweepAnswer(abandoned=tuple(found))

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
