"""A venue at which a caller can be held, to see what happens meanwhile."""

import asyncio
from typing import Literal

from allornone.models.execution import ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.reading import Reading

PATIENCE_S = 30
Gate = Literal["prepare", "execute", "lookup"]


class Gated:
    """Holds its callers: with nothing written yet, about to send, or about to look. From `opens` on nobody is held."""

    def __init__(self, venue: Venue, gate: Gate) -> None:
        self._venue = venue
        self._gate = gate
        self._reached = asyncio.Event()
        self.opens = asyncio.Event()
        self.name = venue.name
        self.capabilities = venue.capabilities
        self.recall = venue.recall
        self.inverse = venue.inverse
        self.simulate = venue.simulate

    async def reached(self) -> None:
        """Wait until somebody is held here."""
        async with asyncio.timeout(PATIENCE_S):
            await self._reached.wait()

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        prepared = await self._venue.prepare(request)
        await self._held("prepare")
        return prepared

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        await self._held("execute")
        return await self._venue.execute(request, prepared)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        await self._held("lookup")
        return await self._venue.lookup(request, prepared)

    async def _held(self, gate: Gate) -> None:
        if gate == self._gate:
            self._reached.set()
            await self.opens.wait()
