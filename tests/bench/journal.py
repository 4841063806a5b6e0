"""What the journal costs: groups with it and without it, in turn: `python -m tests.bench.journal`.

Without it means an event log in memory, of the same rules, in its place. Everything else is what `allornone dev` runs:
Temporal's server on a file with the options of production, the paper venues in a process of their own, one worker.
"""

import argparse
import asyncio
import os
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from temporalio.client import Client

from allornone.client.address import with_running_paper
from allornone.client.connect import connect
from allornone.client.start import start
from allornone.eventlog import EventLog
from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.models.group import GroupStatus
from allornone.settings import Settings, load_settings
from allornone.venues.registry import close_venues, open_venues
from tests.bench.memorylog import MemoryLog
from tests.campaign.rig.server import free_ports
from tests.plans import SELL, SHORT, STAKE, group
from worker.build import build_worker
from worker.embedded import embedded
from worker.namespace import register_search_attributes

SIZES = (1, 2, 4)
LEGS = (SELL, STAKE, SHORT, {**SELL, "operation_id": "sell-again"})
WARM_UP = 5
JOURNAL, MEMORY = "journal", "memory"


@dataclass
class Syncs:
    """How long each sync of the disk took, in milliseconds."""

    times_ms: list[float] = field(default_factory=list[float])

    def __call__(self, descriptor: int) -> None:
        """Sync, and note it."""
        begun = time.perf_counter()
        os.fsync(descriptor)
        self.times_ms.append((time.perf_counter() - begun) * 1000)


class Took(NamedTuple):
    """What a group took, in milliseconds: on the clock, and of this process's processors."""

    clock: float
    processor: float


@dataclass(frozen=True)
class Bench:
    """Two workers on queues of their own, one with the journal and one without, and what the disk did."""

    client: Client
    syncs: Syncs

    async def took(self, log: str, name: str, size: int) -> Took:
        """Run one group from its start to its result."""
        plan = group(name, *LEGS[:size])
        begun, used = time.perf_counter(), time.process_time()
        result = await (await start(self.client, log, plan)).result()
        took = Took((time.perf_counter() - begun) * 1000, (time.process_time() - used) * 1000)
        if result.status is not GroupStatus.COMPLETED:
            raise RuntimeError(f"group {name} is {result.status}: {result.reason}")
        return took


@dataclass(frozen=True)
class Price:
    """What groups of one size took, in pairs: with the journal, and without it right before or after."""

    size: int
    pairs: tuple[tuple[Took, Took], ...]
    syncs: float

    def row(self, at: float) -> str:
        """Return a line of the table, at a quantile of both sides."""
        with_ms, without_ms = (_quantile([took.clock for took in side], at) for side in zip(*self.pairs, strict=True))
        used, other = (_quantile([took.processor for took in side], at) for side in zip(*self.pairs, strict=True))
        cells = (
            f"{self.size}",
            f"{with_ms:.1f}",
            f"{without_ms:.1f}",
            f"{(with_ms - without_ms) / self.size:.2f}",
            f"{(with_ms - without_ms) / with_ms:.1%}",
            f"{(used - other) / self.size:.2f}",
            f"{self.syncs:.1f}",
        )
        return f"| {' | '.join(cells)} |"

    def differences(self) -> str:
        """Return a line of the other table: the median of what pairs differ by, and where it lies 19 times in 20."""
        found = [(with_it.clock - without.clock) / self.size for with_it, without in self.pairs]
        chance = Random(self.size)  # noqa: S311 (the same each time)
        medians = sorted(statistics.median(chance.choices(found, k=len(found))) for _ in range(RESAMPLES))
        low, high = _quantile(medians, 0.025), _quantile(medians, 0.975)
        return f"| {self.size} | {statistics.median(found):.2f} | {low:.2f} to {high:.2f} |"


def _quantile(values: Sequence[float], at: float) -> float:
    return sorted(values)[int(at * len(values))]


HEAD = (
    "| operations | with, ms | without, ms | journal an operation, ms | share | of it computing, ms | fsyncs a group |",
    "|---|---|---|---|---|---|---|",
)
PAIRED = ("| operations | journal an operation, ms: median of the pairs | 95 % interval |", "|---|---|---|")
RESAMPLES = 2000
QUANTILES = {"median": 0.5, "lowest tenth, as on a quiet machine": 0.1}


@asynccontextmanager
async def bench(settings: Settings) -> AsyncGenerator[Bench]:
    """Have both workers run meanwhile."""
    client, syncs = await connect(settings, embedded_only=True), Syncs()
    await register_search_attributes(client)
    logs: dict[str, EventLog] = {
        JOURNAL: JsonlEventLog(settings.log_dir, disk=Disk(sync=syncs)),
        MEMORY: MemoryLog(settings.log_dir),
    }
    async with AsyncExitStack() as stack:
        for name, log in logs.items():
            venues = open_venues(settings)
            stack.push_async_callback(close_venues, venues.values())
            queue = settings.model_copy(update={"task_queue": name})
            await stack.enter_async_context(build_worker(client, queue, venues, log))
        yield Bench(client, syncs)


async def price(at: Bench, size: int, pairs: int) -> Price:
    """Run pairs of groups, the one with the journal first in every other pair."""
    found: list[tuple[Took, Took]] = []
    for number in range(-WARM_UP, pairs):
        if number == 0:
            at.syncs.times_ms.clear()
        taken: dict[str, Took] = {}
        for log in (JOURNAL, MEMORY) if number % 2 else (MEMORY, JOURNAL):
            taken[log] = await at.took(log, f"{log}-{size}-{number + WARM_UP}", size)
        if number >= 0:
            found.append((taken[JOURNAL], taken[MEMORY]))
    return Price(size, tuple(found), len(at.syncs.times_ms) / pairs)


async def measured(settings: Settings, pairs: int) -> list[str]:
    """Return the tables, line by line."""
    async with bench(settings) as at:
        prices, syncs_ms = list[Price](), list[float]()
        for size in SIZES:
            prices.append(await price(at, size, pairs))
            syncs_ms += at.syncs.times_ms
    lines = [f"{pairs} pairs of each size; one fsync {statistics.median(syncs_ms):.2f} ms (median)"]
    lines.append(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, at_quantile in QUANTILES.items():
        lines += ["", f"{name}:", "", *HEAD, *(each.row(at_quantile) for each in prices)]
    return [*lines, "", *PAIRED, *(each.differences() for each in prices)]


def main() -> None:
    """Measure, and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=200, help="groups of each size, with the journal and without")
    arguments.add_argument("--folder", type=Path, default=None, help="where the journal is kept, for another disk")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        temporal_port, ui_port, paper_port = free_ports(3)
        settings = load_settings(
            data_dir=Path(folder), temporal_port=temporal_port, ui_port=ui_port, paper_port=paper_port
        )
        # Told to stop, it unwinds as on Ctrl-C, and leaves no server behind.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with embedded(settings):
            print("\n".join(asyncio.run(measured(with_running_paper(settings), given.pairs))))  # noqa: T201 (its result)


if __name__ == "__main__":
    main()
