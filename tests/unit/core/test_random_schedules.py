"""A hundred thousand random schedules, each held against what the virtual venue really did.

`CORE_SEEDS` (default 100000) sets how many, `CORE_FIRST_SEED` where they begin: a failure prints the seed of its run.
"""

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from random import Random

from allornone.models.group import AtomicGroup, GroupStatus
from tests.unit.core.plans import group, random_operation
from tests.unit.core.references import remembering
from tests.unit.core.schedule import Schedule

SEEDS = int(os.environ.get("CORE_SEEDS", "100000"))
FIRST = int(os.environ.get("CORE_FIRST_SEED", "0"))
PLANS = 400
BLOCK = 2500


def random_plan(number: int) -> AtomicGroup:
    """Return plan `number`: one to four operations, each with a few of the things that it may declare."""
    random = Random(number)  # noqa: S311 (plans are to be repeatable)
    operations = [random_operation(random, (1, 10, 60)) for _ in range(random.choice((1, 1, 2, 2, 3, 4)))]
    return group(
        *operations,
        on_stuck_undo=random.choice(("wait", "continue")),
        accept_residual=random.random() < 0.3,
        resolve_budget_s=random.choice((1, 100, 600)),
        undo_budget_s=random.choice((1, 100, 900)),
        forward_retries=random.choice((0, 0, 1, 3)),
    )


def run_block(first: int, count: int) -> Counter[GroupStatus]:
    """Run the schedules of `count` seeds, and return how they ended."""
    plans = [random_plan(number) for number in range(PLANS)]
    ends: Counter[GroupStatus] = Counter()
    with remembering():
        for seed in range(first, first + count):
            try:
                ends[Schedule(plans[seed % PLANS], seed).run()] += 1
            except AssertionError as broken:
                raise AssertionError(f"seed {seed}: {broken}") from broken
    return ends


def test_no_schedule_breaks_an_invariant_and_each_comes_to_an_end() -> None:
    blocks = range(FIRST, FIRST + SEEDS, BLOCK)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 4)) as pool:
        ends = sum(pool.map(run_block, blocks, repeat(BLOCK)), Counter[GroupStatus]())
    assert ends.total() == SEEDS
    assert set(ends) == {GroupStatus.COMPLETED, GroupStatus.ROLLED_BACK, GroupStatus.FAILED, GroupStatus.PARTIAL}
