"""A production worker with named points: its venues, its log and its interceptors report them, and wait.

No line of the product knows of them: everything here wraps what `worker.build` is given.
"""

import asyncio
import signal
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

import activities.sweep_patience
import workflows.calls
import workflows.group_sweep
from allornone.client.quiet import quiet_core
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import Recorded, ReferenceTrace
from allornone.events import Event, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction, ExecutionRequest, Prepared
from allornone.settings import Settings
from allornone.venues import Venue
from allornone.venues.capabilities import Capabilities
from allornone.venues.paper import PAPER_VENUES, RemotePaperVenue
from allornone.venues.reading import Reading
from tests.campaign.rig.disk import FaultyDisk
from tests.campaign.rig.interceptor import Pointed
from tests.campaign.rig.post import Post
from tests.campaign.rig.spec import WorkerSpec
from worker.build import build_worker

SETTLE_S = Decimal("0.5")
"""The paper venues' reads are never stale unless scripted, and their clock is this machine's."""

SWEEP_LOOKS_MAX = 10_000
"""A soak's sweep looks at every reference of its batch at once."""

TIMEOUTS = ("SEND_TIMEOUT", "LOOK_TIMEOUT", "RECORD_TIMEOUT")


def place_of(request: ExecutionRequest) -> str:
    """Return where in its group a request stands: `2.do`, `2.undo`."""
    return f"{request.sequence_in_group}.{'do' if request.direction is Direction.FORWARD else 'undo'}"


class PointedVenue:
    """A venue that reports p0 (before the intent), p1 (about to send) and p4 (with the answer in hand)."""

    def __init__(self, venue: RemotePaperVenue, post: Post) -> None:
        self._venue = venue
        self._post = post
        self.name = venue.name
        self.capabilities = _settling_soon(venue.capabilities)
        self.lookup = venue.lookup
        self.recall = venue.recall
        self.inverse = venue.inverse
        self.simulate = venue.simulate
        self.aclose = venue.aclose

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        await self._post.reached(f"{place_of(request)}.p0")
        return await self._venue.prepare(request)

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        await self._post.reached(f"{place_of(request)}.p1")
        try:
            return await self._venue.execute(request, prepared)
        finally:
            await self._post.reached(f"{place_of(request)}.p4")


class PointedLog(JsonlEventLog):
    """A log that reports what is on disk and told to nobody yet."""

    def __init__(self, directory: Path, disk: FaultyDisk, post: Post, reserve_bytes: int) -> None:
        super().__init__(directory, disk=disk.disk(), reserve_bytes=reserve_bytes)
        self._post = post

    async def revoke(self, revocation: GroupTransitionEvent, known_seq: int) -> ReferenceTrace:
        trace = await super().revoke(revocation, known_seq)
        await self._post.reached("revoked.after")
        return trace

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        recorded = await super().record(events, known_seq, in_flight)
        last = events[-1]
        if isinstance(last, GroupTransitionEvent):
            name = last.facts["command"] if last.kind is TransitionKind.COMMAND else last.kind.value
            await self._post.reached(f"{name}.after")
        return recorded


HELD_S = 300
"""No fault is longer."""


async def work(spec: WorkerSpec) -> None:
    """Work until SIGTERM, then let what runs come back."""
    quiet_core()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    for name in TIMEOUTS:
        setattr(workflows.calls, name, timedelta(seconds=spec.send_s))
    setattr(workflows.calls, "SEND_WINDOW", timedelta(seconds=spec.window_s))  # noqa: B010 (no public name of theirs)
    workflows.group_sweep.SWEEP_TIMEOUT = timedelta(seconds=spec.send_s)
    activities.sweep_patience.LOOKS_MAX = SWEEP_LOOKS_MAX
    post = Post(spec.control, spec.name, spec.points)
    remotes = [RemotePaperVenue(name, spec.venues_url, timeout_s=max(spec.send_s / 2, 1)) for name in PAPER_VENUES]
    venues: Mapping[str, Venue] = {venue.name: PointedVenue(venue, post) for venue in remotes}
    settings = Settings(data_dir=spec.home, task_queue=spec.task_queue)
    log = PointedLog(settings.log_dir, FaultyDisk(spec.home, settings.log_dir, post), post, spec.reserve_bytes)
    client = await Client.connect(
        spec.target, data_converter=pydantic_data_converter, interceptors=[Pointed(post)], identity=spec.name
    )
    worker = build_worker(client, settings, venues, log)
    # A point of a workflow holds its thread, for as long as a server is stopped: that is no deadlock of ours.
    setattr(worker._workflow_worker, "_deadlock_timeout_seconds", HELD_S)  # noqa: B010, SLF001  # pyright: ignore[reportPrivateUsage]
    async with worker:
        await stop.wait()
    for remote in remotes:
        await remote.aclose()


def _settling_soon(capabilities: Capabilities) -> Capabilities:
    shortened = {kind: each.model_copy(update={"settle_s": SETTLE_S}) for kind, each in capabilities.operations.items()}
    return Capabilities(operations=shortened)
