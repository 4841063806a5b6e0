"""What activities are told: pure functions of the plan and the state."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allornone.core.answer import AnswerKind
from allornone.core.rebuild import rebuild
from allornone.core.standing import announce
from allornone.core.state import Attempt, Flight, GroupState, Progress, Unwinding, begin
from allornone.core.steps import Look
from allornone.events import GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionStatus
from allornone.models.reconciliation import Verdict
from tests.plans import SELL, STAKE, Leg, group
from workflows import briefs

MOMENT = {
    "timestamp": "2026-01-05T12:00:00+00:00",
    "real_utc_time": "2026-01-05T12:00:00+00:00",
    "correlation_id": "",
    "pid": 7,
    "atomic_group_id": "group-1",
}
SOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
THREE: Leg = {
    **SELL,
    "expected_deltas": {"binance:ETH": "-3", "binance:USDT": "9000.000000000000000001"},
    "operation_details": {"amount": "3", "pair": "ETH/USDT", "side": "sell"},
}
BUY_BACK: Leg = {
    **{key: value for key, value in SELL.items() if key != "operation_id"},
    "expected_deltas": {"binance:ETH": "1", "binance:USDT": "-3000"},
    "operation_details": {"amount": "1", "pair": "ETH/USDT", "side": "buy"},
}


def moved(amount: str, direction: Direction = Direction.FORWARD, epoch: int = 1) -> Attempt:
    """An attempt that sold, or bought back, so much."""
    sign = -1 if direction is Direction.FORWARD else 1
    handshake = ExecutionHandshake(
        operation_id="sell",
        status=ExecutionStatus.CONFIRMED,
        actual_deltas={"binance:BaseToken:ETH": sign * Decimal(amount)},
        executed_amount=Decimal(amount),
    )
    return Attempt(direction, epoch, AnswerKind.CLOSED, Verdict.PARTIAL, handshake)


def after(*attempts: Attempt, **more: Any) -> GroupState:
    return GroupState(operations=(Progress(attempts=attempts, forward_epoch=1, **more),))


def test_the_second_epoch_of_a_third_asks_for_the_other_two() -> None:
    plan = group("g", THREE)

    task = briefs.forward_task(plan, after(moved("1")), 0, 2, SOON)

    assert task.request.operation_details.amount == Decimal(2)
    assert task.request.expected_deltas == {
        "binance:ETH": Decimal(-2),
        "binance:USDT": Decimal("6000.000000000000000001"),
    }


def test_a_look_is_told_for_how_long_its_reference_is_revoked_and_its_venue_unread() -> None:
    flight = Flight(0, Direction.FORWARD, 1, revoked=True, revoked_s=7.0, blind_s=5.0, seen=True)

    look = Look(0, Direction.FORWARD, 1, "resolve", 1, 0)

    task = briefs.look_task(group("g", THREE), replace(after(), flight=flight), look, SOON)

    assert (task.revoked_s, task.blind_s, task.seen) == (7.0, 5.0, True)


def test_an_undo_is_told_the_whole_operation_and_the_part_that_took_effect() -> None:
    plan = group("g", THREE)

    task = briefs.undo_task(plan, after(moved("1")), 0, 1, SOON)

    assert task.request.operation_details.amount == Decimal(3)
    assert task.effect is not None
    assert task.effect.actual_deltas == {"binance:BaseToken:ETH": Decimal(-1)}
    assert task.effect.filled_ratio == Decimal("0.333333333333333333")


def test_a_second_undo_is_told_what_the_first_left() -> None:
    plan = group("g", SELL)
    state = after(moved("1"), moved("0.4", Direction.ROLLBACK), undo_epoch=1)

    task = briefs.undo_task(plan, state, 0, 2, SOON)

    assert task.effect is not None
    assert task.effect.actual_deltas == {"binance:BaseToken:ETH": Decimal("-0.6")}


def test_a_second_undo_by_a_given_inverse_has_the_share_that_the_first_left() -> None:
    plan = group("g", {**SELL, "rollback": BUY_BACK})
    state = after(moved("1"), moved("0.4", Direction.ROLLBACK), undo_epoch=1)

    task = briefs.undo_task(plan, state, 0, 2, SOON)

    assert task.effect is not None
    assert task.effect.filled_ratio == Decimal("0.6")


def test_the_last_look_at_an_undo_judges_it_against_what_was_there_before_it() -> None:
    plan = group("g", SELL)
    state = after(moved("1"), moved("1", Direction.ROLLBACK), undo_epoch=1, undone=True)

    task = briefs.look_task(plan, state, Look(0, Direction.ROLLBACK, 1, "last_look", 1, 0), SOON)

    assert task.effect is not None
    assert task.effect.actual_deltas == {"binance:BaseToken:ETH": Decimal(-1)}


@pytest.mark.parametrize("direction", list(Direction))
def test_a_reference_is_a_function_of_its_cause(direction: Direction) -> None:
    plan = group("g", SELL, STAKE)
    look = Look(1, direction, 1, "resolve", 1, 0)

    tasks = [briefs.look_task(plan, begin(plan), look, SOON) for _ in range(2)]

    assert tasks[0].client_ref == tasks[1].client_ref
    assert (
        tasks[0].client_ref
        != briefs.look_task(plan, begin(plan), Look(0, direction, 1, "resolve", 1, 0), SOON).client_ref
    )


def test_a_group_that_is_blocked_while_it_rolls_back_is_rebuilt_as_one_that_does() -> None:
    plan = group("group-1", {**SELL, "rollback": "none"})
    state = announce(plan, replace(after(moved("1")), unwinding=Unwinding("cancelled", -1)))

    task = briefs.notice_task(plan, state, state.outbox[0], 0)

    assert (task.kind, task.facts["commands"]) == (TransitionKind.BLOCKED, ["pause", "resolve"])
    recorded = GroupTransitionEvent.model_validate(
        {**MOMENT, "kind": task.kind, "reason": task.reason, "facts": task.facts, "event_id": "blocked", "seq": 1}
    )
    assert rebuild(plan, [recorded]).unwinding == Unwinding("cancelled", -1)
