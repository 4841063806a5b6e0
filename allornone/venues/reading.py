"""One look at a venue: what it shows about a reference at one moment."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from allornone.models.execution import ExecutionHandshake
from allornone.units import UtcTime


class ReadingState(StrEnum):
    """What a venue showed."""

    CLOSED = "closed"
    """It took effect by the handshake's size, is final, and can change no more: from here on it may be undone."""
    OPEN = "open"
    """Accepted and still open, or not final yet; the handshake holds the part so far."""
    REFUSED = "refused"
    """The venue shows that it refused it: no effect, now or later."""
    NOT_FOUND = "not_found"
    """The venue shows nothing under this reference. Weak: a stale read looks the same."""
    UNKNOWN = "unknown"
    """It was asked and the answer proves nothing."""


class Reading(BaseModel):
    """A venue's answer. `venue_time` is the venue's own clock, the only one that settles an expiry.

    `full_history` tells whether the endpoint also shows what is long over: only then can not-found ever mean absent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: ReadingState
    handshake: ExecutionHandshake
    venue_time: UtcTime | None = None
    full_history: bool = True

    def sent_at(self, moment: datetime) -> "Reading":
        """Return the reading with the moment its request left, where the venue does not say it."""
        if self.handshake.submitted_at is not None:
            return self
        return self.model_copy(update={"handshake": self.handshake.model_copy(update={"submitted_at": moment})})
