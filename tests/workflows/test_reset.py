"""A workflow that was reset is another life of its group: it repeats nothing, and says where it cannot go on."""

from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from allornone import wire
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult
from tests.plans import SELL, STAKE
from tests.workflows.house import Handle, House


async def reset(house: House, handle: Handle, task: int) -> Handle:
    """Take the group back to the end of its workflow task number `task`, as `temporal workflow reset` does."""
    described = await handle.describe()
    history = await handle.fetch_history()
    finished = [each.event_id for each in history.events if each.HasField("workflow_task_completed_event_attributes")]
    answer = await house.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=house.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=house.group_id, run_id=described.run_id),
            workflow_task_finish_event_id=finished[task],
            request_id=uuid4().hex,
            reason="a test",
        )
    )
    return house.client.get_workflow_handle(house.group_id, run_id=answer.run_id, result_type=GroupResult)


async def test_a_group_that_is_reset_while_it_runs_repeats_no_send(house: House) -> None:
    gate = house.gated("lido", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL, STAKE))
        await gate.reached()
        again = await reset(house, handle, -1)
        gate.opens.set()
        result = await house.ends(again)

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders() == ["sell forward closed", "stake forward closed"]
    assert house.seen.story()[-1] == "completed"


async def test_a_group_that_is_reset_to_before_its_last_send_does_nothing_more(house: House) -> None:
    gate = house.gated("lido", "execute")

    async with house.working():
        handle = await house.start(house.group(SELL, STAKE))
        await gate.reached()
        again = await reset(house, handle, 1)
        gate.opens.set()
        view = await house.shows(again, lambda view: view.needs_operator)
        await again.terminate()
        house.broken.add("L7")  # no sweep runs here

    assert view.commands == ("resolve",)
    assert house.seen.orders() == ["sell forward closed", "stake forward closed"]


async def test_a_group_that_is_reset_after_its_end_answers_with_that_end(house: House) -> None:
    async with house.working():
        handle = await house.start(house.group(SELL, STAKE))
        ended = await house.ends(handle)
        before = house.seen.story()
        result = await house.ends(await reset(house, handle, 0))

    assert result == ended
    assert house.seen.orders() == ["sell forward closed", "stake forward closed"]
    assert house.seen.story() == before


async def test_a_group_that_is_reset_to_before_its_end_does_nothing_more_and_asks_for_an_operator(
    house: House,
) -> None:
    async with house.working():
        handle = await house.start(house.group(SELL, STAKE))
        await house.ends(handle)
        before = house.seen.story()
        again = await reset(house, handle, 1)
        view = await house.shows(again, lambda view: view.needs_operator)
        give_up = ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED)
        await house.tell(again, wire.RESOLVE_UPDATE, give_up)
        result = await house.ends(again)

    assert view.reason == "the event log holds another life of this group; this run does nothing more"
    assert view.commands == ("resolve",)
    assert result.status is GroupStatus.PARTIAL
    assert house.seen.orders() == ["sell forward closed", "stake forward closed"]
    assert house.seen.story() == [*before, "command"]
