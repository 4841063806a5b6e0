"""A worker of both sides, to be killed or frozen: `python -m tests.textbook.worker`.

Its arguments are Temporal's address, the task queue, and the folder of either side. It takes one activity
at a time, and so asks for none while it is frozen in one: what it holds then is what the test is about.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

import workflows.calls
from activities.operations import OperationActivities
from activities.records import RecordActivities
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.venues import Venue
from allornone.venues.paper import PAPER_VENUES, PaperWorld
from tests.textbook.exchange import Exchange
from tests.textbook.moments import Moments
from tests.textbook.saga import SagaWorkflow
from tests.textbook.watched import WatchedVenue
from worker.build import sandbox
from workflows.atomic_group import AtomicGroupWorkflow

SOON = timedelta(seconds=4)
"""For every timeout: a dead worker is given up after it, and what it may have sent expires."""

HURRIED = ("SEND_TIMEOUT", "LOOK_TIMEOUT", "RECORD_TIMEOUT", "SEND_WINDOW")


def hurry() -> None:
    """Set the workflow's timeouts; in the test's own process a fixture does so, and takes it back."""
    for name in HURRIED:
        setattr(workflows.calls, name, SOON)


async def work(target: str, task_queue: str, folder: Path) -> None:
    """Work until killed."""
    client = await Client.connect(target, data_converter=pydantic_data_converter)
    moments, world = Moments(folder), PaperWorld(folder)
    venues: dict[str, Venue] = {name: WatchedVenue(world.venue(name), moments) for name in PAPER_VENUES}
    log, exchange = JsonlEventLog(folder / "logs"), Exchange(folder)
    operations, records = OperationActivities(venues, log), RecordActivities(venues, log)
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=[AtomicGroupWorkflow, SagaWorkflow],
        activities=[
            operations.execute_operation,
            operations.resolve_operation,
            operations.rollback_operation,
            records.record_group_event,
            exchange.do,
            exchange.undo,
        ],
        workflow_runner=sandbox(),
        max_concurrent_activities=1,
        max_cached_workflows=0,
        max_concurrent_workflow_task_polls=1,
        max_concurrent_activity_task_polls=1,
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    hurry()
    asyncio.run(work(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
