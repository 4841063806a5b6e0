"""The id under which Temporal's own cancel is taken is nobody else's: a command of that id would swallow it."""

import base64
import re
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from allornone import wire
from allornone.client.telling import tell
from allornone.errors import CommandRefusedError
from allornone.models.commands import TEMPORAL_CANCEL, CommandReceipt, PauseCommand, ResumeCommand
from allornone.models.group import GroupStatus
from tests.plans import CARRY
from tests.workflows.house import House
from tests.workflows.test_replay import FOLDER, replay

WORDS = (
    "command_id 'temporal-cancel' is that of Temporal's own cancel; nothing was done, give this one an id of its own"
)


@pytest.mark.parametrize(
    ("command_id", "update_id"), [("temporal-cancel", None), (None, "temporal-cancel")], ids=["command", "update"]
)
async def test_a_command_by_the_id_of_temporals_cancel_is_refused_and_swallows_no_cancel(
    house: House, command_id: str | None, update_id: str | None
) -> None:
    gate = house.gated("lido", "execute")

    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await handle.execute_update(  # pyright: ignore[reportUnknownMemberType] (of the SDK)
                wire.PAUSE,
                PauseCommand(actor="ann", command_id=command_id),
                id=update_id,
                result_type=CommandReceipt,
            )
        await handle.cancel()
        await house.shows(handle, lambda view: view.cancelling)
        gate.opens.set()
        result = await house.ends(handle)

    assert isinstance(refusal.value.cause, ApplicationError)
    assert (refusal.value.cause.type, refusal.value.cause.message) == (wire.COMMAND_REFUSED, WORDS)
    assert result.status is GroupStatus.ROLLED_BACK


async def test_the_client_sends_no_command_by_the_id_of_temporals_cancel() -> None:
    nobody: Any = None

    with pytest.raises(CommandRefusedError) as refusal:
        await tell(nobody, wire.RESUME, ResumeCommand(actor="ann", command_id=TEMPORAL_CANCEL))

    assert str(refusal.value) == WORDS


async def test_a_history_that_has_a_command_by_that_id_replays() -> None:
    history = (FOLDER / "older" / "command_id_used_twice.json").read_text()

    await replay("command_id_used_twice", re.sub(r'"data":\s*"([^"]*)"', _renamed, history))


def _renamed(data: re.Match[str]) -> str:
    told = base64.b64decode(data[1]).replace(b'"command_id":"x"', b'"command_id":"temporal-cancel"')
    return f'"data": "{base64.b64encode(told).decode()}"'
