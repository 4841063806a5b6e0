"""Workflow tasks on a clock that has moved: a fault of the SDK's core, kept from groups.

When a run is not in a worker's cache, a query has it replayed. If the history then ends with events that no workflow
task has taken up yet (a timer that fired while its worker was dead), the core hands them over at once, at the time of
the last task, and the run goes on from there in the next task. Whoever decides by `workflow.now()` then decides
otherwise than every later replay will, and the run can never be replayed again. Seen with temporalio 1.35.0.

What the SDK asks a run for each payload is answered here as well: a question to the sandbox runs code in it, and they
took a fifth of a worker's Python. A client with a codec or converter that goes by context would need the true answers.
"""

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from allornone import wire

_NOWHERE = StorageDriverStoreContext(target=None)


class TimelyRunner(WorkflowRunner):
    """Runs workflows as `runner` does, and refuses events that are handed over before their time."""

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner

    def prepare_workflow(self, defn: "workflow._Definition") -> None:
        """Prepare, as the other runner does."""
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Return one run's instance."""
        return TimelyInstance(self._runner.create_instance(det))

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        """Pass them on."""
        self._runner.set_worker_level_failure_exception_types(types)


class TimelyInstance(WorkflowInstance):
    """One run. What is refused fails the query, or the task, and evicts the run: the next one replays it rightly."""

    def __init__(self, instance: WorkflowInstance) -> None:
        self._instance = instance
        self._seen: tuple[int, int] | None = None

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Pass an activation on, or refuse new events at an old time."""
        if all(job.WhichOneof("variant") == "query_workflow" for job in act.jobs):
            return self._instance.activate(act)
        if self._is_premature(act):
            return _refused(act)
        self._seen = act.timestamp.ToNanoseconds(), act.history_length
        return self._instance.activate(act)

    def _is_premature(self, act: WorkflowActivation) -> bool:
        """Tell whether the history grew and the time did not: a task of its own begins at a time of its own."""
        if self._seen is None or act.is_replaying:
            return False
        now, length = self._seen
        return act.history_length > length and act.timestamp.ToNanoseconds() <= now

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        """Tell of no context: payloads read the same in each."""
        del command_info
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        """Tell of no target: payloads are stored in the history and nowhere else."""
        del command_info
        return _NOWHERE

    def get_info(self) -> workflow.Info:
        """Answer as the instance does."""
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        """Answer as the instance does."""
        return self._instance.get_thread_id()


def _refused(act: WorkflowActivation) -> WorkflowActivationCompletion:
    refused = WorkflowActivationCompletion(run_id=act.run_id)
    refused.failed.failure.message = wire.ASK_AGAIN
    refused.failed.failure.application_failure_info.SetInParent()
    return refused
