"""A paper venue whose callers come to the same moments as those of the textbook's exchange."""

import asyncio

from allornone.models.execution import Direction, ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.textbook.moments import Moments


class WatchedVenue:
    """A call is the venue's own once it was made: whatever becomes of the activity that waits for it, it goes on."""

    def __init__(self, venue: Venue, moments: Moments) -> None:
        self._venue = venue
        self._moments = moments
        self._calls: set[asyncio.Task[Reading]] = set()
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.lookup, self.recall = venue.prepare, venue.lookup, venue.recall
        self.inverse, self.simulate = venue.inverse, venue.simulate

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        call = asyncio.create_task(self._execute(request, prepared))
        self._calls.add(call)
        return await asyncio.shield(call)

    async def _execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        before, after = ("do", "did") if request.direction is Direction.FORWARD else ("undo", "undid")
        await self._moments.here(f"{before} {request.operation_id}")
        reading = await self._venue.execute(request, prepared)
        await self._moments.here(f"{after} {request.operation_id}")
        return reading
