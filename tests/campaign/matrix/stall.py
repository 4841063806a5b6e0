"""What a group that has not ended in time is waiting for, in the server's own words."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import PendingActivityState, PendingWorkflowTaskState
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo, PendingWorkflowTaskInfo
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError

ANSWER_S = 10.0
"""A server that takes longer is itself what is waited for."""
FAILURE_MAX = 200
HISTORY = "history.json"


async def stall(client: Client, workflow_id: str, folder: Path) -> str:
    """Tell what a run waits for, and leave its history in `folder`. A server that does not answer is an answer too."""
    handle = client.get_workflow_handle(workflow_id)
    try:
        async with asyncio.timeout(ANSWER_S):
            described = (await handle.describe()).raw_description
            history = await handle.fetch_history()
    except (RPCError, TimeoutError) as silent:
        return f"{workflow_id}: the server does not say what it waits for: {silent or 'no answer'}"
    _keep(history, folder)
    waits = ", ".join(reasons(described, history.events, datetime.now(UTC)))
    return f"{workflow_id} waits for {waits or 'nothing that the server knows of'}"


def _keep(history: WorkflowHistory, folder: Path) -> None:
    (folder / HISTORY).write_text(history.to_json(), "utf-8")


def reasons(
    described: DescribeWorkflowExecutionResponse, events: Iterable[HistoryEvent], now: datetime
) -> Iterator[str]:
    """Yield whatever may still move a run: its task, its activities, its timers."""
    if described.HasField("pending_workflow_task"):
        yield _task(described.pending_workflow_task, now)
    for activity in described.pending_activities:
        yield _activity(activity, now)
    yield from _timers(events, now)


def _task(task: PendingWorkflowTaskInfo, now: datetime) -> str:
    state = PendingWorkflowTaskState.Name(task.state).rpartition("_")[2].lower()
    return f"a workflow task (attempt {task.attempt}, {state}, scheduled {_ago(task.scheduled_time, now)})"


def _activity(activity: PendingActivityInfo, now: datetime) -> str:
    state = PendingActivityState.Name(activity.state).removeprefix("PENDING_ACTIVITY_STATE_").lower()
    told = [f"attempt {activity.attempt}", state.replace("_", " ")]
    if activity.HasField("last_started_time"):
        told.append(f"last begun {_ago(activity.last_started_time, now)}")
    if activity.HasField("next_attempt_schedule_time"):
        told.append(f"next try {_until(activity.next_attempt_schedule_time.ToDatetime(UTC), now)}")
    if activity.HasField("last_failure"):
        told.append(f"last failure: {activity.last_failure.message[:FAILURE_MAX]}")
    return f"activity {activity.activity_id} ({', '.join(told)})"


def _timers(events: Iterable[HistoryEvent], now: datetime) -> Iterator[str]:
    running: dict[str, str] = {}
    for event in events:
        if event.HasField("timer_started_event_attributes"):
            timer = event.timer_started_event_attributes
            fires = event.event_time.ToDatetime(UTC) + timer.start_to_fire_timeout.ToTimedelta()
            running[timer.timer_id] = f"a timer{_summary(event)} (fires {_until(fires, now)})"
        running.pop(event.timer_fired_event_attributes.timer_id, None)
        running.pop(event.timer_canceled_event_attributes.timer_id, None)
    yield from running.values()


def _summary(event: HistoryEvent) -> str:
    data = event.user_metadata.summary.data
    return f" {str(orjson.loads(data))!r}" if data else ""


def _ago(moment: Timestamp, now: datetime) -> str:
    return f"{(now - moment.ToDatetime(UTC)).total_seconds():.0f} s ago"


def _until(moment: datetime, now: datetime) -> str:
    left = (moment - now).total_seconds()
    return f"in {left:.0f} s" if left >= 0 else f"{-left:.0f} s overdue"
