"""A group that was submitted."""

from dataclasses import dataclass
from typing import Protocol

from allornone.models.result import GroupResult, GroupView


class Asked(Protocol):
    """What a handle asks of its client."""

    async def result(self, group_id: str) -> GroupResult:
        """Wait for the end."""
        ...

    async def status(self, group_id: str) -> GroupView:
        """Return how the group stands."""
        ...


@dataclass(frozen=True, slots=True)
class GroupHandle:
    """The way back to a group. `attached` tells that the same plan was there before this submit."""

    client: Asked
    group_id: str
    plan_hash: str
    attached: bool = False

    async def result(self) -> GroupResult:
        """Wait for the end. See `GroupClient.result`."""
        return await self.client.result(self.group_id)

    async def status(self) -> GroupView:
        """Return how the group stands. See `GroupClient.status`."""
        return await self.client.status(self.group_id)
