"""What only the widened world finds: each rule switched off breaks a schedule, and with it in its place none breaks."""

from dataclasses import replace
from itertools import islice

import pytest

from tests.campaign import late_switches as off
from tests.campaign.deciding import deciding
from tests.campaign.rules import RULES, Off, switched_off, switched_on
from tests.campaign.schedules import Schedule
from tests.campaign.varieties import GONE, HALTED, LATE, SKEWED
from tests.campaign.virtual.rig import rigged
from tests.campaign.virtual.venue import BINANCE

SCHEDULES = 600
"""Of those seeds in which effects are late."""


def first_broken(switch: Off | None = None, *, kind: int = LATE, count: int = SCHEDULES) -> str:
    """Return what the first broken schedule of a kind breaks, nothing where none of `count` does."""
    with rigged() as patch:
        if switch is not None:
            switch(patch)
        verdicts = (Schedule(seed).run() for seed in range(kind, 10 * count, 10))
        return next((verdict.broken for verdict in verdicts if verdict.broken), "")


@pytest.mark.parametrize("switch", [off.no_sweep, off.nothing_is_owed, off.no_late_answers, off.told_once])
def test_without_it_an_effect_after_the_end_goes_unnoticed(switch: Off) -> None:
    assert first_broken(switch).startswith("LE: ")


def test_with_the_sweep_none_does() -> None:
    assert first_broken() == ""


def test_late_effects_come_about_and_their_runs_end() -> None:
    with rigged():
        schedules = (Schedule(seed) for seed in range(LATE, 10 * SCHEDULES, 10))
        late = islice((each.after.runs for each in schedules if each.run() and each.after.runs), 8)
        ends = [run.journal.end for runs in late for run in runs.values()]

    assert all(ends)
    assert {end.group_status for end in ends if end is not None} == {"rolled_back", "partial"}


SLOW = next(rule for rule in RULES if rule.off is off.fenced_by_our_clock)
ONE_CLOCK = replace(SLOW, configuration=replace(SLOW.configuration, profile=BINANCE))


def test_a_fence_by_another_clock_than_the_venues_is_found_where_the_clocks_differ() -> None:
    assert switched_off(SLOW).broken.partition(":")[0] in SLOW.breaks
    assert switched_on(SLOW, states=5000).broken == ""
    assert switched_off(ONE_CLOCK).broken == ""


def test_a_send_that_is_not_stopped_right_before_its_intent_leaves_while_a_halt_stands() -> None:
    assert first_broken(off.halted_before_it_prepares, kind=HALTED).startswith("HL: ")


def test_a_venue_that_is_gone_keeps_its_group_for_ever_where_it_is_never_given_up() -> None:
    assert first_broken(off.never_given_up, kind=GONE).startswith("L1: no end")
    assert first_broken(off.never_given_up, count=100) == ""


@pytest.mark.parametrize("kind", [HALTED, SKEWED, GONE])
def test_neither_a_halt_nor_another_clock_nor_a_venue_that_is_gone_breaks_anything(kind: int) -> None:
    assert first_broken(kind=kind, count=200) == ""


def test_the_world_is_part_of_what_decides_a_verdict() -> None:
    names = {path.as_posix() for path in deciding("A")}

    assert {"tests/campaign/virtual/aftermath.py", "tests/campaign/schedules.py", "activities/sweep_late.py"} <= names
