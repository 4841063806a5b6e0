"""Rolling back: each row of the second table of DESIGN 5, and the rows of the first about a pivot."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.core.steps import Execute, LastLook, Look, Undo, Wait
from allornone.errors import CommandRefusedError
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.models.result import OperationState
from tests.unit.core.answers import (
    FORWARD,
    ROLLBACK,
    absent,
    breach,
    full,
    not_sent,
    part,
    refused,
    still_open,
    told,
    undone,
    undone_in_part,
    unknown,
)
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, PAUSE, Shell, accepted, retry


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
    assert shell.status is GroupStatus.BLOCKED


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
    assert shell.status is GroupStatus.BLOCKED
    shell.plays(Undo(0, 5), undone(0, 5))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_a_stuck_undo_asks_for_an_operator_when_its_budget_is_over_and_not_at_its_next_try() -> None:
    shell = rolling(1, undo_budget_s=600)
    for epoch in range(1, 11):
        shell.plays(Undo(0, epoch), refused(0, ROLLBACK, epoch))
    passed = 0.0
    while shell.status is not GroupStatus.BLOCKED:
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
    assert shell.status is GroupStatus.BLOCKED
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


def past_pivot(**policy: object) -> Shell:
    """Return a group of three whose first operation, a pivot, is in effect."""
    shell = Shell(group({"pivot": True}, {}, {}, **policy))
    shell.plays(Execute(0, 1), full(0))
    return shell


def test_past_a_pivot_a_failure_undoes_nothing_and_is_tried_again_within_its_retries() -> None:
    shell = past_pivot(forward_retries=1)
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Execute(1, 2), refused(1, epoch=2))
    assert shell.awaited() == Wait(None, "op1 was refused, and the pivot op0 is in effect")
    assert shell.status is GroupStatus.BLOCKED


def test_past_a_pivot_a_part_is_topped_up_within_its_retries() -> None:
    shell = past_pivot(forward_retries=1)
    shell.plays(Execute(1, 1), part(1))
    shell.plays(Execute(1, 2), full(1, 2, units=1))
    shell.plays(Execute(2, 1), full(2))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_past_a_pivot_retry_is_the_next_epoch_now() -> None:
    shell = past_pivot()
    shell.plays(Execute(1, 1), refused(1))
    shell.awaited()
    shell.takes(retry(shell.ref((1, FORWARD, 1))))
    assert shell.step() == Execute(1, 2)


def test_past_a_pivot_an_accepted_residual_ends_partial() -> None:
    shell = past_pivot(accept_residual=True)
    shell.plays(Execute(1, 1), refused(1))
    assert shell.ends().status is GroupStatus.PARTIAL


def test_past_a_pivot_cancel_undoes_what_came_after_it_and_then_blocks() -> None:
    shell = past_pivot()
    shell.plays(Execute(1, 1), full(1))
    shell.takes(CANCEL)
    shell.plays(Undo(1, 1), undone(1))
    assert shell.awaited() == Wait(None, "exposure is left that cannot be undone")


def test_past_a_pivot_the_deadline_blocks_until_retry() -> None:
    shell = past_pivot()
    shell.plays(Execute(1, 1), full(1))
    shell.reaches_deadline()
    assert shell.awaited() == Wait(None, "the deadline passed before op2, and the pivot op0 is in effect")
    assert shell.status is GroupStatus.BLOCKED
    shell.takes(retry(shell.ref((2, FORWARD, 1))))
    shell.plays(Execute(2, 1), full(2))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_past_a_pivot_a_retry_from_before_the_deadline_does_not_go_on_past_it() -> None:
    shell = past_pivot()
    shell.plays(Execute(1, 1), refused(1))
    shell.awaited()
    shell.takes(retry(shell.ref((1, FORWARD, 1))))
    shell.reaches_deadline()
    assert isinstance(shell.awaited(), Wait)
    shell.takes(retry(shell.ref((1, FORWARD, 1))))
    assert shell.awaited() == Execute(1, 2)


@pytest.mark.parametrize("size", [part, breach])
def test_a_pivot_short_or_in_breach_blocks_and_is_never_undone(size: Callable[..., Answer]) -> None:
    shell = Shell(group({}, {"pivot": True}, {}, forward_retries=5))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), size(1))
    step = shell.awaited()
    assert isinstance(step, Wait)
    assert shell.status is GroupStatus.BLOCKED


def test_a_pivot_that_never_took_effect_protects_nothing() -> None:
    shell = Shell(group({}, {"pivot": True}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_a_pivot_whose_effect_is_known_only_late_stays() -> None:
    shell = Shell(group({"pivot": True}))
    shell.plays(Execute(0, 1), refused(0))
    shell.looks_last((0, full(0)))
    assert shell.awaited() == Wait(None, "exposure is left that cannot be undone")
    shell.takes(accepted())
    assert shell.ends().status is GroupStatus.PARTIAL


def test_an_irreversible_part_beside_an_unfenced_reference_is_not_accepted_by_anybody() -> None:
    shell = Shell(group({"pivot": True}, {}, forward_retries=1))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), part(1))
    shell.plays(Execute(1, 2), unknown(1, epoch=2))
    shell.plays(Look(1, FORWARD, 2, "resolve", 1, 0), unknown(1, FORWARD, 2, Fence.NEVER_SETTLED))
    assert not isinstance(shell.awaited(), LastLook)
