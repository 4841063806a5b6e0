"""Part B: the single-fault matrix, each point times each fault times each scenario, on the real server."""

import asyncio
import random
import shutil
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count

from tests.campaign import plans
from tests.campaign.book import Cell, Verdict, commit_of
from tests.campaign.deciding import ROOT, code_of
from tests.campaign.matrix.points import FAULTS, POINTS, SERVER_FAULTS, Case, Scenario, cases
from tests.campaign.matrix.times import PACE_MAX, WAVE_PACE_MAX, in_wave
from tests.campaign.matrix.trial import Finding, Trial
from tests.campaign.matrix.wave import Surge
from tests.campaign.rig.installation import Rig, rig
from tests.campaign.stream import pumped, side_by_side

AT_ONCE = 8
"""Cells that run side by side: each waits most of its time for timeouts."""
WAVE = 16
"""Cells that share one fault of the server."""
LATE = 0.5
"""The share of stopped or cut-off workers that come back only after the group's end."""
TRIES = 4
BROKEN = ROOT / ".allornone" / "campaign"
"""Where the folder of a broken cell is kept: its log, and what its workers said."""

Tell = Callable[[str], None]
Unit = tuple[Case, ...]


def run(
    seed: int,
    shard: tuple[int, int] = (0, 1),
    minutes: float | None = None,
    *,
    full: bool = False,
    tell: Tell = print,
    done: Collection[str] = (),
) -> Iterator[Cell]:
    """Run the daily form, each (point, fault) once in a scenario drawn by `seed`, or all of it; yield each verdict.

    `shard` is (number from 0, how many). No cell is begun after `minutes`, and none of the names in `done`. Call from
    the main thread.
    """
    left = [case for case in chosen(seed, shard, full=full) if case.name not in done]
    yield from pumped(_run(left, seed, minutes, tell))


def chosen(seed: int, shard: tuple[int, int], *, full: bool) -> list[Case]:
    """Return the cells of one shard, in the order in which they are run."""
    every = sorted(cases() if full else drawn(seed), key=lambda case: case.name)
    random.Random(seed).shuffle(every)  # noqa: S311 (reproducible, not secret)
    return every[shard[0] :: shard[1]]


def some(wanted: Sequence[Case], seed: int, tell: Tell = print) -> Iterator[Cell]:
    """Run these cells."""
    yield from pumped(_run(list(wanted), seed, None, tell))


def drawn(seed: int) -> tuple[Case, ...]:
    """Return each (point, fault) once, in a scenario that reaches it where there is one."""
    draw = random.Random(seed)  # noqa: S311 (reproducible, not secret)
    found: list[Case] = []
    for point in POINTS:
        for fault in FAULTS:
            every = [Case(point, fault, scenario) for scenario in Scenario]
            found.append(draw.choice([case for case in every if case.reachable] or every))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Booker:
    """Turns findings into cells of the book."""

    seed: int
    commit: str
    code: str

    def cell(self, case: Case, finding: Finding) -> Cell:
        verdict: Verdict = "broken" if finding.broken or finding.odd else "held"
        return Cell("B", case.name, verdict, self.seed, self.commit, self.code, finding.seconds, finding.note)

    def unreachable(self, case: Case) -> Cell:
        return Cell("B", case.name, "unreachable", self.seed, self.commit, self.code, 0.0, "as declared")


async def _run(wanted: list[Case], seed: int, minutes: float | None, tell: Tell) -> AsyncGenerator[Cell]:
    booker = _Booker(seed, commit_of(), code_of("B"))
    for case in wanted:
        if not case.reachable:
            yield booker.unreachable(case)
    units = _units([case for case in wanted if case.reachable], seed)
    loop = asyncio.get_running_loop()
    end = None if minutes is None else loop.time() + minutes * 60
    numbers, pace = count(1), _Pace()
    async with AsyncExitStack() as stack:
        calm = await stack.enter_async_context(rig(plans.FAULTS))
        rough = await stack.enter_async_context(rig(plans.FAULTS)) if any(_is_wave(unit) for unit in units) else calm
        shore = asyncio.Lock()

        async def work(unit: Unit) -> list[Cell]:
            if not _is_wave(unit):
                return [booker.cell(unit[0], await _tried(calm, unit[0], numbers, seed, pace))]
            async with shore:
                found = await _surged(rough, unit, numbers, pace)
            return [booker.cell(case, each) for case, each in zip(unit, found, strict=True)]

        async for cells in side_by_side(units, work, AT_ONCE, lambda: end is None or loop.time() < end):
            for cell in cells:
                tell(f"B {cell.verdict:6} {cell.seconds:6.1f} s  {cell.name}  {cell.note}")
                yield cell


def _is_wave(unit: Unit) -> bool:
    return unit[0].fault in SERVER_FAULTS


def _units(wanted: list[Case], seed: int) -> list[Unit]:
    """Return what runs on its own: single cells, and server faults in waves."""
    units: list[Unit] = [(case,) for case in wanted if case.fault not in SERVER_FAULTS]
    for fault in sorted(SERVER_FAULTS):
        shared = [case for case in wanted if case.fault is fault]
        units += [tuple(shared[begin : begin + WAVE]) for begin in range(0, len(shared), WAVE)]
    random.Random(seed).shuffle(units)  # noqa: S311 (reproducible, not secret)
    return units


class _Pace:
    """How much longer than on an idle machine everything takes here: learnt from cells that came out odd."""

    def __init__(self) -> None:
        self._now = 1.0

    @property
    def now(self) -> float:
        return self._now

    def slower(self) -> None:
        self._now = min(self._now * 2, PACE_MAX)

    def faster(self) -> None:
        self._now = max(self._now * 0.97, 1.0)


async def _tried(calm: Rig, case: Case, numbers: Iterator[int], seed: int, pace: _Pace) -> Finding:
    """Run one cell; again with more time where it came out odd."""
    late = random.Random(f"{seed} {case.name}").random() < LATE  # noqa: S311 (reproducible, not secret)
    tries, finding = 0, None
    while True:
        trial = Trial(calm, case, next(numbers), late=late, pace=pace.now)
        finding = (await trial.run()).after(finding)
        _put_away(trial, case, finding)
        tries += 1
        if finding.broken or not finding.odd:
            pace.faster()
            return finding
        if tries == TRIES:
            return finding
        pace.slower()


async def _surged(rough: Rig, unit: Unit, numbers: Iterator[int], pace: _Pace) -> list[Finding]:
    """Run a wave; whoever came out odd takes part in another one with more time."""
    found: dict[Case, Finding] = {}
    for stretch in (2, 6, 18)[:TRIES]:
        left = [case for case in unit if case not in found or (found[case].odd and not found[case].broken)]
        if left:
            waved = await _wave(rough, left, numbers, min(pace.now * stretch, WAVE_PACE_MAX))
            found |= {case: finding.after(found.get(case)) for case, finding in waved.items()}
    return [found[case] for case in unit]


async def _wave(rough: Rig, cases: list[Case], numbers: Iterator[int], pace: float) -> dict[Case, Finding]:
    surge = Surge(rough.server, cases[0].fault, len(cases), in_wave(pace).gather_s)
    trials = [Trial(rough, case, next(numbers), wave=surge, pace=pace) for case in cases]
    striking = asyncio.create_task(surge.break_out())
    try:
        found = list(await asyncio.gather(*(trial.run() for trial in trials)))
    finally:
        await striking
    for trial, case, finding in zip(trials, cases, found, strict=True):
        _put_away(trial, case, finding)
    return dict(zip(cases, found, strict=True))


def _put_away(trial: Trial, case: Case, finding: Finding) -> None:
    """Keep the folder of a broken cell; of every other, nothing."""
    kept = BROKEN / case.name.replace(" ", "_")
    shutil.rmtree(kept, ignore_errors=True)
    if finding.broken or finding.odd:
        shutil.copytree(trial.folder, kept)
    trial.forget()
