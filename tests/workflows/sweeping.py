"""A whole worker of a house, sweep included, and what can be done to a group from outside."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError, RPCStatusCode

from activities.sweep import SweepAnswer
from allornone import wire
from allornone.models.result import GroupView
from allornone.settings import Settings
from tests.workflows.house import PATIENCE_S, Handle, House
from worker.build import build_worker


@asynccontextmanager
async def whole_worker(house: House) -> AsyncGenerator[None]:
    """Run a worker as an installation has it."""
    settings = Settings(data_dir=house.folder, task_queue=house.task_queue)
    async with build_worker(house.client, settings, house.venues, house.log):
        yield


async def swept(house: House, number: int = 1) -> SweepAnswer:
    """Sweep once, as the schedule does."""
    answer: SweepAnswer = await house.client.execute_workflow(
        wire.SWEEP_WORKFLOW,
        id=f"{house.group_id}-sweep-{number}",
        task_queue=house.task_queue,
        result_type=SweepAnswer,
    )
    return answer


async def deleted(house: House, handle: Handle) -> None:
    """Delete a group's workflow from the server, and wait until it is gone."""
    await house.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=house.client.namespace, workflow_execution=WorkflowExecution(workflow_id=handle.id)
        )
    )
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await handle.describe()
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return
                raise
            await asyncio.sleep(0.05)


async def waits_for_an_operator(house: House, handle: Handle) -> GroupView:
    """Wait until a group's newest run is blocked."""
    return await house.shows(house.client.get_workflow_handle(handle.id), lambda view: view.needs_operator)


async def has_recorded(house: House, record: str) -> None:
    """Wait until the log has a record: that of an activity whose workflow is gone."""
    async with asyncio.timeout(PATIENCE_S):
        while record not in house.seen.story():  # noqa: ASYNC110 (what is waited for is on disk)
            await asyncio.sleep(0.01)
