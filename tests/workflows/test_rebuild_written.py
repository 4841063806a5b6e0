"""A group that is lost goes on from what its activities wrote of it, and not only from what its core had meant.

`REBUILD_SEEDS` (default 3000) sets how many schedules there are of the core's own records; a tenth is written out here,
which takes five times as long each. `CORE_FIRST_SEED` is where they begin.
"""

import os
from collections import Counter

from allornone.models.group import GroupStatus
from tests.unit.core.rebirth import Rebirth
from tests.unit.core.references import remembering
from tests.unit.core.test_random_schedules import PLANS, random_plan
from tests.workflows.written import Written

SEEDS = int(os.environ.get("REBUILD_SEEDS", "3000")) // 10
FIRST = int(os.environ.get("CORE_FIRST_SEED", "0"))
THOROUGH = SEEDS // 60


def test_a_group_that_is_lost_again_and_again_is_told_by_what_was_written_of_it() -> None:
    plans = [random_plan(number) for number in range(PLANS)]
    ends: Counter[GroupStatus] = Counter()
    losses = 0
    with remembering():
        for seed in range(FIRST, FIRST + SEEDS):
            schedule = Rebirth(plans[seed % PLANS], seed, orphaned=seed % 3 == 0, journal=Written)
            try:
                ends[schedule.run()] += 1
            except AssertionError as broken:
                raise AssertionError(f"seed {seed}: {broken}") from broken
            losses += schedule.losses

    assert losses > SEEDS
    assert set(ends) == {GroupStatus.COMPLETED, GroupStatus.ROLLED_BACK, GroupStatus.FAILED, GroupStatus.PARTIAL}


def test_a_group_that_is_lost_once_at_any_of_its_steps_is_told_by_what_was_written_of_it() -> None:
    plans = [random_plan(number) for number in range(PLANS)]
    with remembering():
        for seed in range(FIRST, FIRST + THOROUGH):
            step, steps = 0, 1
            while step < steps:
                step += 1
                schedule = Rebirth(plans[seed % PLANS], seed, lost_at=step, journal=Written)
                try:
                    schedule.run()
                except AssertionError as broken:
                    raise AssertionError(f"seed {seed}, lost at step {step}: {broken}") from broken
                steps = max(steps, schedule.steps)
