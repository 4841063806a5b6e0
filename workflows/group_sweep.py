"""The sweep, as a schedule runs it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.sweep import SweepActivities, SweepAnswer
    from allornone import wire

SWEEP_TIMEOUT = timedelta(minutes=5)
"""Ten thousand open groups, one description each."""


@workflow.defn(name=wire.SWEEP_WORKFLOW)
class GroupSweepWorkflow:
    """Looks for groups that ended without an end record."""

    @workflow.run
    async def run(self) -> SweepAnswer:
        """Sweep once. The next run of the schedule is the retry."""
        return await workflow.execute_activity_method(
            SweepActivities.sweep_groups,
            activity_id="sweep",
            start_to_close_timeout=SWEEP_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=3),
            summary="compare the event log's open groups with Temporal's",
        )
