"""From every state that a group can reach, some outcome or command leads to an end."""

from typing import Any

import pytest

from tests.unit.core.exploration import Exploration
from tests.unit.core.plans import group

FAST: dict[str, Any] = {"resolve_budget_s": 1, "undo_budget_s": 1}
BRIEF: dict[str, Any] = {"timeout_s": 1}
PIVOT = {**BRIEF, "pivot": True}
LEFT = {**BRIEF, "rollback": "none"}
FREE = {**BRIEF, "independent": True}


@pytest.mark.parametrize(
    ("operations", "policy"),
    [
        ([BRIEF], {"forward_retries": 1}),
        ([PIVOT], {"forward_retries": 1}),
        ([BRIEF, BRIEF], {}),
        ([PIVOT, BRIEF], {}),
        ([BRIEF, LEFT], {}),
        ([FREE, FREE], {"on_stuck_undo": "continue"}),
        ([PIVOT, BRIEF], {"accept_residual": True}),
        ([BRIEF, BRIEF, BRIEF], {}),
    ],
    ids=["one", "pivot", "two", "past a pivot", "no undo", "independent", "accepting", "three"],
)
def test_every_reachable_state_can_still_end(operations: list[dict[str, Any]], policy: dict[str, Any]) -> None:
    explored = Exploration(group(*operations, **FAST, **policy))
    print(f"{len(explored.nodes)} states, {len(explored.ends)} ends")  # noqa: T201 (how far it went)
    stuck = explored.stuck()
    assert not stuck, f"{len(stuck)} states lead nowhere, for one {explored.nodes[next(iter(stuck))]}"
