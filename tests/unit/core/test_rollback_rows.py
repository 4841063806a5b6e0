"""Rolling back: each row of the second table of DESIGN 5, and the rows of the first about a pivot."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from allornone.core.answer import Answer, AnswerKind
from allornone.core.steps import Execute, Look, Undo, Wait
from allornone.errors import CommandRefusedError
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.models.result import OperationState
from tests.unit.core.answers import (
    ROLLBACK,
    absent,
    full,
    not_sent,
    refused,
    still_open,
    told,
    undone,
    undone_in_part,
    unknown,
)
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, PAUSE, Shell, accepted


def no_undo(number: int) -> Answer:
    return told((number, ROLLBACK, 1), AnswerKind.NO_UNDO)


def rolling(count: int = 2, **policy: object) -> Shell:
    """Return a group of `count` confirmed operations and a refused one: the next step is the newest one's undo."""
    return refused_after(Shell(plain(count + 1, **policy)), count)


def refused_after(shell: Shell, count: int) -> Shell:
    for number in range(count):
        shell.plays(Execute(number, 1), full(number))
    shell.plays(Execute(count, 1), refused(count))
    return shell


def test_undo_goes_newest_first_one_at_a_time() -> None:
    shell = rolling(3)
    for number in (2, 1, 0):
        shell.plays(Undo(number, 1), undone(number))
    result = shell.ends()
    assert result.status is GroupStatus.ROLLED_BACK
    assert [each.state for each in result.operations] == [OperationState.ROLLED_BACK] * 3 + [OperationState.FAILED]


def test_an_unknown_undo_is_resolved_and_older_undos_wait() -> None:
    shell = rolling()
    shell.plays(Undo(1, 1), unknown(1, ROLLBACK))
    shell.plays(Look(1, ROLLBACK, 1, "resolve", 1, 0), unknown(1, ROLLBACK))
    shell.plays(Look(1, ROLLBACK, 1, "resolve", 1, 1), undone(1))
    assert shell.step() == Undo(0, 1)


def test_an_unknown_undo_is_not_passed_under_continue_either() -> None:
    shell = refused_after(Shell(group({}, {"independent": True}, {}, on_stuck_undo="continue", undo_budget_s=1)), 2)
    shell.plays(Undo(1, 1), unknown(1, ROLLBACK))
    for _ in range(20):
        assert isinstance(shell.awaited(), Look)
        shell.hears(unknown(1, ROLLBACK))
    assert shell.status() is GroupStatus.BLOCKED


def test_an_open_undo_is_left_to_fill_until_its_time_is_over() -> None:
    shell = rolling(1)
    shell.plays(Undo(0, 1), still_open(0, ROLLBACK))
    shell.plays(Look(0, ROLLBACK, 1, "look", 1, 0), still_open(0, ROLLBACK))
    shell.passes(60)
    shell.plays(Look(0, ROLLBACK, 1, "resolve", 1, 0), undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


@pytest.mark.parametrize("proof", [refused, not_sent, absent])
def test_an_undo_that_did_nothing_is_tried_again_forever_at_least_every_15_minutes(
    proof: Callable[..., Answer],
) -> None:
    shell = rolling(1, undo_budget_s=1)
    gaps: list[float] = []
    for epoch in range(1, 15):
        gap, step = 0.0, shell.step()
        while isinstance(step, Wait):
            assert step.seconds is not None
            gap += step.seconds
            shell.passes(step.seconds)
            step = shell.step()
        gaps.append(gap)
        assert step == Undo(0, epoch)
        shell.hears(proof(0, ROLLBACK, epoch=epoch))
    assert gaps == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_an_undo_closed_in_part_is_followed_by_the_next_epoch_for_what_is_left() -> None:
    shell = rolling(1)
    shell.plays(Undo(0, 1), undone_in_part(0))
    shell.plays(Undo(0, 2), undone(0, 2, units=1))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_an_undo_in_breach_is_read_three_times_and_the_rest_undone_under_the_next_epoch() -> None:
    shell = rolling(1)
    unrecorded = undone_in_part(0, verdict=Verdict.BREACH).model_copy(update={"recorded": False})
    shell.plays(Undo(0, 1), unrecorded)
    shell.plays(Look(0, ROLLBACK, 1, "read", 2, 1), unrecorded)
    shell.plays(Look(0, ROLLBACK, 1, "read", 3, 2), undone_in_part(0, verdict=Verdict.BREACH))
    shell.plays(Undo(0, 2), undone(0, 2, units=1))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_an_undo_past_its_budget_is_also_blocked_and_goes_on() -> None:
    shell = rolling(1, undo_budget_s=5)
    for epoch in range(1, 5):
        shell.plays(Undo(0, epoch), refused(0, ROLLBACK, epoch))
    assert shell.status() is GroupStatus.BLOCKED
    shell.plays(Undo(0, 5), undone(0, 5))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_a_stuck_undo_asks_for_an_operator_when_its_budget_is_over_and_not_at_its_next_try() -> None:
    shell = rolling(1, undo_budget_s=600)
    for epoch in range(1, 11):
        shell.plays(Undo(0, epoch), refused(0, ROLLBACK, epoch))
    passed = 0.0
    while shell.status() is not GroupStatus.BLOCKED:
        step = shell.step()
        assert isinstance(step, Wait)
        assert step.seconds is not None
        shell.passes(step.seconds)
        passed += step.seconds
    assert passed == 600 - 511


def test_a_stuck_undo_is_waited_for_by_default() -> None:
    shell = refused_after(Shell(group({}, {"independent": True}, {}, undo_budget_s=1)), 2)
    for epoch in range(1, 6):
        shell.plays(Undo(1, epoch), refused(1, ROLLBACK, epoch))


def test_continue_goes_on_past_a_stuck_undo_only_if_its_operation_is_independent() -> None:
    shell = refused_after(Shell(group({}, {}, {}, on_stuck_undo="continue", undo_budget_s=1)), 2)
    for epoch in range(1, 6):
        shell.plays(Undo(1, epoch), refused(1, ROLLBACK, epoch))
    shell = refused_after(Shell(group({}, {"independent": True}, {}, on_stuck_undo="continue", undo_budget_s=1)), 2)
    shell.plays(Undo(1, 1), refused(1, ROLLBACK))
    shell.plays(Undo(1, 2), refused(1, ROLLBACK, 2))
    shell.plays(Undo(0, 1), undone(0))
    shell.plays(Undo(1, 3), undone(1, 3))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_nothing_but_dust_left_to_undo_is_undone() -> None:
    shell = rolling(1)
    shell.plays(Undo(0, 1), told((0, ROLLBACK, 1), AnswerKind.NOTHING_LEFT))
    result = shell.ends()
    assert result.status is GroupStatus.ROLLED_BACK
    assert result.residual_deltas == {}
    assert result.friction == {"binance:BaseToken:ETH": Decimal(-2), "lido:StakingToken:stETH": Decimal(2)}


@pytest.mark.parametrize("declared", [True, False])
def test_an_operation_without_an_undo_is_left_and_the_others_undone_and_then_blocked(declared: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    shell = refused_after(Shell(group({}, {"rollback": "none"} if declared else {}, {})), 2)
    if not declared:
        shell.plays(Undo(1, 1), no_undo(1))
    shell.plays(Undo(0, 1), undone(0))
    assert shell.awaited() == Wait(None, "exposure is left that cannot be undone")
    assert shell.status() is GroupStatus.BLOCKED
    shell.takes(accepted())
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert result.residual_deltas == {"binance:BaseToken:ETH": Decimal(-2), "lido:StakingToken:stETH": Decimal(2)}
    assert [each.residual_deltas for each in result.operations] == [{}, result.residual_deltas, {}]


def test_an_operation_without_an_undo_is_partial_if_residuals_are_accepted() -> None:
    shell = refused_after(Shell(group({"rollback": "none"}, {}, {}, accept_residual=True)), 2)
    shell.plays(Undo(1, 1), undone(1))
    assert shell.ends().status is GroupStatus.PARTIAL


def test_a_late_fill_of_an_older_operation_joins_what_is_to_be_undone() -> None:
    shell = rolling(2)
    shell.plays(Undo(1, 1), undone(1))
    shell.plays(Undo(0, 1), undone(0))
    shell.looks_last((2, full(2)))
    shell.plays(Undo(2, 1), undone(2))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_a_late_undo_is_netted_before_anything_else_is_sent() -> None:
    shell = rolling(1)
    shell.plays(Undo(0, 1), refused(0, ROLLBACK))
    shell.plays(Undo(0, 2), undone(0, 2))
    shell.looks_last((0, undone(0, 1)))
    assert isinstance(shell.awaited(), Undo)


def test_cancel_and_the_deadline_change_nothing_while_it_rolls_back() -> None:
    shell = rolling()
    shell.plays(Undo(1, 1), undone(1))
    with pytest.raises(CommandRefusedError, match="already rolling back"):
        shell.takes(CANCEL)
    shell.reaches_deadline()
    shell.takes(PAUSE)
    shell.plays(Undo(0, 1), undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_friction_past_the_bound_is_partial() -> None:
    shell = rolling(1, max_friction={"ETH": "0.5"})
    shell.plays(Undo(0, 1), told((0, ROLLBACK, 1), AnswerKind.NOTHING_LEFT))
    assert shell.ends().status is GroupStatus.PARTIAL


def test_what_is_left_of_two_operations_and_cancels_out_is_not_listed() -> None:
    shell = refused_after(Shell(group({"rollback": "none"}, {"rollback": "none"}, {}, accept_residual=True)), 1)
    assert shell.ends().residual_deltas == {
        "binance:BaseToken:ETH": Decimal(-2),
        "lido:StakingToken:stETH": Decimal(2),
    }
