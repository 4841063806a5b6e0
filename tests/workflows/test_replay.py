"""The recorded histories replay: what changes the steps of an open group shows here, before a deploy does."""

import re
from pathlib import Path
from typing import ClassVar

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import (
    HandleUpdateInput,
    Interceptor,
    Replayer,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)
from temporalio.workflow import NondeterminismError

from allornone.models.commands import CommandReceipt
from tests.histories.scenarios import SCENARIOS
from worker.build import sandbox
from workflows.atomic_group import AtomicGroupWorkflow

FOLDER = Path(__file__).parents[1] / "histories"


async def replay(name: str, history: str) -> None:
    """Replay one history in the sandbox that workers use. Raises what the replay fails with."""
    replayer = Replayer(
        workflows=[AtomicGroupWorkflow], data_converter=pydantic_data_converter, workflow_runner=sandbox()
    )
    await replayer.replay_workflow(WorkflowHistory.from_json(f"group-{name}", history))


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_recorded_history_replays(name: str) -> None:
    await replay(name, (FOLDER / f"{name}.json").read_text())


class _Answers(Interceptor):
    """Hears what a history's updates are answered when it replays."""

    told: ClassVar[list[CommandReceipt]] = []

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 (the SDK's name)
    ) -> type[WorkflowInboundInterceptor]:
        return _Heard


class _Heard(WorkflowInboundInterceptor):
    async def handle_update_handler(self, input: HandleUpdateInput) -> CommandReceipt:  # noqa: A002 (the SDK's name)
        answer: CommandReceipt = await super().handle_update_handler(input)
        _Answers.told.append(answer)
        return answer


async def test_a_command_id_that_was_used_for_another_command_in_an_old_history_is_answered_as_it_was() -> None:
    history = (FOLDER / "older" / "command_id_used_twice.json").read_text()
    _Answers.told.clear()
    replayer = Replayer(
        workflows=[AtomicGroupWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[_Answers()],
    )

    await replayer.replay_workflow(WorkflowHistory.from_json("group-command_id_used_twice", history))

    assert [each.message for each in _Answers.told] == ["pause taken", "pause taken", "resume taken"]


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("rolled_back", "rollback:stake:1", "rollback:sell:1"),
        ("completed", "execute:sell:1", "execute:stake:1"),
        ("cancelled", "record:command:1", "record:rolling_back:2"),
    ],
)
async def test_a_history_of_steps_in_another_order_does_not_replay(name: str, first: str, second: str) -> None:
    swapped = {first: second, second: first}
    history = (FOLDER / f"{name}.json").read_text()
    reordered = re.sub(f'"({first}|{second})"', lambda found: f'"{swapped[found[1]]}"', history)

    assert reordered != history
    with pytest.raises(NondeterminismError):
        await replay(name, reordered)


def test_every_history_is_of_a_scenario_and_tells_nothing_of_the_machine_it_was_made_on() -> None:
    histories = {path.stem: path.read_text() for path in FOLDER.glob("*.json")}

    assert set(histories) == set(SCENARIOS)
    for history in histories.values():
        identities = set(re.findall(r'"identity":\s*"([^"]*)"', history))
        assert not any("@" in identity for identity in identities)
