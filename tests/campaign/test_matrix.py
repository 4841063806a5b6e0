"""The single-fault matrix in short: each fault once, and the declaration of what can be reached."""

import asyncio

from tests.campaign import matrix
from tests.campaign.matrix.points import FAULTS as EVERY_FAULT
from tests.campaign.matrix.points import POINTS, Case, Fault, Scenario, cases, reaches
from tests.campaign.matrix.trial import Trial
from tests.campaign.plans import FAULTS
from tests.campaign.rig.installation import Rig, rig

EACH_FAULT = (
    Case("2.do.p1", Fault.WORKER_KILL, Scenario.SUCCESS),
    Case("2.undo.p3", Fault.WORKER_KILL, Scenario.REFUSED_4),
    Case("1.undo.p3", Fault.WORKER_STOP, Scenario.DEADLINE),
    Case("3.do.p1", Fault.WORKER_STOP, Scenario.CANCEL),
    Case("4.do.p4", Fault.SERVER_KILL, Scenario.SUCCESS),
    Case("1.undo.p6", Fault.SERVER_STOP, Scenario.REFUSED_2),
    Case("3.do.p5", Fault.CUT_SERVER, Scenario.SUCCESS),
    Case("2.do.p3", Fault.CUT_VENUE, Scenario.REFUSED_4),
    Case("1.do.p4", Fault.DISK_FULL, Scenario.SUCCESS),
    Case("rolling_back.after", Fault.TORN_TAIL, Scenario.CANCEL),
    Case("revoked.after", Fault.CLOCK_AHEAD, Scenario.SUCCESS),
    Case("end.before", Fault.CLOCK_BACK, Scenario.DEADLINE),
)


def test_a_group_ends_as_it_should_whichever_fault_strikes() -> None:
    assert {case.fault for case in EACH_FAULT} == set(EVERY_FAULT)

    cells = list(matrix.some(EACH_FAULT, seed=1))

    assert sorted(cell.name for cell in cells) == sorted(case.name for case in EACH_FAULT)
    assert [(cell.name, cell.note) for cell in cells if cell.verdict != "held"] == []


async def test_a_scenario_comes_by_exactly_the_points_that_are_declared() -> None:
    async with rig(FAULTS) as installed:
        reached = {scenario: await seen_by(installed, scenario) for scenario in Scenario}

    assert reached == {scenario: {point for point in POINTS if reaches(point, scenario)} for scenario in Scenario}


async def seen_by(installed: Rig, scenario: Scenario) -> set[str]:
    """Run three groups: some points bring something of their own, a lost answer, a pause or a sweep."""
    points = ("look.before", "pause.before", "sweep.before")
    begin = len(Scenario) * list(Scenario).index(scenario)
    cases = [Case(point, Fault.NONE, scenario) for point in points]
    trials = [Trial(installed, case, begin + number, pace=4) for number, case in enumerate(cases)]
    for trial in trials:
        trial.points = ("*",)
    findings = await asyncio.gather(*(trial.run() for trial in trials))
    assert [finding.broken for finding in findings] == [()] * len(points)
    return {point for trial in trials for point in trial.seen} & set(POINTS)


def test_the_same_seed_draws_the_same_cells() -> None:
    assert matrix.drawn(7) == matrix.drawn(7)
    assert matrix.drawn(7) != matrix.drawn(8)
    assert len(matrix.drawn(7)) == len(POINTS) * 10
    assert len(cases()) == len(POINTS) * 50


def test_shards_add_up_to_the_whole() -> None:
    whole = set(matrix.chosen(7, (0, 1), full=True))

    parts = [set(matrix.chosen(7, (number, 3), full=True)) for number in range(3)]

    assert parts[0] | parts[1] | parts[2] == whole
    assert sum(map(len, parts)) == len(whole)
