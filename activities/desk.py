"""What every activity works with: the venues it may call, the log it writes, and what time it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from allornone.errors import RefusedError
from allornone.eventlog import EventLog
from allornone.halt import HaltFile
from allornone.limits import Limits
from allornone.venues import Venue


@dataclass(frozen=True, slots=True)
class Desk:
    """One worker's means. `now` is the server's time at the activity's start plus what passed since.

    No `limits` means that every venue and asset may be touched, by any amount.
    """

    venues: Mapping[str, Venue]
    log: EventLog
    now: Callable[[], datetime]
    pid: int
    limits: Limits | None = None
    halt: HaltFile | None = None

    def venue(self, name: str) -> Venue:
        """Return the venue of that name. Raises RefusedError when this worker has none."""
        found = self.venues.get(name)
        if found is None:
            known = ", ".join(sorted(self.venues))
            raise RefusedError(f"this worker has no venue {name!r}; it has {known}", code="EXEC-007")
        return found
