"""From every state that a group can reach, some outcome or command leads to an end."""

from typing import Any

import pytest

from tests.unit.core.exploration import Exploration
from tests.unit.core.plans import group
from tests.unit.core.references import remembering

FAST: dict[str, Any] = {"resolve_budget_s": 1, "undo_budget_s": 1}
BRIEF: dict[str, Any] = {"timeout_s": 1}
PIVOT = {**BRIEF, "pivot": True}
LEFT = {**BRIEF, "rollback": "none"}
FREE = {**BRIEF, "independent": True}


@pytest.mark.parametrize(
    ("operations", "policy", "latches"),
    [
        ([BRIEF], {"forward_retries": 1}, ("sizes", "cancel", "deadline", "pause")),
        ([PIVOT], {"forward_retries": 1}, ("sizes", "cancel", "deadline", "pause")),
        ([BRIEF, BRIEF], {}, ("sizes",)),
        ([PIVOT, BRIEF], {}, ("cancel", "deadline")),
        ([BRIEF, PIVOT], {}, ("sizes",)),
        ([BRIEF, LEFT], {}, ("cancel",)),
        ([FREE, FREE], {"on_stuck_undo": "continue"}, ("cancel",)),
        ([PIVOT, BRIEF], {"accept_residual": True}, ("cancel", "deadline")),
        ([BRIEF, LEFT], {}, ("orphaned", "cancel")),
        ([PIVOT, BRIEF], {}, ("orphaned", "deadline")),
        ([BRIEF], {"forward_retries": 1}, ("cancel", "deadline", "pause", "halt")),
        ([PIVOT, BRIEF], {}, ("halt",)),
        ([BRIEF, BRIEF], {}, ("unreadable", "cancel")),
        ([PIVOT, BRIEF], {}, ("unreadable", "deadline")),
        ([BRIEF, BRIEF, BRIEF], {}, ()),
        ([BRIEF, PIVOT, BRIEF], {}, ()),
        pytest.param([BRIEF, BRIEF, BRIEF], {}, ("sizes",), marks=pytest.mark.long),
    ],
    ids=[
        "one",
        "pivot",
        "two",
        "past a pivot",
        "pivot last",
        "no undo",
        "independent",
        "accepting",
        "orphaned",
        "orphaned past a pivot",
        "halted",
        "halted past a pivot",
        "never readable again",
        "never readable again past a pivot",
        "three",
        "three, pivot",
        "three, parts and breaches",
    ],
)
def test_every_reachable_state_can_still_end(
    operations: list[dict[str, Any]], policy: dict[str, Any], latches: tuple[str, ...]
) -> None:
    with remembering():
        explored = Exploration(group(*operations, **FAST, **policy), *latches)
    print(f"{len(explored.nodes)} states, {len(explored.ends)} ends")  # noqa: T201 (how far it went)
    stuck = explored.stuck()
    assert not stuck, f"{len(stuck)} states lead nowhere, for one {explored.nodes[next(iter(stuck))]}"
