"""What an operator says to a cell's group, and when: the scenario's command, or the point's own."""

import asyncio

from temporalio.client import Client
from temporalio.service import RPCError

from allornone import wire
from allornone.models.commands import CancelCommand, Command, PauseCommand, ResumeCommand
from allornone.models.result import GroupResult
from tests.campaign.matrix.points import Case, Scenario

HELD_S = 1.0
"""How long the worker is held at the point for the command to arrive."""
AGAIN_S = 0.1


def trigger(case: Case) -> str | None:
    """Return the point at which the operator speaks."""
    if case.scenario in {Scenario.CANCEL, Scenario.DEADLINE}:
        return "3.do.p0"
    return "2.do.p0" if case.point.startswith("pause") else None


class Operator:
    """Speaks once, and says it again under the same id until it is answered."""

    def __init__(self, client: Client, case: Case, group_id: str) -> None:
        self._client = client
        self._case = case
        self._group_id = group_id
        self._saying: set[asyncio.Task[None]] = set()

    async def heard(self) -> None:
        """Speak, and wait a moment for it to be heard."""
        task = asyncio.create_task(self._say())
        self._saying.add(task)
        await asyncio.wait({task}, timeout=HELD_S)

    def leave(self) -> None:
        """Say nothing more: the group has ended."""
        for task in self._saying:
            task.cancel()

    async def _say(self) -> None:
        cancels, pauses = self._case.scenario is Scenario.CANCEL, self._case.point.startswith("pause")
        if pauses or self._case.scenario is Scenario.DEADLINE:
            await self._give(PauseCommand(actor="campaign", command_id="pause"), wire.PAUSE)
        if pauses and self._case.scenario is not Scenario.DEADLINE:
            await self._give(ResumeCommand(actor="campaign", command_id="resume"), wire.RESUME)
        if cancels:
            await self._give(CancelCommand(actor="campaign", command_id="cancel"), wire.CANCEL)

    async def _give(self, command: Command, name: str) -> None:
        handle = self._client.get_workflow_handle(self._group_id, result_type=GroupResult)
        while True:
            try:
                await handle.execute_update(name, command, id=command.command_id)  # pyright: ignore[reportUnknownMemberType] (of the SDK)
            except RPCError:
                await asyncio.sleep(AGAIN_S)
            else:
                return
