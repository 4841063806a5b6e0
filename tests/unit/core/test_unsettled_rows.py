"""What is unknown, open or unread: nothing is sent or undone meanwhile."""

import pytest

from allornone.core.answer import Answer
from allornone.core.observe import observe
from allornone.core.steps import Execute, Look, LookMode, Undo, Wait
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from tests.unit.core.answers import (
    FORWARD,
    breach,
    closed,
    full,
    part,
    still_open,
    undone,
    unknown,
)
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, PAUSE, Shell


def look(number: int, mode: LookMode = "resolve", at: int = 0, *, reading: int = 1) -> Look:
    return Look(number, FORWARD, 1, mode, reading, at)


def test_what_is_unknown_is_resolved_at_once() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), unknown(0))
    assert shell.step() == look(0)


def test_what_is_unknown_is_looked_at_again_on_backoff() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), unknown(0))
    waits: list[float | None] = []
    for at in range(8):
        shell.plays(look(0, at=at), unknown(0))
        step = shell.step()
        assert isinstance(step, Wait)
        waits.append(step.seconds)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_an_unknown_past_its_budget_blocks_and_is_looked_at_slower() -> None:
    shell = Shell(plain(1, resolve_budget_s=100))
    shell.plays(Execute(0, 1), unknown(0))
    for at in range(7):
        shell.plays(look(0, at=at), unknown(0))
    assert shell.status() is GroupStatus.RUNNING
    waits: list[float | None] = []
    for at in range(7, 10):
        shell.plays(look(0, at=at), unknown(0))
        assert shell.status() is GroupStatus.BLOCKED
        step = shell.step()
        assert isinstance(step, Wait)
        waits.append(step.seconds)
    assert waits == [128, 256, 300]


def test_a_block_leaves_by_itself_on_evidence() -> None:
    shell = Shell(plain(1, resolve_budget_s=1))
    shell.plays(Execute(0, 1), unknown(0))
    shell.passes(1)
    assert shell.status() is GroupStatus.BLOCKED
    shell.plays(look(0), full(0))
    assert shell.status() is GroupStatus.RUNNING
    assert [notice.kind for notice in shell.notices] == ["started", "blocked"]
    assert shell.ends().status is GroupStatus.COMPLETED
    assert [notice.kind for notice in shell.notices] == ["started", "blocked", "unblocked"]


def test_a_lost_send_is_unknown_and_resolved() -> None:
    shell = Shell(plain(1))
    shell.loses(Execute(0, 1))
    assert isinstance(shell.step(), Look)
    shell.hears(unknown(0))
    assert isinstance(shell.awaited(), Look)


def test_a_lost_send_never_counts_as_come_back() -> None:
    shell = Shell(plain(1))
    shell.loses(Execute(0, 1))
    step = shell.awaited()
    assert isinstance(step, Look)
    shell.hears(unknown(0))
    assert shell.state.flight is not None
    assert not shell.state.flight.came_back
    assert shell.state.flight.revoked


def test_an_answered_send_came_back_and_is_revoked_by_the_first_resolving_look() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), unknown(0))
    assert shell.state.flight is not None
    assert (shell.state.flight.came_back, shell.state.flight.revoked) == (True, False)
    shell.plays(look(0), unknown(0))
    assert shell.state.flight is not None
    assert shell.state.flight.revoked
    shell.passes(5)
    assert shell.state.flight is not None
    assert shell.state.flight.revoked_s == 5


def test_an_answer_about_another_reference_changes_nothing() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), full(0))
    assert shell.state.flight is not None


def test_an_open_order_is_looked_at_until_its_time_is_over_and_then_recalled() -> None:
    shell = Shell(group({"timeout_s": 10}))
    shell.plays(Execute(0, 1), still_open(0))
    modes: list[str] = []
    for _ in range(6):
        step = shell.awaited()
        assert isinstance(step, Look)
        modes.append(step.mode)
        shell.hears(still_open(0))
    assert modes == ["look", "look", "look", "resolve", "resolve", "resolve"]


def test_an_open_order_that_fills_is_confirmed() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), still_open(0))
    shell.plays(look(0, "look"), full(0))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_a_cancel_recalls_an_open_order_at_once_and_undoes_its_part() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), still_open(0))
    shell.takes(CANCEL)
    assert shell.step() == look(0)
    shell.plays(look(0), part(0))
    shell.plays(Undo(0, 1), undone(0, units=1))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_a_cancel_waits_for_what_is_unknown() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), unknown(1))
    shell.takes(CANCEL)
    shell.plays(look(1), unknown(1))
    shell.plays(look(1, at=1), full(1))
    assert shell.step() == Undo(1, 1)


def test_a_breach_is_read_three_times_and_then_rolled_back_with_its_actual_size() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), breach(0, recorded=False))
    shell.plays(look(0, "read", reading=2, at=1), breach(0, recorded=False))
    shell.plays(look(0, "read", reading=3, at=2), breach(0))
    shell.plays(Undo(0, 1), undone(0, units=3))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_a_breach_that_the_second_reading_takes_back_is_confirmed() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), breach(0, recorded=False))
    shell.plays(look(0, "read", reading=2, at=1), full(0))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_three_unobserved_readings_are_unknown() -> None:
    shell = Shell(plain(1))
    unobserved = closed((0, FORWARD, 1), 2, Verdict.UNOBSERVED, recorded=False)
    shell.plays(Execute(0, 1), unobserved)
    shell.plays(look(0, "read", reading=2, at=1), unobserved)
    shell.plays(look(0, "read", reading=3, at=2), unobserved)
    assert shell.awaited() == look(0, reading=3, at=3)


def test_an_effect_that_nobody_reconciled_is_not_done() -> None:
    shell = Shell(plain(1))
    unjudged = closed((0, FORWARD, 1), 2).model_copy(update={"reconciliation": None})
    shell.plays(Execute(0, 1), unjudged)
    assert isinstance(shell.awaited(), Look)


def test_paused_look_ups_go_on() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), unknown(0))
    shell.takes(PAUSE)
    assert isinstance(shell.step(), Look)


def test_a_look_that_is_lost_is_made_again() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), unknown(0))
    shell.loses(look(0))
    assert shell.awaited() == look(0, at=1)


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (still_open(0), True),
        (breach(0, recorded=False), True),
        (unknown(0).model_copy(update={"seen": True}), True),
        (unknown(0), False),
    ],
    ids=["open", "closed and read again", "unknown, and shown by a look", "unknown"],
)
def test_what_a_venue_has_shown_stays_seen_through_looks_that_do_not_find_it(answer: Answer, *, seen: bool) -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), answer)
    assert shell.state.flight is not None
    assert shell.state.flight.seen is seen

    shell.state = observe(shell.plan, shell.state, unknown(0))

    assert shell.state.flight is not None
    assert shell.state.flight.seen is seen
