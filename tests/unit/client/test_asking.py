from typing import Any, cast

import pytest
from temporalio.client import WorkflowHandle, WorkflowQueryFailedError

from allornone import wire
from allornone.client.asking import asked
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView

VIEW = GroupView(atomic_group_id="g", plan_hash="", status=GroupStatus.RUNNING, operations=())


class Answering:
    """A handle whose run answers with what it was given, one after the other."""

    def __init__(self, *answers: GroupView | Exception) -> None:
        self._answers = list(answers)

    async def query(self, *_: Any, **__: Any) -> GroupView:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def handle(*answers: GroupView | Exception) -> WorkflowHandle[Any, GroupResult]:
    return cast("WorkflowHandle[Any, GroupResult]", Answering(*answers))


async def test_a_run_that_says_so_is_asked_again() -> None:
    again = WorkflowQueryFailedError(wire.ASK_AGAIN)

    assert await asked(handle(again, again, VIEW), 1) == VIEW


async def test_any_other_failure_is_raised_at_once() -> None:
    with pytest.raises(WorkflowQueryFailedError, match="no such query"):
        await asked(handle(WorkflowQueryFailedError("no such query"), VIEW), 1)
