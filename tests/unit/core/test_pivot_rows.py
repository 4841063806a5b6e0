"""A pivot in effect: nothing at or before it is undone, whatever comes after it."""

from collections.abc import Callable

import pytest

from allornone.core.answer import Answer, Fence
from allornone.core.steps import Execute, LastLook, Look, Undo, Wait
from allornone.models.group import GroupStatus
from tests.unit.core.answers import (
    FORWARD,
    breach,
    full,
    part,
    refused,
    undone,
    unknown,
)
from tests.unit.core.plans import group
from tests.unit.core.shell import CANCEL, Shell, accepted, retry


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
    assert shell.status() is GroupStatus.BLOCKED


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
    assert shell.status() is GroupStatus.BLOCKED
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
    assert shell.status() is GroupStatus.BLOCKED


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
