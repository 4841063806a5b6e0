"""An exchange's circuit: open while it wants to hear nothing from anybody here. Pure, in milliseconds."""

from dataclasses import dataclass, replace

LONGEST_MS = 7 * 24 * 3_600_000
"""Binance bans for three days at most. A longer `Retry-After` is taken for this."""
_UNNAMED_MS = {403: 10_000, 418: 120_000, 429: 10_000}
"""How long to be silent where the answer does not say: Binance's shortest ban is two minutes."""
_OTHERWISE_MS = 5_000
_UNNAMED_LONGEST_MS = 3_600_000
_MARGIN_MS = 1_000
"""Retry-After is in whole seconds, and counted from when the answer was made."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """Open until `until`, because of `status`; `times` that it opened since the exchange last took a request."""

    until: int = 0
    status: int | None = None
    times: int = 0

    def is_open(self, now: int) -> bool:
        """Whether nothing may be sent."""
        return now < self.until

    def opened(self, now: int, status: int | None, retry_after_s: int | None) -> "Circuit":
        """Return the circuit after an answer that wants us to back off. It never ends earlier than before.

        Many requests can be on their way when the first is answered so: together they open it once.
        """
        times = self.times if self.is_open(now) else self.times + 1
        until = now + _silence(status, retry_after_s, times)
        if until <= self.until:
            return self
        return Circuit(until, status, times)

    def taken(self, now: int) -> "Circuit":
        """Return the circuit after an answer to a request that the exchange took."""
        return self if self.is_open(now) or not self.times else replace(self, times=0)


def _silence(status: int | None, retry_after_s: int | None, times: int) -> int:
    if retry_after_s is not None:
        return min(LONGEST_MS, retry_after_s * 1_000 + _MARGIN_MS)
    first = _UNNAMED_MS.get(status or 0, _OTHERWISE_MS)
    return min(_UNNAMED_LONGEST_MS, first << min(times - 1, 20))
