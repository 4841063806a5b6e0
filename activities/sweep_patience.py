"""How much a sweep asks of the venues: so many looks, for so long, and of a silent one no more."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LOOKS_MAX = 500
"""Look-ups of one sweep: venues count them against the same limits as the groups that are open."""

LOOKING = timedelta(minutes=2)
"""After that no further look-up is begun, so that a venue that is slow to answer leaves the sweep its time."""

SILENT_AFTER = 2
"""References in a row that a venue did not answer: one alone may be what it stumbles over."""

Place = tuple[str, str]
"""A venue, and a type of operation there."""


@dataclass(slots=True)
class Patience:
    """What is left of a sweep that began at `begun`, and who does not answer it."""

    begun: datetime
    looks: int = 0
    unanswered: Counter[Place] = field(default_factory=Counter[Place])

    def over(self, now: datetime) -> bool:
        """Tell whether no further look-up is begun."""
        return self.looks >= LOOKS_MAX or now - self.begun > LOOKING

    def silent(self, place: Place) -> bool:
        """Tell whether a venue is not asked again for each of its references."""
        return self.unanswered[place] >= SILENT_AFTER

    def heard(self, place: Place, *, answered: bool) -> None:
        """Count a look-up."""
        self.looks += 1
        self.unanswered[place] = 0 if answered else self.unanswered[place] + 1
