"""A worker's limits, held against what is really going to be sent: before the intent, forward and back."""

from activities.desk import Desk
from activities.unforeseen import unforeseen
from allornone.errors import RefusedError
from allornone.limits import limit_price_of
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, Prepared
from allornone.venues import Venue


async def prepared_within_limits(request: ExecutionRequest, desk: Desk, venue: Venue) -> Prepared:
    """Return what `venue` prepares for the request.

    Raises RefusedError where this worker's limits forbid it; a venue that they do not list is not even asked. A plan
    may be wrong about what it moves, so the venue's own prediction is held against them too.
    """
    if desk.limits is not None:
        desk.limits.refuse(request)
    with unforeseen("preparing"):
        prepared = await venue.prepare(request)
    if desk.limits is not None:
        desk.limits.refuse(request, prepared, await _predicted(request, venue))
    return prepared


async def _predicted(request: ExecutionRequest, venue: Venue) -> ExecutionHandshake | None:
    """Return the venue's prediction; None for an order that would rest, whose own price says what it may move."""
    try:
        with unforeseen("predicting"):
            return await venue.simulate(request)
    except RefusedError:
        if limit_price_of(request) is None:
            raise
        return None
