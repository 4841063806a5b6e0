"""Going forward: each row of the first table of DESIGN 5, in its order of precedence."""

from collections.abc import Callable

import pytest

from allornone.core.answer import Answer, AnswerKind
from allornone.core.observe import ended, observe_last_looks, recorded
from allornone.core.state import begin
from allornone.core.steps import End, Execute, LastLook, Look, LookMode, Record, Undo, Wait
from allornone.core.turn import turn
from allornone.core.view import view
from allornone.errors import CommandRefusedError
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.models.result import OperationState
from tests.unit.core.answers import (
    FORWARD,
    absent,
    breach,
    closed,
    full,
    not_sent,
    part,
    refused,
    told,
    undone,
)
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, PAUSE, RESUME, Shell, accepted, retry


def look(number: int, mode: LookMode = "resolve", at: int = 0, *, reading: int = 1) -> Look:
    return Look(number, FORWARD, 1, mode, reading, at)


def test_the_start_is_recorded_before_anything_is_sent() -> None:
    _, step = turn(plain(1), begin(plain(1)))
    assert isinstance(step, Record)
    assert step.notice.kind == "started"


def test_once_the_verdict_is_taken_every_command_is_refused() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    shell.looks_last()
    assert isinstance(shell.step(), End)
    for command in (CANCEL, PAUSE, accepted(), retry(shell.ref((0, FORWARD, 1)))):
        with pytest.raises(CommandRefusedError, match="the group has ended: completed"):
            shell.takes(command)


def test_once_the_verdict_is_taken_the_end_is_recorded_until_it_is() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    shell.looks_last()
    assert [shell.step(), shell.step()] == [End(), End()]
    shell.state = ended(shell.state, 9, superseded=False)
    assert shell.state.known_seq == 9


def test_a_superseded_answer_blocks_and_nothing_more_is_done() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), told((0, FORWARD, 1), AnswerKind.SUPERSEDED))
    assert shell.step() == Wait(None, "superseded by another life")
    assert shell.status() is GroupStatus.BLOCKED
    with pytest.raises(CommandRefusedError, match="another life"):
        shell.takes(CANCEL)
    assert shell.step() == Wait(None, "superseded by another life")


def test_a_superseded_start_sends_nothing() -> None:
    plan = plain(1)
    state = recorded(turn(plan, begin(plan))[0], 7, superseded=True)
    state, step = turn(plan, state)
    assert isinstance(step, Record)
    state = recorded(state, 7, superseded=True)
    assert turn(plan, state)[1] == Wait(None, "superseded by another life")


def test_a_superseded_run_that_an_operator_ends_never_calls_itself_clean() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), told((0, FORWARD, 1), AnswerKind.SUPERSEDED))
    shell.takes(accepted())
    shell.step()
    assert shell.state.verdict is GroupStatus.PARTIAL


def test_confirmed_leads_to_the_next_and_after_the_last_to_completed() -> None:
    shell = Shell(plain(3))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), closed((1, FORWARD, 1), 2, Verdict.WITHIN))
    shell.plays(Execute(2, 1), full(2))
    result = shell.ends()
    assert result.status is GroupStatus.COMPLETED
    assert result.residual_deltas == {}
    assert [each.state for each in result.operations] == [OperationState.CONFIRMED] * 3


def test_a_deadline_with_operations_left_rolls_back() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.reaches_deadline()
    shell.plays(Undo(0, 1), undone(0))
    result = shell.ends()
    assert (result.status, result.reason) == (GroupStatus.ROLLED_BACK, "the deadline passed")


def test_a_deadline_after_the_last_operation_changes_nothing() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    shell.reaches_deadline()
    assert shell.ends().status is GroupStatus.COMPLETED


def test_a_retry_before_the_deadline_does_not_lift_it() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), not_sent(0))
    shell.takes(retry(shell.ref((0, FORWARD, 1))))
    shell.plays(Execute(0, 2), not_sent(0, epoch=2))
    shell.reaches_deadline()
    assert shell.ends().status is GroupStatus.FAILED


def test_a_cancel_just_after_the_last_operation_rolls_back() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    assert isinstance(shell.awaited(), LastLook)
    shell.takes(CANCEL)
    shell.state = observe_last_looks(shell.plan, shell.state, ())
    shell.plays(Undo(0, 1), undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_a_cancel_before_anything_took_effect_ends_failed() -> None:
    shell = Shell(plain(2))
    shell.takes(CANCEL)
    assert shell.ends().status is GroupStatus.FAILED


def test_a_part_goes_on_where_min_fill_allows() -> None:
    shell = Shell(group({"min_fill": "0.5"}, {}))
    shell.plays(Execute(0, 1), part(0))
    shell.plays(Execute(1, 1), full(1))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_a_part_below_min_fill_rolls_back_this_part_included() -> None:
    shell = Shell(group({}, {"min_fill": "0.6"}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), part(1))
    shell.plays(Undo(1, 1), undone(1, units=1))
    shell.plays(Undo(0, 1), undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


@pytest.mark.parametrize("verdict", [Verdict.PARTIAL, Verdict.BREACH, Verdict.MATCH])
def test_an_order_closed_without_a_fill_is_not_done(verdict: Verdict) -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), closed((0, FORWARD, 1), 0, verdict))
    assert shell.ends().status is GroupStatus.FAILED


def test_a_refusal_rolls_back_what_is_confirmed() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), undone(0))
    result = shell.ends()
    assert (result.status, result.reason) == (GroupStatus.ROLLED_BACK, "op1 was refused")


def test_a_refusal_of_the_first_is_failed() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), refused(0))
    assert shell.ends().status is GroupStatus.FAILED


@pytest.mark.parametrize("retries", [0, 1, 3, 13, 100])
def test_a_refusal_is_tried_again_as_often_as_the_policy_says(retries: int) -> None:
    shell = Shell(plain(1, forward_retries=retries))
    for epoch in range(1, retries + 2):
        shell.plays(Execute(0, epoch), refused(0, epoch=epoch))
    assert shell.ends().status is GroupStatus.FAILED


@pytest.mark.parametrize("proof", [not_sent, absent])
def test_what_was_not_sent_or_is_absent_is_tried_again_within_its_time(proof: Callable[..., Answer]) -> None:
    shell = Shell(group({"timeout_s": 10}))
    for epoch in range(1, 5):
        shell.plays(Execute(0, epoch), proof(0, epoch=epoch))
    assert shell.ends().status is GroupStatus.FAILED


def test_a_try_that_was_not_sent_backs_off() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), not_sent(0))
    assert shell.step() == Wait(1, "before the next try of op0")
    shell.plays(Execute(0, 2), not_sent(0, epoch=2))
    assert shell.step() == Wait(2, "before the next try of op0")


def test_the_time_for_trying_again_stands_still_while_paused() -> None:
    shell = Shell(group({"timeout_s": 10}))
    shell.plays(Execute(0, 1), not_sent(0))
    shell.takes(PAUSE)
    shell.passes(1000)
    assert shell.step() == Wait(None, "paused")
    shell.takes(RESUME)
    assert shell.step() == Execute(0, 2)


def test_paused_nothing_new_goes_forward() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.takes(PAUSE)
    assert shell.step() == Wait(None, "paused")
    shell.takes(RESUME)
    assert shell.step() == Execute(1, 1)


@pytest.mark.parametrize("by", ["cancel", "deadline"])
def test_paused_a_cancel_or_the_deadline_still_rolls_back(by: str) -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.takes(PAUSE)
    shell.takes(CANCEL) if by == "cancel" else shell.reaches_deadline()
    shell.plays(Undo(0, 1), undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_what_is_outside_its_bounds_is_told_in_figures() -> None:
    shell = Shell(plain(2))
    judged = breach(1)
    assert judged.reconciliation is not None
    off = judged.reconciliation.model_copy(update={"reason": "binance:ETH is off by -1"})
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), judged.model_copy(update={"reconciliation": off}))

    assert view(shell.plan, shell.state, None).operations[1].note == "binance:ETH is off by -1"
