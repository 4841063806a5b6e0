"""One look at what a venue shows of a reference, and in its own words why there was none. Never sends."""

from typing import NamedTuple

from activities.unforeseen import unforeseen
from allornone.errors import VenueUnavailableError
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.reading import Reading, ReadingState

_WORDS = 300
"""As much of a venue's own words as a person reads."""


class Looked(NamedTuple):
    """The venue's reading, None when it cannot be asked just now or not by our id; and its words where it said why."""

    reading: Reading | None = None
    why: str = ""

    def told(self, without: str) -> str:
        """Return what an operator reads where nothing was read: our words, and the venue's in brackets.

        For a note only: a record says the same of every look, or one would contradict another.
        """
        return f"{without} ({self.why})" if self.why else without


async def looked(venue: Venue, request: ExecutionRequest, prepared: Prepared | None) -> Looked:
    """Ask the venue what it shows."""
    if not venue.capabilities.answers(request.operation_type):
        return Looked()
    try:
        with unforeseen("looking"):
            return Looked(await venue.lookup(request, prepared))
    except VenueUnavailableError as silent:
        return Looked(None, str(silent)[:_WORDS])


async def looked_and_recalled(venue: Venue, request: ExecutionRequest, prepared: Prepared | None) -> Looked:
    """Look, and take back what is still open."""
    look = await looked(venue, request, prepared)
    if look.reading is None or look.reading.state is not ReadingState.OPEN:
        return look
    capability = venue.capabilities.of(request.operation_type)
    if capability is None or not capability.recall:
        return look
    try:
        with unforeseen("recalling"):
            return Looked(await venue.recall(request, prepared))
    except VenueUnavailableError:
        return look
