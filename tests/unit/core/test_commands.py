"""What an operator may say: each sentence of the Commands paragraph of DESIGN 5."""

from dataclasses import replace

import pytest

from allornone.core.answer import AnswerKind
from allornone.core.command import take
from allornone.core.observe import recorded
from allornone.core.state import Handled, Notice, begin
from allornone.core.steps import Execute, Look, Undo, Wait
from allornone.core.subject import allowed
from allornone.errors import CommandRefusedError
from allornone.events.transition import TransitionKind
from allornone.models.group import GroupStatus
from tests.unit.core.answers import (
    FORWARD,
    ROLLBACK,
    breach,
    full,
    not_sent,
    refused,
    told,
    unknown,
)
from tests.unit.core.doubt import in_doubt, resolver
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import (
    CANCEL,
    PAUSE,
    RESUME,
    Shell,
    accepted,
    happened,
    retry,
)


def last_answer(shell: Shell) -> tuple[str, bool]:
    handled = shell.state.handled[-1]
    return handled.message, handled.refused


def test_retry_on_something_unknown_resolves_again_and_never_sends() -> None:
    shell = in_doubt()
    shell.plays(resolver(1, 1), unknown(1))
    shell.takes(retry(shell.ref((1, FORWARD, 1))))
    assert shell.step() == resolver(1, 2)


def test_retry_gives_an_unknown_its_budget_back() -> None:
    shell = in_doubt()
    shell.takes(retry(shell.ref((1, FORWARD, 1))))
    assert shell.status() is GroupStatus.RUNNING


def test_retry_on_a_stuck_undo_is_the_next_epoch_now() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), refused(0, ROLLBACK))
    assert isinstance(shell.step(), Wait)
    shell.takes(retry(shell.ref((0, ROLLBACK, 1))))
    assert shell.step() == Undo(0, 2)


def test_retry_on_a_forward_step_that_backs_off_is_the_next_epoch_now() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), not_sent(0))
    assert isinstance(shell.step(), Wait)
    shell.takes(retry(shell.ref((0, FORWARD, 1))))
    assert shell.step() == Execute(0, 2)


def test_retry_on_a_pivot_in_breach_reads_it_again_and_never_sends() -> None:
    shell = Shell(group({"pivot": True}))
    shell.plays(Execute(0, 1), breach(0))
    shell.awaited()
    shell.takes(retry(shell.ref((0, FORWARD, 1))))
    shell.plays(Look(0, FORWARD, 1, "reread", 1, 0), full(0))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_a_pivot_that_is_in_breach_still_is_asked_for_three_times_each_time_an_operator_says_so() -> None:
    shell = Shell(group({"pivot": True}))
    shell.plays(Execute(0, 1), breach(0))
    for _ in range(2):
        assert isinstance(shell.awaited(), Wait)
        shell.takes(retry(shell.ref((0, FORWARD, 1))))
        shell.plays(Look(0, FORWARD, 1, "reread", 1, 0), breach(0, recorded=False))
        shell.plays(Look(0, FORWARD, 1, "reread", 2, 1), breach(0, recorded=False))
        shell.plays(Look(0, FORWARD, 1, "reread", 3, 2), breach(0))
    assert shell.status() is GroupStatus.BLOCKED


def test_retry_of_a_reference_that_has_moved_on_is_refused() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), not_sent(0))
    shell.plays(Execute(0, 2), not_sent(0, epoch=2))
    with pytest.raises(CommandRefusedError, match="has moved on; what is open now is"):
        shell.takes(retry(shell.ref((0, FORWARD, 1))))


def test_retry_where_nothing_is_stuck_is_refused_with_what_makes_sense() -> None:
    shell = Shell(plain(1))
    with pytest.raises(CommandRefusedError, match="nothing is unknown or stuck; what makes sense now: pause, cancel"):
        shell.takes(retry(shell.ref((0, FORWARD, 1))))


def test_cancel_is_refused_once_an_operator_ended_the_group() -> None:
    shell = Shell(group({"pivot": True}, {}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.awaited()
    shell.takes(accepted())
    with pytest.raises(CommandRefusedError, match="the group is ending"):
        shell.takes(CANCEL)


def test_pause_and_resume_are_refused_where_they_change_nothing() -> None:
    shell = Shell(plain(1))
    with pytest.raises(CommandRefusedError, match="not paused"):
        shell.takes(RESUME)
    shell.takes(PAUSE)
    with pytest.raises(CommandRefusedError, match="already paused"):
        shell.takes(PAUSE)


def test_the_same_command_id_again_changes_nothing() -> None:
    plan = plain(1)
    once = take(plan, Shell(plan).state, PAUSE, "c1")
    assert take(plan, once, PAUSE, "c1") == once


def test_a_command_is_recorded_with_its_actor_and_reason() -> None:
    shell = Shell(plain(1))
    shell.takes(CANCEL.model_copy(update={"reason": "wrong size"}))
    shell.step()
    notice = shell.notices[1]
    assert (notice.kind, notice.actor, notice.reason) == ("command", "ann", "wrong size")
    assert notice.facts is not None
    assert notice.facts["command"] == "cancel"


def test_what_makes_sense_is_told_in_each_situation() -> None:
    shell = Shell(plain(1))
    assert allowed(shell.plan, shell.state) == ("pause", "cancel")
    blocked = in_doubt()
    assert allowed(blocked.plan, blocked.state) == ("pause", "cancel", "retry", "resolve")
    superseded = Shell(plain(1))
    superseded.plays(Execute(0, 1), told((0, FORWARD, 1), AnswerKind.SUPERSEDED))
    assert allowed(superseded.plan, superseded.state) == ("resolve",)
    ended = Shell(plain(1))
    ended.plays(Execute(0, 1), refused(0))
    ended.ends()
    assert allowed(ended.plan, ended.state) == ()


def test_a_superseded_run_refuses_to_accept_one_operation() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), told((0, FORWARD, 1), AnswerKind.SUPERSEDED))
    with pytest.raises(CommandRefusedError, match="another life"):
        shell.takes(accepted("op0"))


def test_a_command_id_that_was_used_for_another_command_is_refused_and_told_what_it_was_used_for() -> None:
    plan = plain(1)
    once = take(plan, Shell(plan).state, PAUSE, "c1")
    with pytest.raises(CommandRefusedError, match="command_id 'c1' was used for another command of this group: pause"):
        take(plan, once, CANCEL, "c1")


def test_a_command_sent_again_by_somebody_else_in_other_words_is_the_same_command() -> None:
    plan = plain(1)
    once = take(plan, Shell(plan).state, PAUSE, "c1")
    assert take(plan, once, PAUSE.model_copy(update={"actor": "bob", "reason": "to be sure"}), "c1") == once


def test_a_command_id_that_was_used_for_another_reference_is_refused() -> None:
    shell = in_doubt()
    first = shell.ref((1, FORWARD, 1))
    taken = take(shell.plan, shell.state, retry(first), "c1")
    with pytest.raises(
        CommandRefusedError, match=f"was used for another command of this group: retry client_ref={first}"
    ):
        take(shell.plan, taken, retry("0" * 32), "c1")


def test_a_command_id_is_refused_for_another_size_while_the_first_word_waits_for_its_look_and_after_it() -> None:
    shell = in_doubt()
    ref = shell.ref((1, FORWARD, 1))
    word = happened(ref, 2)
    claimed = take(shell.plan, shell.state, word, "c1")
    assert claimed.claim is not None
    assert take(shell.plan, claimed, word.model_copy(update={"evidence": "ticket 7"}), "c1") == claimed
    with pytest.raises(CommandRefusedError, match="=2 outcome=confirmed; nothing was done, give this"):
        take(shell.plan, claimed, happened(ref, 1), "c1")
    shell.state = claimed
    shell.plays(resolver(1, 1), full(1))
    with pytest.raises(CommandRefusedError, match="was used for another command"):
        take(shell.plan, shell.state, happened(ref, 1), "c1")


def test_a_command_id_from_before_commands_were_told_apart_is_answered_as_it_was() -> None:
    plan = plain(1)
    once = take(plan, Shell(plan).state, PAUSE, "c1")
    old = replace(once, handled=tuple(Handled(each.command_id, each.message, each.refused) for each in once.handled))
    assert take(plan, old, CANCEL, "c1") == old


def test_what_an_operator_says_while_a_record_finds_another_life_is_recorded_all_the_same() -> None:
    plan = plain(1)
    state = replace(begin(plan), outbox=(Notice(TransitionKind.BLOCKED), Notice(TransitionKind.ROLLING_BACK)))
    state = take(plan, state, PAUSE, "c1")

    state = recorded(state, 0, superseded=True)

    assert state.superseded
    assert [notice.kind for notice in state.outbox] == [TransitionKind.COMMAND]
