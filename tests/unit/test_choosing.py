"""What a command means where the operator did not say, and what is told where there is nothing that it could."""

import pytest

from allornone.cli.choosing import reference
from allornone.errors import CommandRefusedError
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView


def blocked(*commands: str) -> GroupView:
    return GroupView(
        atomic_group_id="basis-1", plan_hash="0", status=GroupStatus.BLOCKED, operations=(), commands=commands
    )


def test_a_word_about_an_outcome_where_none_is_unknown_is_told_what_helps() -> None:
    with pytest.raises(CommandRefusedError, match="nothing can be confirmed or failed; --outcome accepted leaves what"):
        reference(blocked("pause", "resolve"), "resolve", None)


def test_a_command_that_nothing_waits_for_is_told_those_that_make_sense() -> None:
    with pytest.raises(
        CommandRefusedError, match=r"waits for 'retry' \(blocked\); commands that make sense now: pause$"
    ):
        reference(blocked("pause"), "retry", None)
