"""What an operator is advised: only what the group would take, and something wherever it needs somebody."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from allornone.core.advice import AMOUNT, Advice, advice
from allornone.core.command import take
from allornone.core.state import GroupState
from allornone.core.steps import Execute
from allornone.core.view import view
from allornone.models.commands import (
    CancelCommand,
    Command,
    ResolveCommand,
    ResumeCommand,
    RetryCommand,
)
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import Effort, GroupView, OperationState, OperationView
from tests.unit.core.answers import full
from tests.unit.core.exploration import Exploration
from tests.unit.core.plans import group
from tests.unit.core.references import remembering
from tests.unit.core.shell import Shell
from tests.unit.core.test_exhaustive import BRIEF, FAST, LEFT, PIVOT
from tests.unit.core.test_orphaned import halfway, in_the_air, on_the_way_back

REF = "1" * 32
MODELS: dict[str, type[Command]] = {
    "cancel": CancelCommand,
    "resolve": ResolveCommand,
    "resume": ResumeCommand,
    "retry": RetryCommand,
}


def spoken(plan: AtomicGroup, state: GroupState, given: Advice) -> Command:
    """Return the advised command, said by somebody who saw at the venue what was expected."""
    payload: dict[str, Any] = dict(given.payload)
    if "actual_deltas" in payload:
        operations = view(plan, state, None).operations
        (meant,) = [each for each in operations if each.client_ref == payload["client_ref"]]
        undone = {key: -amount for key, amount in meant.net_deltas.items()}
        payload["actual_deltas"] = undone if meant.direction is Direction.ROLLBACK else meant.expected_deltas
    return MODELS[given.command].model_validate({"actor": "ann", **payload})


@pytest.mark.parametrize(
    ("operations", "policy", "latches"),
    [
        ([BRIEF], {}, ("cancel", "pause")),
        ([PIVOT], {}, ("sizes", "cancel", "deadline")),
        ([LEFT], {}, ("sizes", "cancel")),
        ([PIVOT, BRIEF], {}, ()),
    ],
    ids=["one", "pivot", "no undo", "past a pivot"],
)
def test_all_advice_would_be_taken_and_a_blocked_group_always_has_some(
    operations: list[dict[str, Any]], policy: dict[str, Any], latches: tuple[str, ...]
) -> None:
    plan = group(*operations, **FAST, **policy)
    given: set[str] = set()
    with remembering():
        for state, _ in Exploration(plan, *latches).nodes.values():
            shown = view(plan, state, None)
            found = advice(shown)
            assert found or shown.status is not GroupStatus.BLOCKED, state
            for each in found:
                # It waits for the look-up that an operator's word is held against.
                if state.claim is None or each.command != "resolve" or "client_ref" not in each.payload:
                    take(plan, state, spoken(plan, state, each), "advised")
                given.add(f"{each.command} {each.payload.get('outcome', '')}".strip())
    assert {"retry", "resolve accepted", "resolve confirmed", "resolve failed"} <= given


def blocked(*, fence: str = "waiting", direction: Direction = Direction.FORWARD) -> GroupView:
    operation = OperationView(
        operation_id="hedge",
        operation_type="perp_trade",
        venue="binance.usdm",
        state=OperationState.UNKNOWN,
        direction=direction,
        client_ref=REF,
        expected_deltas={"binance.usdm:Perp:ETHUSDT": Decimal(-1)},
        net_deltas={"binance.usdm:Perp:ETHUSDT": Decimal("-0.9")} if direction is Direction.ROLLBACK else {},
        effort=Effort(sends=1, fence=fence),
    )
    return GroupView(
        atomic_group_id="g",
        plan_hash="p",
        status=GroupStatus.BLOCKED,
        needs_operator=True,
        operations=(operation,),
        commands=("pause", "cancel", "retry", "resolve"),
    )


def test_what_may_still_happen_is_not_called_not_happened() -> None:
    assert [(each.command, each.payload.get("outcome")) for each in advice(blocked())] == [
        ("retry", None),
        ("resolve", "confirmed"),
        ("cancel", None),
    ]


def test_what_is_fenced_may_be_called_not_happened() -> None:
    assert Advice("resolve", "it did not happen", {"outcome": "failed", "client_ref": REF}) in advice(
        blocked(fence="fenced")
    )


def test_nobody_is_given_the_amount_that_they_have_to_read_at_the_venue() -> None:
    _, confirmed, *_ = advice(blocked(direction=Direction.ROLLBACK))

    assert confirmed.payload["actual_deltas"] == {"binance.usdm:Perp:ETHUSDT": AMOUNT}
    assert confirmed.why.endswith("(expected was binance.usdm:Perp:ETHUSDT +0.9)")


def test_a_group_that_needs_nobody_is_left_alone() -> None:
    assert advice(blocked().model_copy(update={"needs_operator": False})) == ()


def told_of_retry(shell: Shell) -> str:
    """Return what the pasted `retry` of a group is said to do."""
    shell.step()
    (retry,) = [each for each in advice(view(shell.plan, shell.state, None)) if each.command == "retry"]
    return retry.why


@pytest.mark.parametrize(
    ("begins", "does"),
    [
        (halfway, "go on where it stood: sends op1"),
        (on_the_way_back, "go on rolling back where it stood: sends the undo of op0"),
        (in_the_air, "look again now for op1; once that is known, go on where it stood"),
    ],
)
def test_retry_of_a_rebuilt_group_says_what_it_goes_on_with(begins: Callable[[], Shell], does: str) -> None:
    assert told_of_retry(begins()) == does


def test_retry_past_the_deadline_says_what_it_sends() -> None:
    shell = Shell(group({"pivot": True}, {}))
    shell.plays(Execute(0, 1), full(0))
    shell.reaches_deadline()

    assert told_of_retry(shell) == "send op1 now, and go on"


def test_only_what_needs_no_amount_from_the_venue_runs_as_it_stands() -> None:
    assert [each.command for each in advice(blocked()) if each.runs] == ["retry", "cancel"]
