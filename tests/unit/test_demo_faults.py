"""The demo's faults stand beside the user's own, and leave without a trace."""

from pathlib import Path

import pytest

from allornone.errors import BadGroupError
from allornone.venues.paper.faults import Behaviour, FaultRule, read_faults
from worker.demo_faults import FILE, add_rules, remove_rules

RULE = FaultRule(behaviour=Behaviour.REFUSE, venue="aave", operation_id="lend-1", note='it\'s "quoted": yes')
OWN = FaultRule(behaviour=Behaviour.PARTIAL, venue="binance")


def behaviours(path: Path) -> list[FaultRule]:
    return list(read_faults(path.read_text("utf-8"), path.name))


@pytest.mark.parametrize(
    "text",
    [
        "# mine\n- venue: binance\n  behaviour: partial\n",
        "- {venue: binance, behaviour: partial}",
        "rules:\n- venue: binance\n  behaviour: partial\n",
        "rules:\n  - venue: binance\n    behaviour: partial\n",
    ],
    ids=["a list", "no newline at the end", "a mapping", "an indented mapping"],
)
def test_they_stand_behind_the_users_own_and_leave_them_as_they_were(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    add_rules(tmp_path, "run-1", [RULE])

    assert behaviours(tmp_path / FILE) == [OWN, RULE]
    remove_rules(tmp_path)
    assert (tmp_path / FILE).read_text() == text


def test_those_of_a_killed_run_stay_until_the_next_is_over(tmp_path: Path) -> None:
    add_rules(tmp_path, "run-1", [RULE])
    add_rules(tmp_path, "run-2", [RULE])

    assert behaviours(tmp_path / FILE) == [RULE, RULE]
    remove_rules(tmp_path)
    assert not (tmp_path / FILE).exists()


def test_a_file_that_takes_no_further_line_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[]\n")

    with pytest.raises(BadGroupError, match="write its rules as a list"):
        add_rules(tmp_path, "run-1", [RULE])

    assert (tmp_path / FILE).read_text() == "[]\n"
