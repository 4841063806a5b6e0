"""Which reference a command means."""

import pytest

from allornone.cli.choosing import reference
from allornone.errors import CommandRefusedError
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView, OperationState, OperationView

ONE, TWO = "1" * 32, "2" * 32


def view(*references: str | None) -> GroupView:
    return GroupView(
        atomic_group_id="g",
        plan_hash="p",
        status=GroupStatus.BLOCKED,
        commands=("cancel",),
        operations=tuple(
            OperationView(
                operation_id=f"o-{number}",
                operation_type="stake",
                venue="lido",
                state=OperationState.UNKNOWN,
                client_ref=found,
            )
            for number, found in enumerate(references)
        ),
    )


def test_the_only_reference_is_meant() -> None:
    assert reference(view(None, ONE), "retry", None) == ONE


def test_an_operation_chooses_among_several() -> None:
    assert reference(view(ONE, TWO), "retry", "o-1") == TWO


def test_several_are_listed() -> None:
    with pytest.raises(CommandRefusedError, match=rf"--ref: {ONE} \(o-0, unknown\), {TWO} \(o-1, unknown\)"):
        reference(view(ONE, TWO), "retry", None)


def test_none_names_the_commands_that_make_sense() -> None:
    with pytest.raises(CommandRefusedError, match=r"waits for 'retry' \(blocked\); .* now: cancel"):
        reference(view(None), "retry", None)
