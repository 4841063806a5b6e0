"""Halted: nothing new goes forward, the send is begun again by itself, and everything else goes on."""

import pytest

from allornone.core.answer import Answer, AnswerKind
from allornone.core.observe import lost
from allornone.core.start import Carried
from allornone.core.state import GroupState
from allornone.core.steps import Execute, Look, Undo, Wait
from allornone.core.view import view
from allornone.models.group import GroupStatus
from tests.unit.core.answers import FORWARD, ROLLBACK, full, not_sent, refused, told, undone, unknown
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, PAUSE, RESUME, Shell, retry


def halted(number: int, epoch: int = 1) -> Answer:
    return told((number, FORWARD, epoch), AnswerKind.HALTED).model_copy(update={"note": "ann: odd quotes"})


def halted_at(number: int, count: int = 2) -> Shell:
    shell = Shell(plain(count))
    for done in range(number):
        shell.plays(Execute(done, 1), full(done))
    shell.plays(Execute(number, 1), halted(number))
    return shell


def test_a_halted_send_is_begun_again_under_the_same_reference() -> None:
    shell = halted_at(0, 1)
    shell.plays(Execute(0, 1), full(0))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_it_is_begun_again_at_growing_distances_of_at_most_ten_seconds() -> None:
    shell, waits = halted_at(0), list[float | None]()
    for _ in range(6):
        step = shell.step()
        assert isinstance(step, Wait)
        waits.append(step.seconds)
        shell.plays(Execute(0, 1), halted(0))
    assert waits == [1, 2, 4, 8, 10, 10]


def test_however_long_it_is_halted_it_is_no_try_and_no_refusal() -> None:
    shell = Shell(group({"timeout_s": 10}))
    shell.plays(Execute(0, 1), not_sent(0))
    for _ in range(200):
        shell.plays(Execute(0, 2), halted(0, 2))
    shell.plays(Execute(0, 2), full(0, 2))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_after_the_halt_the_distances_begin_anew() -> None:
    shell = halted_at(0)
    shell.plays(Execute(0, 1), halted(0))
    shell.plays(Execute(0, 1), full(0))
    assert shell.state.halt is None
    shell.plays(Execute(1, 1), halted(1))
    assert shell.step() == Wait(1, "halted")


def test_the_status_says_why_while_it_is_halted() -> None:
    shell = halted_at(1)
    shown = view(shell.plan, shell.state, None)
    assert (shown.status, shown.reason) == (GroupStatus.RUNNING, "halted: ann: odd quotes")
    shell.plays(Execute(1, 1), full(1))
    assert view(shell.plan, shell.state, None).reason == ""


@pytest.mark.parametrize("by", ["cancel", "deadline"])
def test_halted_a_cancel_or_the_deadline_rolls_back_at_once(by: str) -> None:
    shell = halted_at(1)
    shell.takes(CANCEL) if by == "cancel" else shell.reaches_deadline()
    assert shell.step() == Undo(0, 1)
    shell.hears(undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_cancelled_before_anything_was_sent_it_failed_and_took_no_reference() -> None:
    shell = halted_at(0)
    shell.takes(CANCEL)
    result = shell.ends()
    assert result.status is GroupStatus.FAILED
    assert result.operations[0].handshakes == ()


def test_an_undo_does_not_wait_for_the_halt() -> None:
    shell = halted_at(2, 3)
    shell.takes(CANCEL)
    assert shell.step() == Undo(1, 1)
    shell.hears(undone(1))
    assert shell.step() == Undo(0, 1)


def test_halted_and_paused_it_waits_for_the_resume() -> None:
    shell = halted_at(0, 1)
    shell.takes(PAUSE)
    assert shell.step() == Wait(None, "paused")
    shell.passes(1000)
    shell.takes(RESUME)
    assert shell.step() == Execute(0, 1)


def test_a_retry_that_met_a_halt_is_not_used_up() -> None:
    shell = Shell(group({"pivot": True}, {}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    assert shell.status() is GroupStatus.BLOCKED
    shell.takes(retry(shell.ref((1, FORWARD, 1))))
    shell.plays(Execute(1, 2), halted(1, 2))
    assert shell.status() is GroupStatus.RUNNING
    assert shell.step() == Wait(1, "halted")
    shell.plays(Execute(1, 2), full(1, 2))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_a_send_that_is_lost_after_a_halt_is_unknown() -> None:
    shell = halted_at(0)
    assert shell.awaited() == Execute(0, 1)
    shell.state = lost(shell.state, sending=True)
    assert shell.state.halt is None
    assert shell.step() == Look(0, FORWARD, 1, "resolve", 1, 1)


def test_what_was_sent_before_is_looked_up_as_ever() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), unknown(0))
    assert isinstance(shell.step(), Look)
    # No look can be halted; an answer that says so proves nothing.
    shell.hears(halted(0))
    assert shell.state.flight is not None
    assert shell.state.halt is None


def test_an_undo_that_were_told_so_is_unknown() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    shell.takes(CANCEL)
    shell.plays(Undo(0, 1), told((0, ROLLBACK, 1), AnswerKind.HALTED))
    assert isinstance(shell.step(), Look)


def test_a_halt_is_carried_to_the_run_that_continues() -> None:
    state: GroupState = halted_at(1).state
    carried = Carried.model_validate({"state": state, "started_at": "2026-01-05T12:00:00Z"})
    assert Carried.model_validate_json(carried.model_dump_json()).state.halt == state.halt
