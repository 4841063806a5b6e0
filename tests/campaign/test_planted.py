"""The short form of the planted bugs: a handful, and that the runner can tell what is not caught."""

import pytest

from tests.campaign import planted
from tests.campaign.planted import Mutant, copied, mutants, plant, run

CAUGHT = Mutant(
    name="caught",
    file="allornone/ids.py",
    old='digest(["event", *cause])',
    new='digest(["reference", *cause])',
    check="tests/unit/test_ids.py::test_a_loose_operation_has_a_group_of_its_own",
    breaks="nothing",
)


def test_there_are_thirty_and_more_each_with_a_check_of_its_own_words() -> None:
    every = mutants()

    assert len(every) >= 30
    assert len({mutant.name for mutant in every}) == len(every)
    assert all(mutant.old != mutant.new for mutant in every)


def test_each_text_stands_once_where_its_mutant_says() -> None:
    stale = [each.name for each in mutants() if (planted.ROOT / each.file).read_text("utf-8").count(each.old) != 1]

    assert stale == []


def test_the_quick_ones_are_caught() -> None:
    quick = tuple(mutant for mutant in mutants() if mutant.quick)

    assert [each.outcome for each in run(quick)] == ["caught"] * len(quick)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "missed"),
        ({"old": "no such text"}, "does not apply"),
        ({"check": "tests/unit/test_ids.py::test_that_is_not"}, "no check"),
    ],
)
def test_what_is_not_caught_is_told_apart(changed: dict[str, str], outcome: str) -> None:
    with copied() as copy:
        assert plant(copy, CAUGHT.model_copy(update=changed)).outcome == outcome
