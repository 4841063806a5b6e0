"""What a group looks like in a terminal."""

import pytest

from allornone.cli.tables import print_group
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView

SILENT = "5" * 32


def test_a_group_that_ended_unlooked_names_the_references_that_nobody_could_ask_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = GroupStatus.COMPLETED
    ended = GroupResult(atomic_group_id="g", plan_hash="", status=status, operations=(), not_looked=(SILENT,))

    print_group(GroupView(atomic_group_id="g", plan_hash="", status=status, operations=(), result=ended))

    said = " ".join(capsys.readouterr().out.split())
    assert f"not looked at before the end, its venue was silent: {SILENT}" in said
