"""A cell that does not end in time says what its group was waiting for."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import PendingActivityState, PendingWorkflowTaskState
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import (
    HistoryEvent,
    TimerCanceledEventAttributes,
    TimerFiredEventAttributes,
    TimerStartedEventAttributes,
)
from temporalio.api.sdk.v1 import UserMetadata
from temporalio.api.workflow.v1 import PendingActivityInfo, PendingWorkflowTaskInfo
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from allornone.client.start import start
from allornone.models.group import AtomicGroup
from tests.campaign import plans
from tests.campaign.matrix import trial
from tests.campaign.matrix.points import Case, Fault, Scenario
from tests.campaign.matrix.stall import HISTORY, reasons, stall
from tests.campaign.matrix.times import Times
from tests.campaign.rig.installation import rig

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 22, 21, 0, 0, tzinfo=UTC)
PATIENCE_S = 90


@activity.defn(name="refuse")
async def refuse() -> None:
    raise ApplicationError("no room at the inn")


@workflow.defn(name="Waiting")
class Waiting:
    """Waits for an activity that fails, and for a timer."""

    @workflow.run
    async def run(self) -> None:
        again = RetryPolicy(initial_interval=HOUR)
        lodging = workflow.start_activity(
            refuse, activity_id="lodging:1", start_to_close_timeout=HOUR, retry_policy=again
        )
        await asyncio.gather(lodging, workflow.sleep(HOUR, summary="paused"))


async def failed(handle: WorkflowHandle[Waiting, None]) -> None:
    """Wait until the activity's first attempt is over."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            pending = (await handle.describe()).raw_description.pending_activities
            if pending and pending[0].HasField("last_failure"):
                return
            await asyncio.sleep(0.05)


async def test_a_run_waits_for_its_activity_and_its_timer(client: Client, task_queue: str, tmp_path: Path) -> None:
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=[Waiting],
        activities=[refuse],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        handle = await client.start_workflow(Waiting.run, id=f"waiting-{task_queue}", task_queue=task_queue)
        await failed(handle)
        told = await stall(client, handle.id, tmp_path)
        await handle.terminate()

    assert re.sub(r"\d+ s", "N s", told) == (
        f"waiting-{task_queue} waits for "
        "activity lodging:1 (attempt 2, scheduled, next try in N s, last failure: no room at the inn), "
        "a timer 'paused' (fires in N s)"
    )


async def test_a_run_without_a_worker_waits_for_its_task_and_leaves_its_history(
    client: Client, task_queue: str, tmp_path: Path
) -> None:
    handle = await client.start_workflow(Waiting.run, id=f"alone-{task_queue}", task_queue=task_queue)

    told = await stall(client, handle.id, tmp_path)
    await handle.terminate()

    assert re.sub(r"\d+ s", "N s", told) == (
        f"alone-{task_queue} waits for a workflow task (attempt 1, scheduled, scheduled N s ago)"
    )
    kept = WorkflowHistory.from_json(handle.id, (tmp_path / HISTORY).read_text("utf-8"))
    assert [event.event_id for event in kept.events] == [1, 2]


async def test_a_run_that_the_server_does_not_know_is_told_of_as_such(client: Client, tmp_path: Path) -> None:
    told = await stall(client, "nobody", tmp_path)

    assert told.startswith("nobody: the server does not say what it waits for: ")
    assert not (tmp_path / HISTORY).exists()


def test_of_timers_only_those_that_run_are_waited_for() -> None:
    history = [
        started("1", "before looking again", -90, 60),
        HistoryEvent(timer_fired_event_attributes=TimerFiredEventAttributes(timer_id="1")),
        started("2", "paused", -80, 900),
        HistoryEvent(timer_canceled_event_attributes=TimerCanceledEventAttributes(timer_id="2")),
        started("3", "before the last look", -70, 60),
        started("4", "", -1, 178),
    ]

    assert told(history=history) == ["a timer 'before the last look' (fires 10 s overdue)", "a timer (fires in 177 s)"]


def test_an_attempt_under_way_is_told_with_its_worker_and_a_task_with_its_attempt() -> None:
    under_way = PendingActivityInfo(
        activity_id="rollback:sell:1",
        state=PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
        attempt=1,
        last_started_time=moment(-58),
    )
    failing = PendingActivityInfo(
        activity_id="record:end",
        state=PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED,
        attempt=4,
        last_failure=Failure(message="x" * 500),
    )
    task = PendingWorkflowTaskInfo(
        state=PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED, attempt=7, scheduled_time=moment(-3)
    )
    described = DescribeWorkflowExecutionResponse(pending_activities=[under_way, failing], pending_workflow_task=task)

    assert told(described) == [
        "a workflow task (attempt 7, started, scheduled 3 s ago)",
        "activity rollback:sell:1 (attempt 1, started, last begun 58 s ago)",
        f"activity record:end (attempt 4, cancel requested, last failure: {'x' * 200})",
    ]


async def test_a_cell_past_its_bound_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def started_too_late(client: Client, task_queue: str, plan: AtomicGroup) -> None:
        await start(client, task_queue, plan)
        await paused(client, plan.atomic_group_id)
        raise TimeoutError

    def far_deadline(_pace: float) -> Times:
        return Times(600, 30, 30, 0, bound_s=90)

    monkeypatch.setattr(trial, "start", started_too_late)
    monkeypatch.setattr(trial, "alone", far_deadline)
    async with rig(plans.FAULTS) as installed:
        cell = trial.Trial(installed, Case("1.undo.p0", Fault.NONE, Scenario.DEADLINE), 1)
        finding = await cell.run()
        (said,) = [path.read_text("utf-8") for path in cell.folder.glob("*.txt")]

    assert finding.broken == ("E2: 0 end records",)
    assert re.sub(r"in \d+ s", "in N s", finding.odd[0]) == (
        "not ended after 90 s, cell-00001 waits for a timer 'paused' (fires in N s)"
    )
    assert said.count("Current thread") == 1


async def paused(client: Client, group_id: str) -> None:
    """Wait until a group waits, and does nothing else."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            history = await client.get_workflow_handle(group_id).fetch_history()
            if history.events[-1].HasField("timer_started_event_attributes"):
                return
            await asyncio.sleep(0.05)


def told(described: DescribeWorkflowExecutionResponse | None = None, history: Sequence[HistoryEvent] = ()) -> list[str]:
    return list(reasons(described or DescribeWorkflowExecutionResponse(), history, NOW))


def moment(seconds: int) -> Timestamp:
    return Timestamp(seconds=int(NOW.timestamp()) + seconds)


def started(timer_id: str, summary: str, seconds: int, lasts: int) -> HistoryEvent:
    named = UserMetadata(summary=Payload(data=f'"{summary}"'.encode())) if summary else None
    attributes = TimerStartedEventAttributes(timer_id=timer_id, start_to_fire_timeout=Duration(seconds=lasts))
    return HistoryEvent(event_time=moment(seconds), timer_started_event_attributes=attributes, user_metadata=named)
