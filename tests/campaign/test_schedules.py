"""The short form of a million random schedules. `CAMPAIGN_SEED` sets where they begin."""

import os

from tests.campaign.schedules import Schedule, Verdict, run, tally
from tests.campaign.virtual.rig import rigged

SEED = int(os.environ.get("CAMPAIGN_SEED", "0"))
SCHEDULES = 400


def test_no_schedule_breaks_an_invariant_and_each_end_is_reached() -> None:
    with rigged():
        ends, broken = tally(run(SEED, SCHEDULES))

    assert broken == []
    assert ends.total() == SCHEDULES
    assert set(ends) == {"completed", "failed", "rolled_back", "partial", "superseded"}


def test_the_same_seed_has_the_same_verdict_and_the_same_trace() -> None:
    def played() -> list[tuple[Verdict, list[str]]]:
        with rigged():
            schedules = [Schedule(seed) for seed in range(40)]
            return [(schedule.run(), schedule.trace) for schedule in schedules]

    assert played() == played()


def test_a_shard_has_the_verdicts_of_the_whole() -> None:
    with rigged():
        whole = list(run(0, 30))
        shards = [*run(0, 10), *run(10, 20)]

    assert shards == whole
