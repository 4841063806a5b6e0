"""The five parts of the campaign, each a stream of cells: what was tried, the verdict, the numbers."""

import gc
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from typing import Any, TypeVar

from tests.campaign import planted, repeat, schedules
from tests.campaign.book import Cell, Verdict, commit_of
from tests.campaign.configurations import CONFIGURATIONS
from tests.campaign.deciding import Part
from tests.campaign.pairs import PROFILES, Pair, pairs, play, scenarios, singles
from tests.campaign.pairs import Cell as Behaviour
from tests.campaign.rules import RULES, switched_off
from tests.campaign.space import Explored, explore
from tests.campaign.virtual import memory
from tests.campaign.virtual.rig import rigged
from tests.campaign.virtual.witness import Violation

Tell = Callable[[str], None]
Item = TypeVar("Item")
ALL: tuple[Part, ...] = ("A", "B", "C", "D", "E")
DAILY_MINUTES = {"A": 10.0, "B": 10.0, "C": 4.0, "D": 2.0, "E": 4.0}
"""The daily form: half an hour for all."""
FULL_SPACE_S = 300.0
DAILY_SPACE_S = 20.0
DAILY_PAIRS = 20
"""Every so manieth pair a day, another share with each seed."""
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Ask:
    """What a run was asked for: `shard` is (number from 0, how many)."""

    seed: int
    shard: tuple[int, int]
    minutes: float | None
    schedules: int
    full: bool
    code: str
    done: frozenset[str] = frozenset()
    """Names of cells that need not run again."""
    began: float = field(default_factory=time.monotonic)
    commit: str = field(default_factory=commit_of)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be begun."""
        return self.minutes is not None and time.monotonic() - self.began > self.minutes * 60

    def mine(self, items: Iterable[Item], name: Callable[[Item], str]) -> list[Item]:
        """Return what is left to do of this shard's share; `name` tells the cell of an item."""
        share = islice(items, self.shard[0], None, self.shard[1])
        return [item for item in share if name(item) not in self.done]

    def cell(
        self, part: Part, name: str, verdict: Verdict, seconds: float, note: str = "", *, seed: int | None = None
    ) -> Cell:
        """Return a verdict."""
        return Cell(part, name, verdict, self.seed if seed is None else seed, self.commit, self.code, seconds, note)


def run(part: Part, ask: Ask, tell: Tell) -> Iterator[Cell]:
    """Yield the cells of a part."""
    match part:
        case "A":
            yield from _decisions(ask, tell)
        case "B":
            matrix: Any = import_module("tests.campaign.matrix")
            yield from matrix.run(ask.seed, ask.shard, ask.minutes, full=ask.full, tell=tell, done=ask.done)
        case "C":
            soak: Any = import_module("tests.campaign.soak")
            yield from soak.run(
                ask.seed, 10_000 if ask.full else 300, ask.minutes, tell, shard=ask.shard, done=ask.done
            )
        case "D":
            yield from _repetitions(ask, tell)
        case _:
            yield from _mutants(ask, tell)


def _decisions(ask: Ask, tell: Tell) -> Iterator[Cell]:
    for each in (_rules, _pairs, _schedules, _spaces):
        yield from each(ask, tell)


def _rules(ask: Ask, tell: Tell) -> Iterator[Cell]:
    for rule in ask.mine(RULES, lambda rule: f"rule off: {rule.name}"):
        if ask.over:
            return
        found = switched_off(rule)
        caught = found.broken.partition(":")[0] in rule.breaks
        note = f"{found.broken or 'nothing broke'}; {found.states} states, {len(found.trace)} steps"
        tell(f"A without {rule.name}: {note}")
        yield ask.cell("A", f"rule off: {rule.name}", "held" if caught else "broken", found.seconds, note)


def _spaces(ask: Ask, tell: Tell) -> Iterator[Cell]:
    # The daily form takes another quarter with each seed.
    chosen = list(CONFIGURATIONS) if ask.full else list(CONFIGURATIONS[ask.seed % 4 :: 4])
    for configuration in ask.mine(chosen, lambda each: f"space: {each.name}"):
        if ask.over:
            return
        with rigged():
            found = explore(configuration, seconds=FULL_SPACE_S if ask.full else DAILY_SPACE_S)
        note = _numbers(found)
        tell(f"A space {configuration.name}: {note}")
        yield ask.cell("A", f"space: {configuration.name}", "broken" if found.broken else "held", found.seconds, note)


def _numbers(found: Explored) -> str:
    how = "complete" if found.complete else "cut"
    trace = "; ".join(f"{move.kind} {move.of} {move.how}".strip() for move in found.trace)
    counted = f"{found.states} states, {found.steps} steps, {found.ends} ends, {found.healed} healed, {how}"
    return f"{found.broken}; {counted}; {trace}" if found.broken else counted


def _pairs(ask: Ask, tell: Tell) -> Iterator[Cell]:
    chosen: list[Pair] = [*singles(), *pairs()]
    if not ask.full:
        chosen = [*singles(), *list(pairs())[ask.seed % DAILY_PAIRS :: DAILY_PAIRS]]
    left = ask.mine(chosen, _pair_name)
    with rigged():
        for number, pair in enumerate(left):
            if ask.over:
                return
            if number % 200 == 0:
                tell(f"A pairs: {number} of {len(left)}")
            yield _pair(ask, pair)


def _pair_name(pair: Pair) -> str:
    return "pair: " + " + ".join(map(str, pair))


def _pair(ask: Ask, pair: Pair) -> Cell:
    began, fired, broken, slowest = time.monotonic(), set[Behaviour](), "", 0.0
    for scenario in scenarios(pair):
        for profile in PROFILES:
            played = play(pair, scenario, profile)
            fired = max(fired, played.fired, key=len)
            broken = broken or played.broken
            slowest = max(slowest, 0.0 if played.blocked else played.seconds)
    verdict: Verdict = "broken" if broken else "held" if len(fired) == len(pair) else "unreachable"
    memory.forget_if_full()
    return ask.cell("A", _pair_name(pair), verdict, time.monotonic() - began, broken or f"within {slowest:g} s")


def _schedules(ask: Ask, tell: Tell) -> Iterator[Cell]:
    """Run schedules in batches; a batch's name is its seeds, so that shards and days add up."""
    first = ask.seed * 1_000_000
    seeds = range(first, first + ask.schedules, BATCH)
    # One memory for all batches: the more schedules were run, the more of the next one is known.
    with rigged(), _uncollected():
        for seed in ask.mine(seeds, lambda seed: f"schedules: {seed}"):
            if ask.over:
                return
            began = time.monotonic()
            ends, broken = schedules.tally(schedules.run(seed, BATCH))
            seconds = time.monotonic() - began
            told = "; ".join(f"seed {each.seed}: {each.broken}" for each in broken[:3])
            note = told or ", ".join(f"{end} {count}" for end, count in sorted(ends.items()))
            tell(f"A schedules {seed}..{seed + BATCH - 1}: {note} ({BATCH / seconds:.0f} a second)")
            yield ask.cell("A", f"schedules: {seed}", "broken" if broken else "held", seconds, note, seed=seed)


@contextmanager
def _uncollected() -> Generator[None]:
    """Let nobody look for cycles: among millions of remembered things it takes a third of the time, and finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _repetitions(ask: Ask, tell: Tell) -> Iterator[Cell]:
    every = [(each, lost) for each in repeat.repetitions() for lost in (False, True)]
    for repetition, lost in ask.mine(every, _repetition_name):
        if ask.over:
            return
        began, name = time.monotonic(), _repetition_name((repetition, lost))
        try:
            with rigged():
                copies = repeat.repeat(repetition, lost=lost)
        except Violation as broken:
            yield ask.cell("D", name, "broken", time.monotonic() - began, str(broken))
        else:
            verdict: Verdict = "held" if copies else "unreachable"
            yield ask.cell("D", name, verdict, time.monotonic() - began, f"{copies} copies")
    tell("D is over")


def _repetition_name(each: tuple[repeat.Repetition, bool]) -> str:
    repetition, lost = each
    return f"{repetition}{'; answers lost' if lost else ''}"


def _mutants(ask: Ask, tell: Tell) -> Iterator[Cell]:
    chosen = planted.mutants()
    if not ask.full:
        # The daily form takes another share with each seed; what is quick is planted by `make test` too.
        chosen = chosen[ask.seed % 3 :: 3]
    for found in planted.run(tuple(ask.mine(chosen, lambda mutant: mutant.name))):
        tell(f"E {found.outcome}: {found.mutant.name} ({found.seconds:.1f} s)")
        note = f"{found.outcome}; {found.mutant.breaks}; {found.mutant.check} {found.note}".strip()
        yield ask.cell("E", found.mutant.name, "held" if found.outcome == "caught" else "broken", found.seconds, note)
        if ask.over:
            return
