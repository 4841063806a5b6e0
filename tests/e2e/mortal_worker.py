"""A worker that kills itself, by SIGKILL, at moments that a test has marked: `python -m tests.e2e.mortal_worker`.

Its arguments are Temporal's address, the task queue and the data folder. A mark is a file `marks/<group>.<moment>`;
whoever reaches that moment takes the mark away and dies there.
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
from allornone.eventlog.trace import Effects, Recorded
from allornone.events import Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.models.execution import Direction, ExecutionRequest, Prepared
from allornone.settings import Settings
from allornone.venues import Venue
from allornone.venues.paper import PAPER_VENUES, PaperWorld
from allornone.venues.reading import Reading
from worker.build import build_worker

SOON = timedelta(seconds=2)
"""For every timeout: a dead worker is given up after it, and a lost request is proven absent."""


class Marks:
    """The moments at which a worker of a group is to die, each once over all workers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def reached(self, group_id: str | None, moment: str) -> None:
        """Die here, where it is marked."""
        try:
            (self._folder / f"{group_id}.{moment}").unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


class MortalVenue:
    """A venue whose caller may die before its intent, about to send, or with the answer in its hands."""

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
        self._reached(request, "before-intent")
        return await self._venue.prepare(request)

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        self._reached(request, "before-send")
        reading = await self._venue.execute(request, prepared)
        self._reached(request, "after-send")
        return reading

    def _reached(self, request: ExecutionRequest, moment: str) -> None:
        prefix = "undo-" if request.direction is Direction.ROLLBACK else ""
        self._marks.reached(request.atomic_group_id, prefix + moment)


class MortalLog(JsonlEventLog):
    """A log whose writer may die when the record is on disk and nobody was told."""

    def __init__(self, directory: Path, marks: Marks) -> None:
        super().__init__(directory)
        self._marks = marks

    async def settle(self, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
        recorded = await super().settle(outcome, effects, known_seq)
        self._marks.reached(outcome.atomic_group_id, "after-record")
        return recorded

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        recorded = await super().record(events, known_seq, in_flight)
        last = events[-1]
        if isinstance(last, OperationExecutionEvent):
            self._marks.reached(last.atomic_group_id, "after-record")
        elif isinstance(last, GroupTransitionEvent):
            self._marks.reached(last.atomic_group_id, f"after-{last.kind.value}")
        else:
            self._marks.reached(last.atomic_group_id, "after-end")
        return recorded


async def work(target: str, task_queue: str, folder: Path) -> None:
    """Work until killed."""
    for name in ("SEND_TIMEOUT", "LOOK_TIMEOUT", "RECORD_TIMEOUT", "SEND_WINDOW"):
        setattr(workflows.calls, name, SOON)
    marks, world = Marks(folder / "marks"), PaperWorld(folder)
    venues: dict[str, Venue] = {name: MortalVenue(world.venue(name), marks) for name in PAPER_VENUES}
    settings = Settings(data_dir=folder, task_queue=task_queue)
    client = await Client.connect(target, data_converter=pydantic_data_converter)
    async with build_worker(client, settings, venues, MortalLog(folder / "logs", marks)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
