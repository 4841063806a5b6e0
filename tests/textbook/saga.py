"""A saga as Temporal's own samples and pages write it: a list of compensations, run in reverse when a step fails.

https://docs.temporal.io/design-patterns/saga-pattern and github.com/temporalio/temporal-compensating-transactions.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityCancellationType

UNDO_TIMEOUT = timedelta(seconds=30)


@dataclass(frozen=True)
class Form:
    """What such sagas differ in. The defaults are Temporal's, but for the attempts: without a bound there is no undo.

    `register`: whether a compensation is put on the list before its step (the sample) or after it (the page).
    `shielded`: whether the compensations are kept from a cancel, by the one loop that does.
    """

    steps: tuple[str, ...]
    timeout_s: float = 30.0
    attempts: int = 1
    register: Literal["before", "after"] = "before"
    cancellation: Literal["TRY_CANCEL", "WAIT_CANCELLATION_COMPLETED", "ABANDON"] = "TRY_CANCEL"
    shielded: bool = False


@workflow.defn(name="TextbookSaga")
class SagaWorkflow:
    """Steps in sequence; when one fails or the saga is cancelled, the compensations in reverse."""

    @workflow.run
    async def run(self, form: Form) -> str:
        """Return `done` or `rolled_back`."""
        compensations: list[str] = []
        try:
            for step in form.steps:
                if form.register == "before":
                    compensations.append(step)
                await _do(form, step)
                if form.register == "after":
                    compensations.append(step)
        except (ActivityError, asyncio.CancelledError):
            compensating = _compensate(compensations)
            await (_uncancellable(compensating) if form.shielded else compensating)
            return "rolled_back"
        return "done"


async def _do(form: Form, step: str) -> None:
    await workflow.execute_activity(
        "do",
        step,
        start_to_close_timeout=timedelta(seconds=form.timeout_s),
        retry_policy=RetryPolicy(maximum_attempts=form.attempts),
        cancellation_type=ActivityCancellationType[form.cancellation],
    )


async def _compensate(compensations: list[str]) -> None:
    for step in reversed(compensations):
        await workflow.execute_activity("undo", step, start_to_close_timeout=UNDO_TIMEOUT)


async def _uncancellable(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if not task.done() and current is not None:
                current.uncancel()
    task.result()
