"""An operation that did nothing and is tried again is neither failed nor sent."""

from allornone.cli.advising import trouble_lines
from allornone.core.attempts import state_word
from allornone.models.execution import Direction
from allornone.models.group import GroupStatus
from allornone.models.result import Effort, GroupView, OperationState, OperationView


def view(
    effort: Effort | None,
    *,
    state: OperationState = OperationState.FAILED,
    status: GroupStatus = GroupStatus.RUNNING,
    direction: Direction = Direction.FORWARD,
    paused: bool = False,
) -> GroupView:
    operation = OperationView(
        operation_id="wd", operation_type="withdraw", venue="kraken", state=state, direction=direction, effort=effort
    )
    return GroupView(atomic_group_id="g", plan_hash="p", status=status, paused=paused, operations=(operation,))


def word(given: GroupView) -> str:
    return state_word(given, given.operations[0])


def test_what_was_not_sent_is_tried_again() -> None:
    given = view(Effort(sends=6))

    assert word(given) == "not executed, trying again"
    assert list(trouble_lines(given)) == ["tried: 6 times, nothing was executed"]


def test_while_a_group_is_paused_it_is_not() -> None:
    assert word(view(Effort(sends=1), paused=True)) == "not executed"


def test_a_group_that_waits_for_an_operator_does_not_try() -> None:
    assert word(view(Effort(sends=1), status=GroupStatus.BLOCKED)) == "not executed"


def test_what_a_venue_refused_has_failed() -> None:
    given = view(Effort(sends=2, refusals=2))

    assert word(given) == "failed"
    assert list(trouble_lines(given)) == ["tried: 2 times, refused 2 times"]


def test_what_nobody_tries_any_more_has_failed() -> None:
    assert word(view(None, status=GroupStatus.ROLLING_BACK)) == "failed"


def test_the_one_reference_that_is_out_was_sent() -> None:
    given = view(Effort(sends=1, looks=3, fence="waiting"), state=OperationState.UNKNOWN)

    assert word(given) == "unknown"
    assert "tried: sent once, looked 3 times" in list(trouble_lines(given))


def test_of_several_references_none_is_said_to_be_sent() -> None:
    given = view(Effort(sends=3, looks=1, fence="waiting"), state=OperationState.UNKNOWN)

    assert "tried: 3 times, looked once" in list(trouble_lines(given))


def test_an_undo_that_does_not_succeed_counts_its_tries() -> None:
    given = view(Effort(sends=4, refusals=4), state=OperationState.CONFIRMED, direction=Direction.ROLLBACK)

    assert word(given) == "confirmed"
    assert list(trouble_lines(given)) == ["tried: 4 times, refused 4 times"]
