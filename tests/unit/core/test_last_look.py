"""Before the end each reference is looked up once more, and what that shows counts."""

from allornone.core.observe import observe_last_looks
from allornone.core.steps import End, Execute, LastLook, Look, LookMode, Undo
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from tests.unit.core.answers import (
    FORWARD,
    breach,
    closed,
    deltas,
    full,
    handshake,
    part,
    refused,
    still_open,
    undone,
    unknown,
)
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import Shell, retry


def look(number: int, mode: LookMode = "resolve", at: int = 0, *, reading: int = 1) -> Look:
    return Look(number, FORWARD, 1, mode, reading, at)


def test_before_the_end_every_reference_is_looked_up_once_more() -> None:
    shell = Shell(plain(2, forward_retries=1))
    shell.plays(Execute(0, 1), refused(0))
    shell.plays(Execute(0, 2), full(0, 2))
    shell.plays(Execute(1, 1), full(1))
    assert shell.awaited() == LastLook(((0, FORWARD, 1), (0, FORWARD, 2), (1, FORWARD, 1)), 0)


def test_an_unreadable_last_look_is_repeated_twice_and_then_the_end_comes() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    for at in range(3):
        step = shell.awaited()
        assert isinstance(step, LastLook)
        assert step.number == at
        shell.looks_last((0, unknown(0, readable=False)))
    assert isinstance(shell.awaited(), End)


def test_the_end_says_which_references_the_last_look_could_not_ask_about() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), full(1))
    for _ in range(3):
        shell.looks_last((0, full(0)), (1, unknown(1, readable=False)))

    assert shell.ends().not_looked == (shell.ref((1, FORWARD, 1)),)


def test_an_end_whose_references_were_looked_at_after_all_names_none() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    shell.looks_last((0, unknown(0, readable=False)))
    shell.looks_last((0, full(0)))

    assert shell.ends().not_looked == ()


def test_a_late_fill_found_by_the_last_look_is_undone() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), refused(0))
    shell.looks_last((0, full(0)))
    shell.plays(Undo(0, 1), undone(0))
    assert shell.ends().status is GroupStatus.ROLLED_BACK
    assert "late_effect" in [notice.kind for notice in shell.notices]


def test_an_effect_that_an_operator_told_short_of_its_fees_is_corrected_and_kept() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), closed((0, FORWARD, 1), 2, attested=True))
    shell.looks_last((0, closed((0, FORWARD, 1), 3, Verdict.WITHIN)))
    result = shell.ends()
    assert result.status is GroupStatus.COMPLETED
    assert result.operations[0].handshakes == (handshake(0, 3),)
    assert "late_effect" in [notice.kind for notice in shell.notices]


def test_an_effect_that_turns_out_to_be_outside_its_bounds_is_undone() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), closed((0, FORWARD, 1), 2, attested=True))
    shell.looks_last((0, breach(0)))
    shell.plays(Undo(0, 1), undone(0, units=3))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_the_notice_of_a_late_effect_says_what_the_look_showed() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), refused(0))
    shell.looks_last((0, full(0)))
    shell.awaited()
    told = [notice.facts for notice in shell.notices if notice.kind == "late_effect"]
    assert told == [{"shown": {key: str(amount) for key, amount in deltas(2).items()}}]


def test_a_second_effect_found_by_the_last_look_keeps_a_group_from_completing() -> None:
    shell = Shell(plain(1, forward_retries=1))
    shell.plays(Execute(0, 1), refused(0))
    shell.plays(Execute(0, 2), full(0, 2))
    shell.looks_last((0, full(0, 1)))
    shell.plays(Undo(0, 1), undone(0, units=4))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_an_order_that_the_last_look_finds_open_is_resolved_before_the_end() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), refused(0))
    shell.looks_last((0, still_open(0)))
    step = shell.awaited()
    assert isinstance(step, Look)
    assert step.mode == "resolve"
    assert shell.state.flight is not None
    assert shell.state.flight.seen is True
    shell.hears(part(0))
    shell.plays(Undo(0, 1), undone(0, units=1))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_a_breach_that_an_operator_has_read_again_meanwhile_is_not_counted_twice() -> None:
    shell = Shell(group({"pivot": True}, accept_residual=True))
    shell.plays(Execute(0, 1), breach(0))
    assert isinstance(shell.awaited(), LastLook)
    shell.takes(retry(shell.ref((0, FORWARD, 1))))
    shell.state = observe_last_looks(shell.plan, shell.state, ((0, breach(0)),))
    shell.plays(look(0, "reread"), breach(0))
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert result.residual_deltas == deltas(3)
    assert "late_effect" not in [notice.kind for notice in shell.notices]


def test_what_is_read_again_during_the_last_look_has_a_last_look_of_its_own() -> None:
    shell = Shell(group({"pivot": True}, accept_residual=True))
    shell.plays(Execute(0, 1), breach(0))
    assert isinstance(shell.awaited(), LastLook)
    shell.takes(retry(shell.ref((0, FORWARD, 1))))
    shell.state = observe_last_looks(shell.plan, shell.state, ((0, breach(0)),))
    shell.plays(look(0, "reread"), full(0))
    assert shell.awaited() == LastLook(((0, FORWARD, 1),), 0)
