"""A scripted operator: plays with the commands, and settles what is blocked by what the venues' ledger shows."""

import asyncio
import random
from collections import Counter
from pathlib import Path

from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError

from allornone import wire
from allornone.core.answer import Fence
from allornone.deltas import add
from allornone.models.commands import (
    CancelCommand,
    Command,
    PauseCommand,
    ResolveCommand,
    ResolvedOutcome,
    ResumeCommand,
    RetryCommand,
)
from allornone.models.execution import Direction
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView, OperationState, OperationView
from tests.campaign.ledger import read_ledger

LOOK_EVERY_S = 1.0
SURE_S = 20.0
"""An operator says 'it did not happen' only so long after first being asked: longer than any zombie or late request."""
PLAYFUL = 0.04
"""The share of open groups that are given a command nobody needed, a round."""
ASK_S = 4.0
ASKING = f"{wire.NEEDS_OPERATOR} = true AND ExecutionStatus = 'Running'"
ACTOR = "operator"

_NAMES: dict[type[Command], str] = {
    CancelCommand: wire.CANCEL,
    PauseCommand: wire.PAUSE,
    ResumeCommand: wire.RESUME,
    RetryCommand: wire.RETRY,
    ResolveCommand: wire.RESOLVE_UPDATE,
}


class Operator:
    """Looks after the groups that are open. `given` counts the commands that were taken."""

    def __init__(self, client: Client, ledger: Path, seed: str) -> None:
        self._client = client
        self._ledger = ledger
        self._draw = random.Random(seed)  # noqa: S311 (reproducible, not secret)
        self._asked: dict[str, float] = {}
        self.given: Counter[str] = Counter()
        self.open: set[str] = set()
        self.playful = True
        self._paused: set[str] = set()

    async def work(self) -> None:
        """Look after them until cancelled."""
        while True:
            await asyncio.gather(*(self._look(group_id) for group_id in await self._chosen()))
            await asyncio.sleep(LOOK_EVERY_S)

    async def _chosen(self) -> list[str]:
        """Return whom to look at: who says that it needs a person, who was paused, and some for play."""
        drawn = {group_id for group_id in sorted(self.open) if self.playful and self._draw.random() < PLAYFUL}
        return sorted(((await self._asking()) | self._paused | drawn) & self.open)

    async def _asking(self) -> set[str]:
        try:
            async with asyncio.timeout(ASK_S):
                return {found.id async for found in self._client.list_workflows(ASKING)}
        except (RPCError, TimeoutError):
            return set()

    async def _look(self, group_id: str) -> None:
        handle = self._client.get_workflow_handle(group_id)
        try:
            async with asyncio.timeout(ASK_S):
                shown = await handle.query(wire.STATUS, result_type=GroupView)
        except (RPCError, TimeoutError, WorkflowQueryFailedError):
            return
        command = self._needed(shown) if shown.needs_operator else self._playful(shown)
        if command is not None:
            await self._give(group_id, command)

    async def _give(self, group_id: str, command: Command) -> None:
        name = _NAMES[type(command)]
        if isinstance(command, PauseCommand):
            # Before it is known whether it was taken: nobody else would resume it.
            self._paused.add(group_id)
        try:
            async with asyncio.timeout(ASK_S):
                handle = self._client.get_workflow_handle(group_id)
                await handle.execute_update(name, command)  # pyright: ignore[reportUnknownMemberType] (of the SDK)
            self.given[name] += 1
        except (RPCError, TimeoutError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError):
            # Refused, ended meanwhile, or the server is down: the next look decides anew.
            self.given["not taken"] += 1

    def _playful(self, shown: GroupView) -> Command | None:
        if shown.paused:
            return ResumeCommand(actor=ACTOR)
        if shown.atomic_group_id in self._paused or not self.playful:
            self._paused.discard(shown.atomic_group_id)
            return None
        meant = [each.client_ref for each in shown.operations if each.client_ref]
        if meant and self._draw.random() < 0.5:
            return RetryCommand(actor=ACTOR, client_ref=meant[0])
        return self._draw.choice((PauseCommand(actor=ACTOR), CancelCommand(actor=ACTOR)))

    def _needed(self, shown: GroupView) -> Command | None:
        """Return what helps a blocked group, by what the ledger shows."""
        stuck = next((each for each in shown.operations if each.client_ref), None)
        if stuck is not None and stuck.state is OperationState.UNKNOWN:
            return self._settled(shown.atomic_group_id, stuck)
        if "cancel" in shown.commands and shown.status is GroupStatus.BLOCKED and "took effect after" in shown.reason:
            return CancelCommand(actor=ACTOR)
        if stuck is not None and stuck.client_ref is not None:
            return RetryCommand(actor=ACTOR, client_ref=stuck.client_ref)
        return ResolveCommand(actor=ACTOR, outcome=ResolvedOutcome.ACCEPTED)

    def _settled(self, group_id: str, stuck: OperationView) -> Command | None:
        ref = stuck.client_ref or ""
        now = asyncio.get_running_loop().time()
        first = self._asked.setdefault(ref, now)
        account = read_ledger(self._ledger, group_id).get(group_id)
        moved = [each for each in account.effects if each.client_ref == ref] if account is not None else []
        if moved:
            shown = add(*({each.position_key: each.delta} for each in moved))
            return ResolveCommand(
                actor=ACTOR, outcome=ResolvedOutcome.CONFIRMED, client_ref=ref, actual_deltas=shown, evidence="ledger"
            )
        if now - first < SURE_S:
            return None
        if (
            stuck.direction is Direction.ROLLBACK
            and stuck.effort is not None
            and stuck.effort.fence == Fence.NEVER_SETTLED
        ):
            # Nobody can say of an undo that it will never come: what it leaves is accepted.
            return ResolveCommand(actor=ACTOR, outcome=ResolvedOutcome.ACCEPTED, operation_id=stuck.operation_id)
        if stuck.effort is not None and stuck.effort.fence in (Fence.WAITING, Fence.NEVER):
            # That it did not happen is refused by what the last look told, and the next one may be minutes away.
            return RetryCommand(actor=ACTOR, client_ref=ref)
        return ResolveCommand(actor=ACTOR, outcome=ResolvedOutcome.FAILED, client_ref=ref, evidence="ledger")
