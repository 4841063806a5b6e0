"""A run whose worker died is queried at the next one, just when its timer has fired and no task has begun."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from allornone import wire
from worker.timely import TimelyInstance, TimelyRunner

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Recorder(WorkflowInstance):
    """Keeps what it is activated with."""

    def __init__(self) -> None:
        self.jobs: list[str] = []
        self.asked = 0

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        self.jobs += [str(job.WhichOneof("variant")) for job in act.jobs]
        done = WorkflowActivationCompletion(run_id=act.run_id)
        done.successful.SetInParent()
        return done

    def get_serialization_context(self, command_info: Any) -> None:
        del command_info
        self.asked += 1

    def get_external_store_context(self, command_info: Any) -> Any:
        del command_info
        self.asked += 1

    def get_info(self) -> workflow.Info:
        raise NotImplementedError


def activation(job: str, *, second: int, length: int, replaying: bool = False) -> WorkflowActivation:
    """An activation with one job, as the core would make it."""
    act = WorkflowActivation(run_id="run", is_replaying=replaying, history_length=length)
    act.timestamp.FromDatetime(NOON + timedelta(seconds=second))
    one = WorkflowActivationJob()
    getattr(one, job).SetInParent()
    act.jobs.append(one)
    return act


@pytest.fixture
def recorder() -> Recorder:
    """What stands behind the guard."""
    return Recorder()


@pytest.fixture
def run(recorder: Recorder) -> TimelyInstance:
    """A run that was replayed up to its last task: eight events, at second 2."""
    guarded = TimelyInstance(recorder)
    guarded.activate(activation("initialize_workflow", second=0, length=3, replaying=True))
    guarded.activate(activation("fire_timer", second=2, length=8, replaying=True))
    recorder.jobs.clear()
    return guarded


def test_events_that_come_with_a_query_at_the_time_of_the_last_task_are_refused(
    run: TimelyInstance, recorder: Recorder
) -> None:
    answer = run.activate(activation("fire_timer", second=2, length=14))

    assert answer.failed.failure.message == wire.ASK_AGAIN
    assert answer.run_id == "run"
    assert recorder.jobs == []


def test_events_with_a_task_of_their_own_are_passed_on(run: TimelyInstance, recorder: Recorder) -> None:
    answer = run.activate(activation("fire_timer", second=5, length=15))

    assert answer.HasField("successful")
    assert recorder.jobs == ["fire_timer"]


def test_what_is_replayed_is_passed_on_whatever_its_time(run: TimelyInstance, recorder: Recorder) -> None:
    run.activate(activation("fire_timer", second=2, length=14, replaying=True))

    assert recorder.jobs == ["fire_timer"]


def test_a_second_activation_of_one_task_is_passed_on(run: TimelyInstance, recorder: Recorder) -> None:
    run.activate(activation("fire_timer", second=5, length=15))
    run.activate(activation("resolve_activity", second=5, length=15))

    assert recorder.jobs == ["fire_timer", "resolve_activity"]


def test_queries_are_always_answered(run: TimelyInstance, recorder: Recorder) -> None:
    run.activate(activation("query_workflow", second=2, length=14, replaying=True))
    run.activate(activation("query_workflow", second=2, length=20))

    assert recorder.jobs == ["query_workflow", "query_workflow"]


def test_a_run_is_not_asked_how_to_write_a_payload(run: TimelyInstance, recorder: Recorder) -> None:
    assert run.get_serialization_context(None) is None
    assert run.get_external_store_context(None).target is None
    assert recorder.asked == 0


class Recording(WorkflowRunner):
    """Makes nothing but recorders, of whatever it is told."""

    def __init__(self) -> None:
        self.made: list[Recorder] = []

    def prepare_workflow(self, defn: "workflow._Definition") -> None:
        del defn

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        del det
        self.made.append(Recorder())
        return self.made[-1]


def test_every_run_of_a_timely_runner_is_guarded() -> None:
    behind = Recording()
    run = TimelyRunner(behind).create_instance(cast("WorkflowInstanceDetails", None))
    run.activate(activation("initialize_workflow", second=0, length=3))

    run.activate(activation("fire_timer", second=0, length=14))

    assert behind.made[0].jobs == ["initialize_workflow"]
