"""A worker that comes to a halt at moments that a test has marked: `python -m tests.e2e.halting_worker`.

Its arguments are Temporal's address, the task queue and the data folder. A mark is a file
`marks/<group>.<operation>.<direction>.<moment>` that holds what to do there: `hang`, and that activity goes no
further, or `stop`, and the whole process does not, until somebody wakes it. Whoever reaches a moment takes its mark
away.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

import workflows.calls
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import Effects, Permit, Recorded, ReferenceTrace
from allornone.events import Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.settings import Settings
from allornone.venues import Venue
from allornone.venues.paper import PAPER_VENUES, PaperWorld
from allornone.venues.reading import Reading
from worker.build import build_worker
from worker.namespace import register_search_attributes

WINDOW = timedelta(seconds=5)
"""How long after its intent a request is taken: what is lost is proven absent soon after."""

PATIENCE = timedelta(minutes=20)
"""Nobody gives up an activity that hangs: its group stays where it is until the server is lost."""


class Marks:
    """The moments at which somebody is to halt, each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def reached(self, place: str, moment: str) -> None:
        """Halt here, where it is marked."""
        mark = self._folder / f"{place}.{moment}"
        try:
            action = mark.read_text()
            mark.unlink()
        except FileNotFoundError:
            return
        if action == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            await asyncio.Event().wait()

    def left(self, place: str, what: str) -> None:
        """Tell that somebody came past here, and what became of it."""
        (self._folder.parent / "traces").mkdir(exist_ok=True)
        (self._folder.parent / "traces" / f"{os.getpid()}.{place}.{what}").touch()


class HaltingVenue:
    """A venue whose caller may halt before its intent, about to send, or with the answer in its hands."""

    def __init__(self, venue: Venue, marks: Marks) -> None:
        self._venue = venue
        self._marks = marks
        self.name = venue.name
        self.capabilities = venue.capabilities
        self.lookup = venue.lookup
        self.recall = venue.recall
        self.inverse = venue.inverse
        self.simulate = venue.simulate

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        await self._marks.reached(_place(request), "before-intent")
        return await self._venue.prepare(request)

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        await self._marks.reached(_place(request), "before-send")
        try:
            reading = await self._venue.execute(request, prepared)
        finally:
            self._marks.left(_place(request), "sent")
        await self._marks.reached(_place(request), "after-send")
        return reading


class HaltingLog(JsonlEventLog):
    """A log whose writer may halt when an outcome is on disk and nobody was told."""

    def __init__(self, directory: Path, marks: Marks) -> None:
        super().__init__(directory)
        self._marks = marks

    async def intend(self, intent: OperationExecutionEvent, known_seq: int) -> Permit:
        permit = await super().intend(intent, known_seq)
        self._marks.left(_place(intent), permit.state.value)
        return permit

    async def revoke(self, revocation: GroupTransitionEvent, known_seq: int) -> ReferenceTrace:
        trace = await super().revoke(revocation, known_seq)
        if trace.superseded:
            self._marks.left(f"{revocation.atomic_group_id}.{revocation.operation_id}", "superseded")
        return trace

    async def settle(self, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
        recorded = await super().settle(outcome, effects, known_seq)
        await self._marks.reached(_place(outcome), "after-record")
        return recorded

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        recorded = await super().record(events, known_seq, in_flight)
        last = events[-1]
        if isinstance(last, OperationExecutionEvent):
            await self._marks.reached(_place(last), "after-record")
        return recorded


def _place(of: ExecutionRequest | OperationExecutionEvent) -> str:
    return f"{of.atomic_group_id}.{of.operation_id}.{of.direction.value}"


async def work(target: str, task_queue: str, folder: Path) -> None:
    """Work until killed. Tells on stdout once it does."""
    for name, value in (("SEND_WINDOW", WINDOW), ("SEND_TIMEOUT", PATIENCE)):
        setattr(workflows.calls, name, value)
    marks, world = Marks(folder / "marks"), PaperWorld(folder)
    venues: dict[str, Venue] = {name: HaltingVenue(world.venue(name), marks) for name in PAPER_VENUES}
    settings = Settings(data_dir=folder, task_queue=task_queue, max_concurrent_activities=1000)
    client = await Client.connect(target, data_converter=pydantic_data_converter)
    await register_search_attributes(client)
    async with build_worker(client, settings, venues, HaltingLog(folder / "logs", marks)):
        print("works", flush=True)  # noqa: T201 (somebody waits for it)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
