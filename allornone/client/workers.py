"""Who polls a task queue, as the server saw it last."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import temporalio.api.enums.v1 as enums
import temporalio.api.taskqueue.v1 as taskqueue
import temporalio.api.workflowservice.v1 as workflowservice
from temporalio.client import Client

from allornone.client.identity import parse_identity

GONE_AFTER = timedelta(seconds=75)
"""A poll lasts at most 60 s and is asked again at once; the server lists the dead for minutes."""


@dataclass(frozen=True, slots=True)
class Poller:
    """A worker on the queue. `log_dir` is None for one that is not ours."""

    identity: str
    log_dir: Path | None
    last_seen: datetime


async def pollers(client: Client, task_queue: str) -> tuple[Poller, ...]:
    """Return the workers that polled `task_queue` lately. A killed one shows for a minute."""
    answer = await client.workflow_service.describe_task_queue(
        workflowservice.DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=taskqueue.TaskQueue(name=task_queue),
            task_queue_type=enums.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    since = datetime.now(UTC) - GONE_AFTER
    found = (
        Poller(
            poller.identity,
            identity.log_dir if (identity := parse_identity(poller.identity)) else None,
            poller.last_access_time.ToDatetime(UTC),
        )
        for poller in answer.pollers
    )
    return tuple(poller for poller in found if poller.last_seen >= since)


def absence(task_queue: str) -> str:
    """Say that nobody works, and what to do."""
    return (
        f"no worker polls task queue {task_queue!r}; start one with `allornone worker` (or `allornone dev`); "
        "what is submitted waits for it"
    )
