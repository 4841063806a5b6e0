"""What an operator said before a group was lost: told by its records, and answered as it was."""

from decimal import Decimal

import pytest

from allornone.core.answer import Fence
from allornone.core.command import take
from allornone.core.observe import observe_last_looks
from allornone.core.steps import LastLook, Look, Undo, Wait
from allornone.errors import CommandRefusedError
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from tests.unit.core.answers import (
    FORWARD,
    breach,
    closed,
    deltas,
    full,
    refused,
    unknown,
)
from tests.unit.core.logged import A, Logged, begun
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, PAUSE, accepted, did_not_happen, happened, retry

PIVOT = group({"pivot": True})
"""Made once: a journal remembers the references of a plan for as long as that lives."""


def in_doubt(fence: Fence) -> Logged:
    """Return a group whose one reference is unknown, seen once by the resolver."""
    shell = begun(plain(2, resolve_budget_s=1))
    shell.sends(A)
    shell.learns(A, unknown(0))
    shell.awaited()
    shell.learns(A, unknown(0, fence=fence, readable=False))
    shell.passes(1)
    shell.tells()
    return shell


def test_what_may_still_take_effect_stays_a_range() -> None:
    shell = given_up()

    again = shell.reborn()

    assert again.state.operations[0].unfenced == ((FORWARD, 1),)
    assert again.state.flight is None
    assert again.state.handled[-1].message.startswith("resolved as failed, unfenced")
    assert len(again.ends().unfenced) == 1


def given_up() -> Logged:
    """A reference that an operator says did not happen, where that can be no more than a range."""
    shell = in_doubt(Fence.NEVER_SETTLED)
    shell.says(did_not_happen(shell.ref(A)), "c1")
    shell.awaited()
    shell.learns(A, unknown(0, fence=Fence.NEVER_SETTLED))
    shell.tells()
    return shell


def test_what_an_operator_accepted_as_a_range_stays_one() -> None:
    shell = in_doubt(Fence.NEVER_SETTLED)
    shell.says(accepted(), "c1")

    again = shell.reborn()

    assert len(again.ends().unfenced) == 1


def test_what_came_late_of_a_range_is_to_be_undone() -> None:
    shell = given_up()
    shell.journal.hears(A, full(0))

    again = shell.reborn()

    assert again.state.operations[0].attempts[0].verdict is Verdict.BREACH
    assert again.awaited() == Undo(0, 1)


def test_a_range_that_is_told_late_to_have_done_nothing_stays_one() -> None:
    shell = given_up()
    shell.journal.hears(A, refused(0))

    again = shell.reborn()

    assert again.state.operations[0].unfenced == ((FORWARD, 1),)
    assert again.state.operations[0].attempts == ()


def test_what_came_late_of_a_range_and_was_taken_up_is_no_order_that_is_open() -> None:
    shell = given_up()
    shell.journal.hears(A, full(0))
    shell.state = observe_last_looks(shell.plan, shell.state, ((0, full(0)),))
    shell.tells()
    shell.journal.hears(A, closed(A, 1))

    again = shell.reborn()

    assert again.journal.kinds()[-2:] == ["late_effect", "conflict"]
    (attempt,) = again.state.operations[0].attempts
    assert attempt.verdict is Verdict.BREACH
    assert attempt.handshake is not None
    assert attempt.handshake.actual_deltas == deltas(2)


def test_an_operators_word_that_waits_for_its_look_still_waits() -> None:
    shell = in_doubt(Fence.WAITING)
    shell.says(happened(shell.ref(A), 2), "c1")

    again = shell.reborn()

    assert again.state.claim is not None
    assert again.state.claim.handshake is not None
    assert isinstance(again.awaited(), Look)
    again.learns(A, closed(A, 2))
    assert (again.state.handled[-1].command_id, again.state.handled[-1].refused) == ("c1", False)


def test_an_operators_word_whose_outcome_was_recorded_is_judged_by_it() -> None:
    shell = in_doubt(Fence.FENCED)
    shell.says(did_not_happen(shell.ref(A)), "c1")
    shell.journal.hears(A, full(0))

    again = shell.reborn()

    assert again.state.claim is None
    assert [(each.command_id, each.refused) for each in again.state.handled] == [("c1", True)]


def test_an_operators_word_that_was_refused_is_refused_again() -> None:
    shell = in_doubt(Fence.FENCED)
    shell.says(happened(shell.ref(A), 2), "c1")
    shell.awaited()
    shell.learns(A, unknown(0, fence=Fence.FENCED))
    shell.tells()

    again = shell.reborn()

    assert again.state.claim is None
    assert [(each.command_id, each.refused) for each in again.state.handled] == [("c1", True)]


def test_the_id_of_a_recorded_command_is_not_taken_for_another() -> None:
    shell = in_doubt(Fence.WAITING)
    shell.says(PAUSE, "c1")
    shell.says(retry(shell.ref(A)), "c2")

    again = shell.reborn()

    assert again.state.handled == shell.state.handled
    with pytest.raises(CommandRefusedError, match="'c1' was used for another command of this group: pause"):
        take(again.plan, again.state, CANCEL, "c1")
    with pytest.raises(CommandRefusedError, match="'c2' was used for another command of this group: retry"):
        take(again.plan, again.state, CANCEL, "c2")


def test_the_id_of_an_operators_recorded_word_is_not_taken_for_another_before_and_after_it_was_judged() -> None:
    shell = in_doubt(Fence.FENCED)
    word = happened(shell.ref(A), 2)
    shell.says(word, "c1")
    waiting = shell.reborn()
    shell.awaited()
    shell.learns(A, unknown(0, fence=Fence.FENCED))
    shell.tells()
    judged = shell.reborn()

    for again in (waiting, judged):
        assert take(again.plan, again.state, word, "c1") == again.state
        with pytest.raises(CommandRefusedError, match="'c1' was used for another command of this group: resolve"):
            take(again.plan, again.state, did_not_happen(shell.ref(A)), "c1")
    assert judged.state.handled == shell.state.handled


def believed(shell: Logged) -> list[tuple[int, Verdict | None, dict[str, Decimal]]]:
    """Return what a group takes its first operation's references for."""
    attempts = shell.state.operations[0].attempts
    return [(each.epoch, each.verdict, each.handshake.actual_deltas) for each in attempts if each.handshake is not None]


def read_again() -> Logged:
    """A pivot in breach that an operator has read again."""
    shell = begun(PIVOT)
    shell.does(A, breach(0))
    shell.awaited()
    shell.says(retry(shell.ref(A)), "c1")
    return shell


def test_what_reading_a_breach_again_found_is_what_became_of_it() -> None:
    shell = read_again()
    shell.learns(A, full(0))

    again = shell.reborn()

    assert again.journal.kinds()[-1] == "conflict"
    assert believed(again) == believed(shell)
    assert again.ends().status is GroupStatus.COMPLETED


def test_a_breach_that_was_read_again_and_is_one_still_is_one_and_asks_for_an_operator() -> None:
    shell = read_again()
    shell.learns(A, breach(0))

    for again in (read_again().reborn(), shell.reborn()):
        assert believed(again) == believed(shell)
        assert isinstance(again.awaited(), Wait)
        assert again.status() is GroupStatus.BLOCKED


def test_an_effect_of_nothing_stays_the_word_that_it_did_not_happen() -> None:
    shell = in_doubt(Fence.NEVER_SETTLED)
    shell.says(happened(shell.ref(A), 0), "c1")

    again = shell.reborn()

    assert again.state.claim is not None
    assert again.state.claim.handshake is None


def test_what_a_last_look_shows_of_a_breach_that_was_read_again_counts_as_it_did() -> None:
    shell = read_again()
    shell.learns(A, full(0))
    assert isinstance(shell.awaited(), LastLook)
    shell.journal.hears(A, closed(A, 1, Verdict.PARTIAL))
    shell.state = observe_last_looks(shell.plan, shell.state, ((0, closed(A, 1, Verdict.PARTIAL)),))
    shell.tells()

    again = shell.reborn()

    assert again.journal.kinds()[-4:] == ["conflict", "conflict", "late_effect", "blocked"]
    assert believed(again) == believed(shell)


def test_a_contradiction_that_nobody_had_asked_for_is_left_to_the_last_look() -> None:
    shell = begun(PIVOT)
    shell.does(A, breach(0))
    shell.awaited()
    shell.journal.hears(A, full(0))

    again = shell.reborn()

    assert believed(again) == believed(shell)
