"""The counterexamples C1-C16 of the model check that are the core's; the send protocol's are tested with it."""

from collections.abc import Callable

import pytest

from allornone.core.answer import Answer, Fence
from allornone.core.observe import ended
from allornone.core.steps import End, Execute, LastLook, Look, Undo, Wait
from allornone.errors import CommandRefusedError
from allornone.models.group import GroupStatus
from tests.unit.core.answers import (
    FORWARD,
    ROLLBACK,
    absent,
    breach,
    full,
    part,
    refused,
    still_open,
    undone,
    undone_in_part,
    unknown,
)
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, Shell, accepted, did_not_happen, retry


def resolver(number: int, at: int = 0, *, epoch: int = 1) -> Look:
    return Look(number, FORWARD, epoch, "resolve", 1, at)


def test_c1_an_operators_retry_of_an_unknown_never_sends() -> None:
    shell = Shell(plain(1, resolve_budget_s=1))
    shell.loses(Execute(0, 1))
    shell.plays(resolver(0, 1), unknown(0))
    shell.passes(1)
    shell.takes(retry(shell.ref((0, FORWARD, 1))))
    shell.plays(resolver(0, 2), unknown(0))
    shell.plays(resolver(0, 3), full(0))
    assert shell.ends().status is GroupStatus.COMPLETED


def test_c2_a_truthful_did_not_happen_is_refused_while_it_still_may() -> None:
    shell = Shell(plain(1, resolve_budget_s=1))
    shell.plays(Execute(0, 1), unknown(0))
    shell.plays(resolver(0), unknown(0, fence=Fence.WAITING))
    shell.passes(1)
    with pytest.raises(CommandRefusedError, match="may still take effect"):
        shell.takes(did_not_happen(shell.ref((0, FORWARD, 1))))


def test_c3_accepted_is_refused_while_something_is_unknown() -> None:
    shell = Shell(plain(1, resolve_budget_s=1))
    shell.loses(Execute(0, 1))
    shell.passes(1)
    with pytest.raises(CommandRefusedError, match="something is unknown"):
        shell.takes(accepted())


def test_c4_a_late_resolve_does_not_hit_the_next_epoch() -> None:
    shell = Shell(plain(1, resolve_budget_s=1))
    shell.plays(Execute(0, 1), unknown(0))
    delayed = did_not_happen(shell.ref((0, FORWARD, 1)))
    shell.plays(resolver(0), absent(0))
    shell.plays(Execute(0, 2), unknown(0, epoch=2))
    shell.plays(resolver(0, epoch=2), unknown(0, epoch=2, fence=Fence.FENCED))
    with pytest.raises(CommandRefusedError, match="has moved on"):
        shell.takes(delayed)


def test_c5_no_cancel_is_taken_once_the_verdict_is() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    shell.looks_last()
    assert shell.step() == End()
    with pytest.raises(CommandRefusedError, match="the group has ended"):
        shell.takes(CANCEL)
    shell.state = ended(shell.state, 1, superseded=False)
    assert shell.state.verdict is GroupStatus.COMPLETED


def test_c6_a_part_whose_rest_is_open_is_no_outcome() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), still_open(0).model_copy(update={"handshake": part(0).handshake}))
    shell.takes(CANCEL)
    assert shell.step() == resolver(0)
    shell.plays(resolver(0), part(0))
    shell.plays(Undo(0, 1), undone(0, units=1))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


def test_c6_an_open_undo_is_recalled_before_its_rest_is_sent_again() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), still_open(0, ROLLBACK))
    shell.passes(60)
    shell.plays(Look(0, ROLLBACK, 1, "resolve", 1, 0), undone_in_part(0))
    shell.plays(Undo(0, 2), undone(0, 2, units=1))


def test_c8_each_proof_of_nothing_leads_to_the_next_epoch() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), absent(0))
    shell.plays(Execute(0, 2), full(0, 2))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), refused(0, ROLLBACK))
    shell.plays(Undo(0, 2), absent(0, ROLLBACK, 2))
    shell.plays(Undo(0, 3), undone(0, 3))
    assert shell.ends().status is GroupStatus.ROLLED_BACK


@pytest.mark.parametrize("short", [part, breach])
def test_c10_a_pivot_short_or_in_breach_is_not_undone_nor_what_lies_before_it(short: Callable[..., Answer]) -> None:
    shell = Shell(group({}, {"pivot": True}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), short(1))
    shell.takes(CANCEL)
    shell.reaches_deadline()
    assert shell.awaited() == Wait(None, "exposure is left that cannot be undone")


def test_c10_the_deadline_stops_forward_recovery_past_a_pivot() -> None:
    shell = Shell(group({"pivot": True}, {}, forward_retries=5))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.reaches_deadline()
    assert isinstance(shell.awaited(), Wait)
    assert shell.status() is GroupStatus.BLOCKED


def test_c10_an_operation_without_an_undo_is_no_pivot_unless_declared_one() -> None:
    shell = Shell(group({}, {"rollback": "none"}, {}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), full(1))
    shell.plays(Execute(2, 1), refused(2))
    shell.plays(Undo(0, 1), undone(0))
    assert shell.awaited() == Wait(None, "exposure is left that cannot be undone")


def test_c13_continue_never_passes_a_dependent_operation() -> None:
    shell = Shell(group({"independent": True}, {}, {}, on_stuck_undo="continue", undo_budget_s=1))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), full(1))
    shell.plays(Execute(2, 1), refused(2))
    for epoch in range(1, 8):
        shell.plays(Undo(1, epoch), refused(1, ROLLBACK, epoch))


def test_c15_a_forward_operation_is_not_begun_after_the_deadline() -> None:
    shell = Shell(plain(1))
    shell.reaches_deadline()
    assert shell.ends().status is GroupStatus.FAILED


def test_c16_proven_absent_is_as_not_sent() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), unknown(0))
    shell.plays(resolver(0), absent(0))
    shell.plays(Execute(0, 2), full(0, 2))
    assert isinstance(shell.awaited(), LastLook)
    assert shell.ends().status is GroupStatus.COMPLETED
