"""One installation under test: paper venues, an event log, and a worker on a queue of its own."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from temporalio import activity
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.operations import OperationActivities
from activities.records import RecordActivities
from allornone import wire
from allornone.client.asking import asked
from allornone.client.start import start
from allornone.client.telling import RUNS_MAX
from allornone.core.start import GroupStart
from allornone.eventlog import EventLog
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.halt import HaltFile
from allornone.limits import Limits
from allornone.models.commands import Command, CommandReceipt
from allornone.models.group import AtomicGroup
from allornone.models.result import GroupResult, GroupView
from allornone.venues import Venue
from allornone.venues.paper import PAPER_VENUES, PaperWorld
from tests.gated import Gate, Gated
from tests.plans import Leg, group
from tests.witness import Witness
from worker.build import sandbox
from workflows.atomic_group import AtomicGroupWorkflow

PATIENCE_S = 30
Handle = WorkflowHandle[Any, GroupResult]


class ServerTime:
    """The venues' clock: the start of the activity that asks, by the server, plus what passed since.

    Where the server skips time, it passes for the venues as it does for the group.
    """

    def __init__(self) -> None:
        self._begun: dict[bytes, float] = {}
        self._last = datetime.now(UTC)

    def __call__(self) -> datetime:
        if activity.in_activity():
            info = activity.info()
            begun = self._begun.setdefault(info.task_token, time.monotonic())
            passed = timedelta(seconds=time.monotonic() - begun)
            self._last = max(self._last, info.started_time.astimezone(UTC) + passed)
        return self._last


class House:
    """A data folder with everything in it. `log` and `venues` may be replaced before a worker runs."""

    def __init__(self, folder: Path, client: Client, task_queue: str) -> None:
        self.client = client
        self.task_queue = task_queue
        self.folder = folder
        self.group_id = f"group-{task_queue}"
        self.world = PaperWorld(folder, ServerTime())
        self.venues: dict[str, Venue] = {name: self.world.venue(name) for name in PAPER_VENUES}
        self.log: EventLog = JsonlEventLog(folder / "logs")
        self.limits: Limits | None = None
        self.halt = HaltFile(folder)
        self.seen = Witness(folder / "logs", self.world, self.group_id)
        self.broken: set[str] = set()
        """The invariants that a test breaks on purpose: the checker must find just these."""

    def group(self, *legs: Leg, **more: Any) -> AtomicGroup:
        """Return the plan of this house's one group."""
        return group(self.group_id, *legs, **more)

    def misbehave(self, *rules: dict[str, Any]) -> None:
        """Script what the venues do wrong from now on."""
        part = self.folder / "part"
        part.write_text(yaml.safe_dump(list(rules)))
        part.replace(self.folder / "paper-faults.yaml")

    def gated(self, name: str, gate: Gate) -> Gated:
        """Put a gate before a venue."""
        venue = Gated(self.venues[name], gate)
        self.venues[name] = venue
        return venue

    @asynccontextmanager
    async def working(self, **options: Any) -> AsyncGenerator[None]:
        """Run a worker."""
        operations = OperationActivities(self.venues, self.log, limits=self.limits, halt=self.halt)
        records = RecordActivities(self.venues, self.log, limits=self.limits)
        async with Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=[AtomicGroupWorkflow],
            activities=[
                operations.execute_operation,
                operations.resolve_operation,
                operations.rollback_operation,
                records.record_group_event,
            ],
            workflow_runner=sandbox(),
            identity="house",
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
            **options,
        ):
            yield

    async def start(self, plan: AtomicGroup) -> Handle:
        """Start a group as the client does."""
        return await start(self.client, self.task_queue, plan)

    async def start_with(self, plan: AtomicGroup, name: str, command: Command) -> tuple[Handle, CommandReceipt]:
        """Start a group and give it a command in one call."""
        operation: WithStartWorkflowOperation[Any, GroupResult] = WithStartWorkflowOperation(
            wire.GROUP_WORKFLOW,
            GroupStart(group=plan),
            id=plan.atomic_group_id,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            result_type=GroupResult,
        )
        receipt: CommandReceipt = await self.client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType] (of the SDK)
            name, command, start_workflow_operation=operation, result_type=CommandReceipt
        )
        return await operation.workflow_handle(), receipt

    async def ends(self, handle: Handle) -> GroupResult:
        """Wait for the end."""
        async with asyncio.timeout(PATIENCE_S):
            return await handle.result()

    async def run(self, plan: AtomicGroup, **options: Any) -> GroupResult:
        """Run a group from its start to its end."""
        async with self.working(**options):
            return await self.ends(await self.start(plan))

    async def shows(self, handle: Handle, wanted: Callable[[GroupView], bool]) -> GroupView:
        """Wait until the group shows what is wanted."""
        seen: list[GroupView] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not seen or not wanted(seen[-1]):
                    seen.append(await asked(handle, PATIENCE_S))
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"the group came no further than {seen[-1:]}") from None
        return seen[-1]

    async def tell(self, handle: Handle, name: str, command: Command | dict[str, str]) -> CommandReceipt:
        """Give a command and wait for its answer."""
        for number in range(RUNS_MAX):
            try:
                receipt: CommandReceipt = await handle.execute_update(  # pyright: ignore[reportUnknownMemberType] (of the SDK)
                    name, command, result_type=CommandReceipt
                )
            except RPCError as error:
                # The run that was told may just have been continued by another.
                if error.status is not RPCStatusCode.NOT_FOUND or number == RUNS_MAX - 1:
                    raise
            else:
                return receipt
        raise AssertionError("each run was continued before it could be told")

    async def activities(self, handle: Handle) -> list[str]:
        """Return the ids of the activities of the last run, in the order in which they were scheduled."""
        history = await handle.fetch_history()
        return [
            event.activity_task_scheduled_event_attributes.activity_id
            for event in history.events
            if event.HasField("activity_task_scheduled_event_attributes")
        ]
