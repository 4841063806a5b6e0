"""What was used of one limit: pure, in milliseconds of whatever clock the caller keeps.

A window slides. It is kept in slots of a twentieth of its length, and a slot counts in full until all of it is older
than the window: so never more than the limit is used in any window, wherever it begins, and exchanges that count by
the calendar's minute are kept to without their clock being known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from allornone.venues.exchange.limits.tariff import Limit

SLOTS = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What the exchange said was used, until when it counts it, and all that had been granted up to that request."""

    used: int
    granted: int
    until: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What was granted, by slot; in all, since ever; and what the exchange said last."""

    slots: Mapping[int, int] = field(default_factory=dict[int, int])
    granted: int = 0
    told: Told | None = None

    def used(self, limit: Limit, now: int) -> int:
        """Return what counts at `now`: our own, or what the exchange counts and what was granted since, if more."""
        own = sum(amount for slot, amount in self.slots.items() if _ends(slot, limit) > now)
        if self.told is None or self.told.until <= now:
            return own
        return max(own, self.told.used + self.granted - self.told.granted)

    def wait(self, limit: Limit, cost: int, allowed: int, now: int) -> int | None:
        """Return how long until there is room for `cost`, as things stand; None where there never is."""
        if not cost:
            return 0
        if cost > allowed:
            return None
        ends = {_ends(slot, limit) for slot in self.slots}
        if self.told is not None:
            ends.add(self.told.until)
        moments = [now, *sorted(end for end in ends if end > now)]
        return next(at for at in moments if self.used(limit, at) + cost <= allowed) - now

    def taken(self, limit: Limit, cost: int, now: int) -> "Spent":
        """Return what is spent with `cost` granted at `now`; what no longer counts is left out."""
        slot = now // _width(limit)
        slots = {each: amount for each, amount in self.slots.items() if _ends(each, limit) > now}
        slots[slot] = slots.get(slot, 0) + cost
        return replace(self, slots=slots, granted=self.granted + cost)

    def heard(self, told: Told, now: int) -> "Spent":
        """Return what is spent with the exchange's own count. One of an earlier request than the last is left out."""
        newer = self.told is None or self.told.until <= now or told.granted >= self.told.granted
        return replace(self, told=told) if newer else self


def _width(limit: Limit) -> int:
    return max(1, limit.window_ms // SLOTS)


def _ends(slot: int, limit: Limit) -> int:
    """Return when the last moment of a slot is older than the window."""
    return (slot + 1) * _width(limit) + limit.window_ms
