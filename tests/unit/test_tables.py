"""What a group looks like in a terminal."""

import pytest

from allornone.cli.tables import print_group
from allornone.ids import client_ref
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView, OperationResult, OperationState

STRANGE = "5" * 32
"""A reference of no operation of the group."""


def test_a_group_that_ended_unlooked_names_the_operations_that_nobody_could_ask_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, buy = GroupStatus.COMPLETED, OperationResult(operation_id="buy", state=OperationState.CONFIRMED)
    silent = (client_ref("g", "", "buy", "forward", 2), client_ref("g", "", "buy", "rollback", 1), STRANGE)
    ended = GroupResult(atomic_group_id="g", plan_hash="", status=status, operations=(buy,), not_looked=silent)

    print_group(GroupView(atomic_group_id="g", plan_hash="", status=status, operations=(), result=ended))

    assert " ".join(capsys.readouterr().out.split()).endswith(
        "not looked at again before the end, since their venue could not be asked: "
        f"buy, the undo of buy, {STRANGE}; the sweep does so"
    )
