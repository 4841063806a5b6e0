"""A group that was submitted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allornone.models.result import GroupResult, GroupView

if TYPE_CHECKING:
    from allornone.client.groups import GroupClient


@dataclass(frozen=True, slots=True)
class GroupHandle:
    """The way back to a group. `attached` tells that the same plan was there before this submit."""

    client: "GroupClient"
    group_id: str
    plan_hash: str
    attached: bool = False

    async def result(self) -> GroupResult:
        """Wait for the end. See `GroupClient.result`."""
        return await self.client.result(self.group_id)

    async def status(self) -> GroupView:
        """Return how the group stands. See `GroupClient.status`."""
        return await self.client.status(self.group_id)
