"""Who polls a task queue, as the server saw it last."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import temporalio.api.enums.v1 as enums
import temporalio.api.taskqueue.v1 as taskqueue
import temporalio.api.workflowservice.v1 as workflowservice
from temporalio.client import Client

from allornone.client.identity import host_name, parse_identity
from allornone.client.process import Process

GONE_AFTER = timedelta(seconds=75)
"""A poll lasts at most 60 s and is asked again at once; the server lists the dead for minutes."""


@dataclass(frozen=True, slots=True)
class Poller:
    """A worker on the queue. `log_dir` is None for one that is not ours.

    `is_dead`: it ran on this machine and its process is gone. Nobody knows that of a worker elsewhere.
    """

    identity: str
    log_dir: Path | None
    last_seen: datetime
    is_dead: bool = False


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
    found = (worker_of(poller.identity, poller.last_access_time.ToDatetime(UTC)) for poller in answer.pollers)
    return tuple(poller for poller in found if poller.last_seen >= since)


def worker_of(identity: str, last_seen: datetime) -> Poller:
    """Return the worker behind a poller."""
    worker = parse_identity(identity)
    if worker is None:
        return Poller(identity, None, last_seen)
    is_dead = worker.host == host_name() and not Process.of(worker.pid).is_alive
    return Poller(identity, worker.log_dir, last_seen, is_dead)


def may_answer(found: tuple[Poller, ...]) -> bool:
    """Tell whether anybody is left who could."""
    return any(not poller.is_dead for poller in found)


def silence(task_queue: str, found: tuple[Poller, ...]) -> str:
    """Say why nobody answers, and what to do."""
    if not found:
        return absence(task_queue)
    names = ", ".join(f"{poller.identity}{' (dead)' if poller.is_dead else ''}" for poller in found)
    return (
        f"no worker answers on task queue {task_queue!r}; polling there lately: {names}; one that died is listed for "
        "a minute: unless it is only busy, start another with `allornone worker` (or `allornone dev`)"
    )


def absence(task_queue: str) -> str:
    """Say that nobody works, and what to do."""
    return (
        f"no worker polls task queue {task_queue!r}; start one with `allornone worker` (or `allornone dev`); "
        "what is submitted waits for it"
    )
