"""The sweep, as a schedule runs it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.sweep import SweepActivities, SweepAnswer, SweepTask
    from allornone import wire

SWEEP_TIMEOUT = timedelta(minutes=5)
"""Ten thousand open groups, one description each; two minutes of them for look-ups."""


@workflow.defn(name=wire.SWEEP_WORKFLOW)
class GroupSweepWorkflow:
    """Looks for groups that ended without an end record, and for effects that appeared after an end."""

    @workflow.run
    async def run(self) -> SweepAnswer:
        """Sweep once. The next run of the schedule is the retry."""
        return await workflow.execute_activity_method(
            SweepActivities.sweep_groups,
            _task(),
            activity_id="sweep",
            start_to_close_timeout=SWEEP_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=3),
            summary="compare the event log with Temporal and with the venues",
        )


def _task() -> SweepTask:
    """Go on from the schedule's last run that completed: runs and looks that were missed are made up for."""
    last: SweepAnswer | None = workflow.get_last_completion_result(SweepAnswer)
    return SweepTask(before=last.swept_at, owed=last.owed) if last is not None else SweepTask()
