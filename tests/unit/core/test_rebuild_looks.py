"""What a last look had shown before a group was lost counts, and not what was recorded before it."""

from allornone.core.answer import AnswerKind
from allornone.core.observe import observe_last_looks
from allornone.core.steps import LastLook, Undo
from allornone.models.reconciliation import Verdict
from tests.unit.core.answers import (
    closed,
    refused,
    told,
)
from tests.unit.core.logged import A, begun
from tests.unit.core.plans import plain


def test_what_the_last_look_showed_counts_and_not_what_was_recorded_before() -> None:
    shell = begun(plain(2))
    shell.does(A, refused(0))
    assert isinstance(shell.awaited(), LastLook)
    late = closed(A, 2)
    shell.journal.hears(A, late)
    shell.state = observe_last_looks(shell.plan, shell.state, ((0, late),))
    shell.tells()

    again = shell.reborn()

    assert again.journal.kinds()[-2:] == ["conflict", "late_effect"]
    assert again.awaited() == Undo(0, 1)


def test_a_contradiction_that_no_last_look_showed_yet_is_left_to_it() -> None:
    shell = begun(plain(1))
    shell.does(A, refused(0))
    shell.journal.hears(A, closed(A, 2))

    again = shell.reborn()

    assert again.state.operations[0].attempts[0].kind is AnswerKind.REFUSED
    assert isinstance(again.awaited(), LastLook)


def test_an_order_that_the_last_look_found_open_is_known_by_what_became_of_it() -> None:
    shell = begun(plain(2))
    shell.does(A, refused(0))
    assert isinstance(shell.awaited(), LastLook)
    shell.state = observe_last_looks(shell.plan, shell.state, ((0, told(A, AnswerKind.OPEN)),))
    shell.tells()
    shell.journal.hears(A, closed(A, 1, Verdict.PARTIAL))

    again = shell.reborn()

    assert again.state.operations[0].attempts[0].took_effect
    assert again.awaited() == Undo(0, 1)
