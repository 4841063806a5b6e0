"""A late effect in Temporal: the sweep finds it, a run of its own waits for an operator, and does what it is told."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from temporalio.client import (
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleSpec,
)

from activities.sweep import SweepAnswer
from allornone import wire
from allornone.client.groups import GroupClient
from allornone.client.start import GROUP_STATUS, NEEDS_OPERATOR, STRATEGY, VENUES
from allornone.errors import VenueUnavailableError
from allornone.models.commands import CancelCommand, ResolveCommand, ResolvedOutcome
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult
from allornone.settings import Settings
from allornone.venues import Venue
from allornone.venues.reading import Reading, ReadingState
from tests.plans import SELL
from tests.witness import Witness
from tests.workflows.house import PATIENCE_S, Handle, House
from worker.build import build_worker


class Denying:
    """A venue that acts and says that it refused, until it owns up."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.owns_up = False
        self.is_silent = False
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.recall = venue.prepare, venue.recall
        self.inverse, self.simulate = venue.inverse, venue.simulate

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        reading = await self._venue.execute(request, prepared)
        return reading if self.owns_up else self._denied(request)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        if self.is_silent:
            raise VenueUnavailableError("it does not answer")
        return await self._venue.lookup(request, prepared) if self.owns_up else self._denied(request)

    def _denied(self, request: ExecutionRequest) -> Reading:
        nothing = ExecutionHandshake(operation_id=request.operation_id, status=ExecutionStatus.FAILED)
        return Reading(state=ReadingState.REFUSED, handshake=nothing)


class Aftermath:
    """A house whose one group ends `failed` though its sale took effect, and the worker that sweeps there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.venue = Denying(house.venues["binance"])
        house.venues["binance"] = self.venue
        self._sweeps = 0

    @asynccontextmanager
    async def ended(self) -> AsyncGenerator[None]:
        """Run a whole worker, and the group to its end; then let the venue own up."""
        house = self.house
        settings = Settings(data_dir=house.folder, task_queue=house.task_queue)
        async with build_worker(house.client, settings, house.venues, house.log):
            result = await house.ends(await house.start(house.group(SELL, strategy="basis")))
            assert result.status is GroupStatus.FAILED
            self.venue.owns_up = True
            yield

    async def sweeps(self) -> SweepAnswer:
        """Sweep once, as the schedule does."""
        self._sweeps += 1
        answer: SweepAnswer = await self.house.client.execute_workflow(
            wire.SWEEP_WORKFLOW,
            id=f"{self.house.group_id}-sweep-{self._sweeps}",
            task_queue=self.house.task_queue,
            result_type=SweepAnswer,
        )
        return answer

    async def late_run(self) -> Handle:
        """Sweep, and wait until the late run is blocked."""
        (late,) = (await self.sweeps()).late
        handle = self.house.client.get_workflow_handle(late, result_type=GroupResult)
        await self.house.shows(handle, lambda view: view.needs_operator)
        return handle

    def story(self, handle: Handle) -> list[str]:
        """Return the records of a late run."""
        return Witness(self.house.folder / "logs", self.house.world, handle.id).story()


@pytest.fixture
def aftermath(slow_house: House) -> Aftermath:
    return Aftermath(slow_house)


async def test_a_late_effect_is_recorded_and_gets_a_run_that_begins_blocked(aftermath: Aftermath) -> None:
    house = aftermath.house
    async with aftermath.ended():
        handle = await aftermath.late_run()
        view = await house.shows(handle, lambda view: view.status is GroupStatus.BLOCKED)

    (notice,) = [each for each in house.seen.transitions() if each.kind == "late_effect"]
    assert notice.client_ref is not None
    assert handle.id == f"{house.group_id}/late-{notice.client_ref[:8]}"
    assert view.reason == f"sell took effect after group {house.group_id} had ended"
    assert view.commands == ("pause", "cancel", "resolve")
    assert view.residual_deltas == {"binance:BaseToken:ETH": Decimal(-1), "binance:BaseToken:USDT": Decimal(3000)}
    assert house.seen.story()[2:] == ["sell failed", "rolling_back", "failed", "deltas", "late_effect"]
    assert aftermath.story(handle) == ["started", "blocked"]


async def test_a_late_run_is_found_as_every_group_is(aftermath: Aftermath) -> None:
    async with aftermath.ended():
        handle = await aftermath.late_run()
        found = (await handle.describe()).typed_search_attributes
        listed: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while not listed:
                client = GroupClient(aftermath.house.client, task_queue=aftermath.house.task_queue)
                listed = [each.atomic_group_id for each in await client.list(late_of=aftermath.house.group_id)]

    assert (found.get(GROUP_STATUS), found.get(NEEDS_OPERATOR)) == ("blocked", True)
    assert (found.get(STRATEGY), found.get(VENUES)) == ("basis", ["binance"])
    assert listed == [handle.id]


async def test_cancel_undoes_a_late_effect(aftermath: Aftermath) -> None:
    house = aftermath.house
    async with aftermath.ended():
        handle = await aftermath.late_run()
        await house.tell(handle, wire.CANCEL, CancelCommand(actor="ann"))
        result = await house.ends(handle)

    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.orders() == ["sell forward closed", "sell rollback closed"]
    assert house.seen.changes().keys() == {"binance:BaseToken:USDT"}
    assert aftermath.story(handle)[2:] == [
        "command",
        "unblocked",
        "rolling_back",
        "sell pending",
        "deltas",
        "sell rolled_back",
        "rolled_back",
    ]


async def test_accepting_a_late_effect_ends_its_run_with_the_exact_residual(aftermath: Aftermath) -> None:
    house = aftermath.house
    async with aftermath.ended():
        handle = await aftermath.late_run()
        accepted = ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED)
        await house.tell(handle, wire.RESOLVE_UPDATE, accepted)
        result = await house.ends(handle)

    assert result.status is GroupStatus.PARTIAL
    assert result.residual_deltas == {"binance:BaseToken:ETH": Decimal(-1), "binance:BaseToken:USDT": Decimal(3000)}
    assert house.seen.orders() == ["sell forward closed"]


async def test_further_sweeps_start_and_record_nothing_else_even_when_the_late_run_has_ended(
    aftermath: Aftermath,
) -> None:
    house = aftermath.house
    async with aftermath.ended():
        handle = await aftermath.late_run()
        await aftermath.sweeps()
        await house.tell(handle, wire.CANCEL, CancelCommand(actor="ann"))
        await house.ends(handle)
        again = await aftermath.sweeps()

    assert again.late == (handle.id,)
    assert house.seen.story().count("late_effect") == 1
    assert house.seen.orders() == ["sell forward closed", "sell rollback closed"]
    assert aftermath.story(handle).count("started") == 1


async def test_a_schedules_next_sweep_knows_when_the_last_one_was(aftermath: Aftermath) -> None:
    house = aftermath.house
    async with aftermath.ended():
        schedule = await _schedule(house)
        answers: list[SweepAnswer] = []
        for number in (1, 2):
            await schedule.trigger()
            answers.append(await _run(house, schedule.id, number))
        await schedule.delete()

    first, second = answers
    assert (len(first.late), second.late) == (1, ())
    assert first.swept_at is not None
    assert second.swept_at is not None
    assert first.swept_at < second.swept_at


async def test_a_schedules_next_sweep_makes_up_a_look_that_could_not_be_made(aftermath: Aftermath) -> None:
    house = aftermath.house
    async with aftermath.ended():
        schedule, answers = await _schedule(house), list[SweepAnswer]()
        for number, is_silent in ((1, True), (2, False)):
            aftermath.venue.is_silent = is_silent
            await schedule.trigger()
            answers.append(await _run(house, schedule.id, number))
        await schedule.delete()

    first, second = answers
    assert (first.late, [each.group_id for each in first.owed]) == ((), [house.group_id])
    assert (len(second.late), second.owed) == (1, ())


async def _schedule(house: House) -> ScheduleHandle:
    """Create a schedule that sweeps when it is told to."""
    return await house.client.create_schedule(
        f"{house.task_queue}-sweeps",
        Schedule(
            action=ScheduleActionStartWorkflow(
                wire.SWEEP_WORKFLOW, id=f"{house.task_queue}-swept", task_queue=house.task_queue
            ),
            spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(hours=24))]),
        ),
    )


async def _run(house: House, schedule_id: str, number: int) -> SweepAnswer:
    """Wait for the schedule's run of that number, and return its answer."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            info = (await house.client.get_schedule_handle(schedule_id).describe()).info
            if info.num_actions >= number and not info.running_actions:
                action = info.recent_actions[-1].action
                assert isinstance(action, ScheduleActionExecutionStartWorkflow)
                run = house.client.get_workflow_handle(action.workflow_id, result_type=SweepAnswer)
                answer: SweepAnswer = await run.result()
                return answer
            await asyncio.sleep(0.05)
