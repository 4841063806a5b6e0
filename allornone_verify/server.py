"""Temporal's histories, fetched group by group, with plain JSON and no models of the product."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from allornone_verify.runs import Run, run_of

CONNECT_TIMEOUT_S = 5
AT_ONCE = 16
RUNS_MAX = 10_000
"""No chain of runs is longer; whatever claims to be is a loop."""
WORKFLOW = "AtomicGroup"


class ServerError(Exception):
    """The server cannot be asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A workflow that the server lists: its id, and how it ended."""

    group_id: str
    status: str


class Histories:
    """What a namespace still holds of groups."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def of(self, groups: Sequence[str]) -> dict[str, tuple[Run, ...]]:
        """Return the runs of each group, oldest first; a group that the server does not know is left out."""
        found = await asyncio.gather(*(self._runs(group_id) for group_id in groups))
        return {group_id: runs for group_id, runs in zip(groups, found, strict=True) if runs}

    async def _runs(self, group_id: str) -> tuple[Run, ...]:
        async with self._slots:
            runs: list[Run] = []
            wanted = await self._latest(group_id)
            while wanted and len(runs) < RUNS_MAX and all(run.run_id != wanted for run in runs):
                run = await self._run(group_id, wanted)
                if run is None:
                    break
                runs.append(run)
                wanted = run.before
            return tuple(reversed(runs))

    async def _latest(self, group_id: str) -> str:
        try:
            return (await self._client.get_workflow_handle(group_id).describe()).run_id
        except RPCError as error:
            return _unless_unknown(group_id, error)

    async def _run(self, group_id: str, run_id: str) -> Run | None:
        try:
            history = await self._client.get_workflow_handle(group_id, run_id=run_id).fetch_history()
        except RPCError as error:
            _unless_unknown(group_id, error)
            return None
        return run_of(run_id, history.events)

    async def listed(self, task_queue: str) -> AsyncIterator[Closed]:
        """Yield every group's workflow that the server's index has on a task queue."""
        query = f"WorkflowType = '{WORKFLOW}' AND TaskQueue = '{task_queue}'"
        try:
            async for found in self._client.list_workflows(query):
                yield Closed(found.id, found.status.name.lower() if found.status is not None else "")
        except RPCError as error:
            raise ServerError(f"the server's index cannot be read: {error}") from None


def _unless_unknown(group_id: str, error: RPCError) -> str:
    if error.status is RPCStatusCode.NOT_FOUND:
        return ""
    raise ServerError(f"the history of {group_id} cannot be read: {error}") from error
