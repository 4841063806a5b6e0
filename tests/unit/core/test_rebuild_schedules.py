"""A group that is lost at any step goes on from its records: nothing is sent twice, and the end is as honest.

`REBUILD_SEEDS` (default 3000) sets how many schedules, `CORE_FIRST_SEED` where they begin.
"""

import os
from collections import Counter

import pytest

from allornone.models.group import GroupStatus
from tests.unit.core.rebirth import Rebirth
from tests.unit.core.references import remembering
from tests.unit.core.test_random_schedules import PLANS, random_plan

SEEDS = int(os.environ.get("REBUILD_SEEDS", "3000"))
FIRST = int(os.environ.get("CORE_FIRST_SEED", "0"))
THOROUGH = SEEDS // 60


def test_a_group_that_is_lost_again_and_again_ends_as_honestly_and_sends_nothing_twice() -> None:
    plans = [random_plan(number) for number in range(PLANS)]
    ends: Counter[GroupStatus] = Counter()
    losses = 0
    with remembering():
        for seed in range(FIRST, FIRST + SEEDS):
            schedule = Rebirth(plans[seed % PLANS], seed, orphaned=seed % 3 == 0)
            try:
                ends[schedule.run()] += 1
            except AssertionError as broken:
                raise AssertionError(f"seed {seed}: {broken}") from broken
            losses += schedule.losses

    assert losses > SEEDS
    assert set(ends) == {GroupStatus.COMPLETED, GroupStatus.ROLLED_BACK, GroupStatus.FAILED, GroupStatus.PARTIAL}


@pytest.mark.parametrize("orphaned", [False, True])
def test_a_group_that_is_lost_once_at_every_one_of_its_steps_comes_to_an_end(orphaned: bool) -> None:  # noqa: FBT001
    plans = [random_plan(number) for number in range(PLANS)]
    with remembering():
        for seed in range(FIRST, FIRST + THOROUGH):
            step, steps = 0, 1
            while step < steps:
                step += 1
                schedule = Rebirth(plans[seed % PLANS], seed, lost_at=step, orphaned=orphaned)
                try:
                    schedule.run()
                except AssertionError as broken:
                    raise AssertionError(f"seed {seed}, lost at step {step}: {broken}") from broken
                steps = max(steps, schedule.steps)
