"""A group that lost its workflow: it looks, and sends nothing, neither forward nor back, until an operator says so."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from allornone.core.answer import Fence
from allornone.core.standing import blocked
from allornone.core.steps import Execute, Look, Undo, Wait
from allornone.core.view import view
from allornone.errors import CommandRefusedError
from allornone.models.commands import Command
from allornone.models.group import GroupStatus
from tests.unit.core.answers import FORWARD, ROLLBACK, absent, full, refused, undone, unknown
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, PAUSE, RESUME, Shell, accepted, did_not_happen, happened, retry

LOST = "its workflow was terminated; rebuilt from the event log"


def orphan(shell: Shell) -> Shell:
    """Let the group lose its workflow, and take it up again."""
    shell.state = replace(shell.state, orphaned=LOST)
    return shell


def halfway() -> Shell:
    """Return an orphan with one of two operations done."""
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    return orphan(shell)


def on_the_way_back() -> Shell:
    """Return an orphan that rolled back, with one of two undos done."""
    shell = Shell(plain(3))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), full(1))
    shell.plays(Execute(2, 1), refused(2))
    shell.plays(Undo(1, 1), undone(1))
    return orphan(shell)


def in_the_air() -> Shell:
    """Return an orphan whose second operation is unknown."""
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.loses(Execute(1, 1))
    return orphan(shell)


def waits(shell: Shell) -> bool:
    """Tell whether the group waits for an operator, and for nothing else."""
    step = shell.awaited()
    return isinstance(step, Wait) and step.seconds is None


@pytest.mark.parametrize("begins", [halfway, on_the_way_back])
def test_an_orphan_sends_nothing_and_asks_for_an_operator(begins: Callable[[], Shell]) -> None:
    shell = begins()

    assert waits(shell)
    assert (shell.status(), blocked(shell.plan, shell.state)) == (GroupStatus.BLOCKED, LOST)
    assert view(shell.plan, shell.state, None).needs_operator


def test_what_an_orphan_had_in_flight_is_resolved_and_nothing_follows() -> None:
    shell = in_the_air()

    shell.plays(Look(1, FORWARD, 1, "resolve", 1, 1), full(1))

    assert waits(shell)
    assert shell.status() is GroupStatus.BLOCKED


@pytest.mark.parametrize(
    ("begins", "commands"),
    [
        (halfway, ("pause", "cancel", "retry", "resolve")),
        (on_the_way_back, ("pause", "retry", "resolve")),
        (in_the_air, ("pause", "cancel", "retry", "resolve")),
    ],
)
def test_an_orphan_shows_what_an_operator_may_say(begins: Callable[[], Shell], commands: tuple[str, ...]) -> None:
    shell = begins()
    shell.step()

    assert view(shell.plan, shell.state, None).commands == commands


def test_retry_lets_an_orphan_go_on_forward() -> None:
    shell = halfway()

    shell.takes(retry(shell.ref((1, FORWARD, 1))))

    assert shell.awaited() == Execute(1, 1)


def test_retry_lets_an_orphan_go_on_back() -> None:
    shell = on_the_way_back()

    shell.takes(retry(shell.ref((0, ROLLBACK, 1))))

    assert shell.awaited() == Undo(0, 1)


def test_retry_on_what_an_orphan_has_in_flight_looks_again_and_lets_it_go_on_after_that() -> None:
    shell = in_the_air()

    shell.takes(retry(shell.ref((1, FORWARD, 1))))

    shell.plays(Look(1, FORWARD, 1, "resolve", 1, 1), absent(1))
    assert shell.awaited() == Execute(1, 2)


def test_retry_of_another_reference_is_refused_and_the_orphan_stays() -> None:
    shell = halfway()

    with pytest.raises(CommandRefusedError, match="has moved on"):
        shell.takes(retry(shell.ref((0, FORWARD, 1))))

    assert waits(shell)


def test_cancel_lets_an_orphan_roll_back() -> None:
    shell = halfway()

    shell.takes(CANCEL)

    assert shell.awaited() == Undo(0, 1)


def test_cancel_of_an_orphan_that_rolls_back_is_refused() -> None:
    with pytest.raises(CommandRefusedError, match="already rolling back"):
        on_the_way_back().takes(CANCEL)


def test_cancel_with_an_unknown_in_flight_resolves_it_before_anything_is_undone() -> None:
    shell = in_the_air()

    shell.takes(CANCEL)

    shell.plays(Look(1, FORWARD, 1, "resolve", 1, 1), full(1))
    assert shell.awaited() == Undo(1, 1)


@pytest.mark.parametrize("begins", [halfway, on_the_way_back])
def test_accepting_what_is_left_ends_an_orphan(begins: Callable[[], Shell]) -> None:
    shell = begins()

    shell.takes(accepted())

    assert shell.ends().status is GroupStatus.PARTIAL


def test_accepting_one_operation_leaves_it_and_lets_the_orphan_go_on() -> None:
    shell = on_the_way_back()

    shell.takes(accepted("op0"))

    result = shell.ends()
    assert (result.status, result.reason) == (GroupStatus.PARTIAL, "op2 was refused; accepted by an operator: op0")


def test_accepting_while_something_is_unknown_is_refused() -> None:
    with pytest.raises(CommandRefusedError, match="something is unknown"):
        in_the_air().takes(accepted())


def it_happened(ref: str) -> Command:
    return happened(ref, 2)


@pytest.mark.parametrize("word", [it_happened, did_not_happen])
def test_an_operators_word_about_the_unknown_of_an_orphan_is_held_against_a_look(
    word: Callable[[str], Command],
) -> None:
    shell = in_the_air()
    shell.plays(Look(1, FORWARD, 1, "resolve", 1, 1), unknown(1, fence=Fence.FENCED))

    shell.takes(word(shell.ref((1, FORWARD, 1))))

    assert isinstance(shell.awaited(), Look)


def test_pause_and_resume_change_nothing_about_an_orphan() -> None:
    shell = halfway()

    shell.takes(PAUSE)
    assert waits(shell)
    shell.takes(RESUME)

    assert waits(shell)


def test_the_deadline_makes_an_orphan_send_nothing_either() -> None:
    shell = halfway()

    shell.reaches_deadline()

    assert waits(shell)


def test_an_orphan_past_a_pivot_that_is_stuck_asks_for_a_retry_of_its_own() -> None:
    shell = Shell(group({"pivot": True}, {}))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    orphan(shell)

    shell.takes(retry(shell.ref((1, FORWARD, 1))))

    assert waits(shell)
    assert blocked(shell.plan, shell.state) == "op1 was refused, and the pivot op0 is in effect"


def test_an_orphan_with_nothing_left_but_its_end_is_ended_by_a_retry() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), full(0))
    orphan(shell)
    assert waits(shell)

    shell.takes(retry(shell.ref((0, FORWARD, 1))))

    assert shell.ends().status is GroupStatus.COMPLETED


def test_an_orphan_that_rolled_all_back_is_ended_by_a_retry() -> None:
    shell = Shell(plain(2))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), undone(0))
    orphan(shell)

    shell.takes(retry(shell.ref((0, ROLLBACK, 1))))

    assert shell.ends().status is GroupStatus.ROLLED_BACK
