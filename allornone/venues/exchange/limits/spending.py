"""The budget of one account: every limit of its tariff, and who waits. Pure, in milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from allornone.venues.exchange.limits.tariff import Cost, Limit, Tariff
from allornone.venues.exchange.limits.window import Spent, Told

LEASE_MS = 3_000
"""How long a waiting request holds others up without being heard of: its process may be dead."""
BEHIND_MS = 50
"""How soon to ask again behind somebody who waits."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave for one request: when it was given, and what had then been granted of each limit in all."""

    at: int
    granted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that wants to be sent. `asker` is the same each time it asks."""

    asker: str
    cost: Cost
    urgent: bool


@dataclass(frozen=True, slots=True)
class Spending:
    """What was used of each limit by its name, and until when each urgent request that waits is believed to."""

    spent: Mapping[str, Spent] = field(default_factory=dict[str, Spent])
    waiting: Mapping[str, int] = field(default_factory=dict[str, int])

    def of(self, limit: Limit) -> Spent:
        """Return what was used of one limit."""
        return self.spent.get(limit.name, Spent())

    def asked(self, tariff: Tariff, ask: Ask, now: int) -> "tuple[Spending, Ticket | int | None]":
        """Return a ticket; or how long to wait, as things stand; or None, where there is never room for it.

        While an urgent request waits, no other than urgent ones get what comes free.
        """
        waiting = {asker: until for asker, until in self.waiting.items() if until > now and asker != ask.asker}
        wait = self._wait(tariff, ask, now)
        if wait is None:
            return replace(self, waiting=waiting), None
        if not ask.urgent and waiting:
            return replace(self, waiting=waiting), max(wait, BEHIND_MS)
        if wait:
            held = {**waiting, ask.asker: now + LEASE_MS} if ask.urgent else waiting
            return replace(self, waiting=held), wait
        return self._granted(tariff, ask, waiting, now)

    def gone(self, asker: str) -> "Spending":
        """Return it without one that gave up waiting."""
        return replace(self, waiting={each: until for each, until in self.waiting.items() if each != asker})

    def heard(self, tariff: Tariff, ticket: Ticket, told: Mapping[str, tuple[int, int]], now: int) -> "Spending":
        """Return it with what the answer to a ticket's request told: used, and for how long that counts, by limit."""
        spent = dict(self.spent)
        for limit in tariff.limits:
            if limit.name in told:
                used, lasts = told[limit.name]
                reading = Told(used, ticket.granted.get(limit.name, 0), now + lasts)
                spent[limit.name] = self.of(limit).heard(reading, now)
        return replace(self, spent=spent)

    def _wait(self, tariff: Tariff, ask: Ask, now: int) -> int | None:
        waits = [
            self.of(limit).wait(limit, ask.cost.get(limit.counts, 0), limit.allowed(urgent=ask.urgent), now)
            for limit in tariff.limits
        ]
        known = [wait for wait in waits if wait is not None]
        return max(known, default=0) if len(known) == len(waits) else None

    def _granted(self, tariff: Tariff, ask: Ask, waiting: Mapping[str, int], now: int) -> "tuple[Spending, Ticket]":
        spent = dict(self.spent)
        for limit in tariff.limits:
            if cost := ask.cost.get(limit.counts, 0):
                spent[limit.name] = self.of(limit).taken(limit, cost, now)
        ticket = Ticket(now, {name: each.granted for name, each in spent.items()})
        return Spending(spent, waiting), ticket
