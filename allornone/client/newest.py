"""One line a group: its newest run, and for one that ended from outside what that means."""

import asyncio
from collections.abc import Sequence
from typing import Any

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowFailureError

from allornone.client.faults import of_failed_run
from allornone.client.listing import LIVING, REFUSED, GroupSummary, summary_of
from allornone.errors import BadGroupError

AT_ONCE = 8


async def newest(client: Client, found: Sequence[WorkflowExecution]) -> tuple[GroupSummary, ...]:
    """Return the lines of `found`, in that order, without the runs that a later one of the same group went on from.

    A search finds these too: the index keeps what a terminated run was doing then.
    """
    free = asyncio.Semaphore(AT_ONCE)

    async def line(execution: WorkflowExecution) -> GroupSummary | None:
        if execution.status in LIVING:
            return summary_of(execution)
        async with free:
            return await _ended_from_outside(client, execution)

    lines = await asyncio.gather(*(line(each) for each in found))
    return tuple(each for each in lines if each is not None)


async def _ended_from_outside(client: Client, execution: WorkflowExecution) -> GroupSummary | None:
    """Return the line of a run without a result, None where another run has followed it."""
    if (await client.get_workflow_handle(execution.id).describe()).run_id != execution.run_id:
        return None
    summary = summary_of(execution)
    if execution.status is WorkflowExecutionStatus.FAILED and await _is_refused(client, execution):
        return summary.model_copy(update={"status": REFUSED})
    return summary


async def _is_refused(client: Client, execution: WorkflowExecution) -> bool:
    handle: Any = client.get_workflow_handle(execution.id, run_id=execution.run_id)
    try:
        await handle.result()
    except WorkflowFailureError as error:
        return isinstance(of_failed_run(execution.id, error), BadGroupError)
    return False
