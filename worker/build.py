"""The composition root: which workflows and activities one worker runs, and on what."""

from collections.abc import Mapping
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.operations import OperationActivities
from activities.records import RecordActivities
from activities.sweep import SweepActivities
from allornone.client.identity import worker_identity
from allornone.client.namespace import Namespace
from allornone.eventlog import EventLog
from allornone.halt import HaltFile
from allornone.settings import Settings
from allornone.venues import Venue
from worker.timely import TimelyRunner
from workflows.atomic_group import AtomicGroupWorkflow
from workflows.group_sweep import GroupSweepWorkflow
from workflows.options import DRAIN

STICKY_TIMEOUT = timedelta(seconds=1)
"""How long a group waits for the worker that knows it before any other may go on with it."""

PASSED_THROUGH = ("activities", "allornone", "orjson", "workflows", "yaml")
"""Modules that workflows share with the worker: importing them anew for every group costs ten times the work."""


def build_worker(client: Client, settings: Settings, venues: Mapping[str, Venue], log: EventLog) -> Worker:
    """Return a worker, not started. Whoever runs it has registered the search attributes."""
    operations = OperationActivities(venues, log, limits=settings.limits, halt=HaltFile(settings.data_dir))
    records = RecordActivities(venues, log, limits=settings.limits, namespace=Namespace(client).id)
    sweep = SweepActivities(client, log, venues)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[AtomicGroupWorkflow, GroupSweepWorkflow],
        activities=[
            operations.execute_operation,
            operations.resolve_operation,
            operations.rollback_operation,
            records.record_group_event,
            sweep.sweep_groups,
        ],
        workflow_runner=TimelyRunner(sandbox()),
        identity=worker_identity(settings.log_dir),
        max_concurrent_activities=settings.max_concurrent_activities,
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
        graceful_shutdown_timeout=DRAIN,
    )


def sandbox() -> SandboxedWorkflowRunner:
    """Return the runner that workers, tests and the replayer share."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
