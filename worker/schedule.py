"""The sweep's schedule at the server: one for each task queue, whoever of its workers boots first."""

from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from allornone import wire
from allornone.settings import Settings


async def schedule_sweep(client: Client, settings: Settings) -> None:
    """Have `GroupSweep` run every `sweep_every_s`. May be called again; a pause set by an operator stays."""
    schedule = _schedule(settings)
    try:
        await client.create_schedule(schedule_id(settings.task_queue), schedule)
    except ScheduleAlreadyRunningError:
        await _bring_up_to_date(client, settings.task_queue, schedule)


def schedule_id(task_queue: str) -> str:
    """Return the schedule's id; queues other than the usual one have their own."""
    return wire.SWEEP_SCHEDULE if task_queue == wire.TASK_QUEUE else f"{wire.SWEEP_SCHEDULE}-{task_queue}"


def _schedule(settings: Settings) -> Schedule:
    every = timedelta(seconds=settings.sweep_every_s)
    return Schedule(
        action=ScheduleActionStartWorkflow(
            wire.SWEEP_WORKFLOW,
            id=schedule_id(settings.task_queue),
            task_queue=settings.task_queue,
            static_summary="Looks for late effects and for groups that ended without an end record",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        # One sweep sees whatever the missed ones would have seen.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=max(every, timedelta(seconds=10))),
    )


async def _bring_up_to_date(client: Client, task_queue: str, wanted: Schedule) -> None:
    def changed(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
        known = found.description.schedule
        same = known.spec.intervals == wanted.spec.intervals and known.policy == wanted.policy
        return None if same else ScheduleUpdate(replace(wanted, state=known.state))

    await client.get_schedule_handle(schedule_id(task_queue)).update(changed)
