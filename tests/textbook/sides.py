"""The two sides that are compared: a textbook's saga at its exchange, and a group at the paper venues."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import CancelledError
from temporalio.service import RPCError
from temporalio.worker import Worker

from allornone import wire
from allornone.client.asking import asked
from allornone.core.start import GroupStart
from allornone.events import AtomicOperationGroupEvent
from allornone.models.group import AtomicGroup
from allornone.models.result import GroupResult, GroupView
from allornone.venues.paper.rows import OrderState
from tests.textbook.exchange import Exchange, Ledger
from tests.textbook.moments import PATIENCE_S, TICK_S, Moments, until
from tests.textbook.saga import Form, SagaWorkflow
from tests.textbook.watched import WatchedVenue
from tests.workflows.house import Handle, House

Saga = WorkflowHandle[Any, str]

TASK_TIMEOUT = timedelta(seconds=2)
"""Of a workflow task that a frozen worker holds; Temporal's default of 10 s would only make a test longer."""


class Textbook:
    """A saga, its exchange, and what happens there."""

    def __init__(self, folder: Path, client: Client, task_queue: str) -> None:
        self._client = client
        self.folder = folder
        self.task_queue = f"{task_queue}-textbook"
        self.moments = Moments(folder)
        self.ledger = Ledger(folder)

    @asynccontextmanager
    async def working(self, failing: str = "") -> AsyncGenerator[None]:
        """Run a worker; one step may fail, after it took effect."""
        exchange = Exchange(self.folder, failing)
        async with Worker(
            self._client,
            task_queue=self.task_queue,
            workflows=[SagaWorkflow],
            activities=[exchange.do, exchange.undo],
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        ):
            yield

    async def start(self, form: Form, suffix: str = "") -> Saga:
        """Start a saga; of several, each with a suffix to its id."""
        return await self._client.start_workflow(
            "TextbookSaga",
            form,
            id=self.task_queue + suffix,
            task_queue=self.task_queue,
            result_type=str,
            task_timeout=TASK_TIMEOUT,
        )

    async def closes(self, saga: Saga) -> None:
        """Wait until the workflow is closed, and note in the ledger that it is, and how."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                word = await saga.result()
            except WorkflowFailureError as failure:
                word = "canceled" if isinstance(failure.cause, CancelledError) else "failed"
        self.ledger.write(f"CLOSED {word}")


class Ours:
    """A house whose venues come to the same moments."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.moments = Moments(house.folder)
        house.venues = {name: WatchedVenue(venue, self.moments) for name, venue in house.venues.items()}

    async def start(self, plan: AtomicGroup) -> Handle:
        """Start a group."""
        return await self.house.client.start_workflow(
            wire.GROUP_WORKFLOW,
            GroupStart(group=plan),
            id=plan.atomic_group_id,
            task_queue=self.house.task_queue,
            result_type=GroupResult,
            task_timeout=TASK_TIMEOUT,
        )

    def ledger(self) -> list[str]:
        """Return what the venues' own ledger says happened, and between it the end that was recorded."""
        return ledger(self.house)

    async def shows(self, line: str) -> list[str]:
        """Wait until a line is in the ledger, and return all."""
        await until(lambda: line in self.ledger())
        return self.ledger()

    async def shows_view(self, group: Handle, wanted: Callable[[GroupView], bool]) -> GroupView:
        """Wait until the group shows what is wanted; a question that a frozen worker took is asked again."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(RPCError):
                    view = await asked(group, TASK_TIMEOUT.total_seconds())
                    if wanted(view):
                        return view
                await asyncio.sleep(TICK_S)

    async def records(self, words: str) -> None:
        """Wait until the event log has it."""
        await until(lambda: words in self.house.seen.story())


def ledger(house: House) -> list[str]:
    """Return, in the order of time, each effect and each refusal at the venues, and the group's end."""
    with house.world.ledger.transaction() as book:
        lines: list[tuple[datetime, str]] = []
        for order in book.orders_in(None):
            verb = "EFFECT" if order.direction == "forward" else "UNDONE"
            ats = [row.at for row in book.effects_of(order.venue, order.client_ref) if row.order_id == order.order_id]
            if ats:
                lines.append((ats[0], f"{verb} {order.operation_id}"))
            elif order.state is OrderState.REFUSED:
                lines.append((order.received_at, f"REFUSED {order.operation_id}"))
    ends = [event for event in house.seen.events() if isinstance(event, AtomicOperationGroupEvent)]
    lines += [(datetime.fromisoformat(end.real_utc_time), f"END {end.group_status}") for end in ends]
    return [line for _, line in sorted(lines)]


async def hears_cancel(handle: WorkflowHandle[Any, Any]) -> None:
    """Cancel by Temporal's own cancel, and wait until a workflow task has heard of it."""
    await handle.cancel()
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await _was_heard(handle):
                return
            await asyncio.sleep(TICK_S)


async def _was_heard(handle: WorkflowHandle[Any, Any]) -> bool:
    events = (await handle.fetch_history()).events
    asked = [
        n for n, event in enumerate(events) if event.HasField("workflow_execution_cancel_requested_event_attributes")
    ]
    done = [n for n, event in enumerate(events) if event.HasField("workflow_task_completed_event_attributes")]
    return bool(asked) and any(number > asked[0] for number in done)


async def cancels(handle: WorkflowHandle[Any, Any]) -> int:
    """Return how many cancels the history holds."""
    events = (await handle.fetch_history()).events
    return sum(event.HasField("workflow_execution_cancel_requested_event_attributes") for event in events)
