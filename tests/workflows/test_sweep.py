"""The sweep finds groups whose workflow is gone though the log has no end of theirs."""

from temporalio.worker import Worker

from activities.sweep import SweepActivities, SweepAnswer
from allornone import wire
from tests.plans import CARRY
from tests.workflows.house import House
from worker.build import sandbox
from workflows.group_sweep import GroupSweepWorkflow


async def swept(house: House, number: int) -> SweepAnswer:
    """Sweep once, as the schedule does."""
    sweep = SweepActivities(house.client, house.log, house.venues)
    async with Worker(
        house.client,
        task_queue=f"{house.task_queue}-sweep",
        workflows=[GroupSweepWorkflow],
        activities=[sweep.sweep_groups],
        workflow_runner=sandbox(),
    ):
        answer: SweepAnswer = await house.client.execute_workflow(
            wire.SWEEP_WORKFLOW,
            id=f"{house.group_id}-sweep-{number}",
            task_queue=f"{house.task_queue}-sweep",
            result_type=SweepAnswer,
        )
        return answer


async def test_a_group_that_was_terminated_is_recorded_as_abandoned_once(house: House) -> None:
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await handle.terminate()
        gate.opens.set()

    first, second = await swept(house, 1), await swept(house, 2)

    assert first.abandoned == (house.group_id,)
    assert second.abandoned == ()
    assert house.seen.story().count("abandoned") == 1
    (event,) = [each for each in house.seen.transitions() if each.kind == "abandoned"]
    assert event.reason == "its workflow was terminated"


async def test_a_group_that_is_open_and_one_that_ended_are_left_alone(house: House) -> None:
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        while_open = await swept(house, 1)
        gate.opens.set()
        await house.ends(handle)
    after = await swept(house, 2)

    assert (while_open.abandoned, after.abandoned) == ((), ())
    assert "abandoned" not in house.seen.story()
