"""Accepting what is left: of one operation, or of the group, and never what may yet be known."""

from decimal import Decimal

import pytest

from allornone.core.answer import Fence
from allornone.core.steps import Execute, Undo
from allornone.errors import CommandRefusedError
from allornone.models.group import GroupStatus
from tests.unit.core.answers import (
    FORWARD,
    ROLLBACK,
    breach,
    full,
    part,
    refused,
    undone,
)
from tests.unit.core.doubt import in_doubt, unfenced_undo
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import (
    Shell,
    accepted,
    did_not_happen,
    retry,
)


def test_an_undo_that_can_never_be_fenced_can_be_accepted_with_its_range() -> None:
    shell = unfenced_undo()
    shell.takes(accepted("op0"))
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert [(each.direction, each.amount) for each in result.unfenced] == [(ROLLBACK, Decimal(2))]
    assert result.residual_deltas["lido:StakingToken:stETH"] == 2


@pytest.mark.parametrize("operation_id", [None, "op1", "op0"])
def test_accepted_is_refused_while_anything_is_unknown(operation_id: str | None) -> None:
    shell = in_doubt()
    with pytest.raises(CommandRefusedError, match="something is unknown"):
        shell.takes(accepted(operation_id))


def test_accepted_without_an_operation_ends_the_group_partial_with_unfenced_references_as_ranges() -> None:
    shell = in_doubt(fence=Fence.NEVER_SETTLED)
    shell.takes(accepted())
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert [each.operation_id for each in result.unfenced] == ["op1"]
    assert result.residual_deltas["lido:StakingToken:stETH"] == 2


def test_accepted_answers_a_word_that_still_waits() -> None:
    shell = in_doubt(fence=Fence.NEVER_SETTLED)
    shell.takes(did_not_happen(shell.ref((1, FORWARD, 1))))
    shell.takes(accepted())
    assert shell.state.claim is None
    assert [(each.command_id, each.refused) for each in shell.state.handled] == [("c1", True), ("c2", False)]


def test_accepted_with_an_operation_leaves_its_residual_and_goes_on() -> None:
    shell = Shell(group({"pivot": True}, {}, {}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), part(1))
    shell.awaited()
    shell.takes(accepted("op1"))
    shell.plays(Execute(2, 1), full(2))
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert result.residual_deltas["lido:StakingToken:stETH"] == 5
    assert result.reason == "accepted by an operator: op1"


def test_accepted_while_rolling_back_leaves_that_operation_and_undoes_the_others() -> None:
    shell = Shell(plain(3))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), full(1))
    shell.plays(Execute(2, 1), refused(2))
    shell.plays(Undo(1, 1), refused(1, ROLLBACK))
    shell.takes(accepted("op1"))
    shell.plays(Undo(0, 1), undone(0))
    assert shell.ends().status is GroupStatus.PARTIAL


@pytest.mark.parametrize("operation_id", [None, "op0"])
def test_accepted_where_nothing_is_stuck_is_refused(operation_id: str | None) -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    with pytest.raises(CommandRefusedError, match="nothing is stuck"):
        shell.takes(accepted(operation_id))


def test_accepted_of_an_operation_that_has_nothing_to_accept_is_refused() -> None:
    shell = Shell(group({"pivot": True}, {}, {}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.awaited()
    for operation_id, why in (("op2", "nothing that could be accepted"), ("op9", "no operation 'op9'")):
        with pytest.raises(CommandRefusedError, match=why):
            shell.takes(accepted(operation_id))


def test_once_what_is_left_was_accepted_there_is_nothing_more_to_retry() -> None:
    shell = Shell(group({"pivot": True}))
    shell.plays(Execute(0, 1), breach(0))
    shell.awaited()
    shell.takes(accepted())
    with pytest.raises(CommandRefusedError, match="nothing is unknown or stuck; what makes sense now: pause"):
        shell.takes(retry(shell.ref((0, FORWARD, 1))))
