"""A command to a group whose worker fails at the workflow itself: nobody took it, and the words say what to do."""

import asyncio
from typing import Any

import pytest
from temporalio import workflow
from temporalio.worker import Worker

from allornone.client.telling import tell
from allornone.errors import NoWorkerError
from allornone.models.commands import PauseCommand
from tests.plans import SELL
from tests.workflows.house import Handle, House


@workflow.defn(name="AtomicGroup", sandboxed=False)
class Broken:
    """A deployment that went wrong: every workflow task of it fails."""

    @workflow.run
    async def run(self, _: Any) -> None:
        raise RuntimeError("not the code that began this group")


async def failed_often(handle: Handle) -> None:
    """Wait until the server takes no more updates of a workflow: its fourth try."""
    async with asyncio.timeout(60):
        # Nobody tells when a task fails.
        while (await handle.describe()).raw_description.pending_workflow_task.attempt < 4:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_command_to_a_group_whose_workflow_tasks_fail_says_so_and_how_to_send_it_again(house: House) -> None:
    handle = await house.start(house.group(SELL))
    async with Worker(house.client, task_queue=house.task_queue, workflows=[Broken]):
        await failed_often(handle)

        with pytest.raises(NoWorkerError) as problem:
            await tell(handle, "pause", PauseCommand(actor="ann", command_id="mine"))

    assert str(problem.value) == (
        "the workflow tasks of the group fail or are not answered in time, so no worker took the command; see the "
        "workers' logs and `Workflow Task Failed` in the workflow's history; "
        "to be sure, send it again with --command-id mine"
    )
