"""An exchange's own clock, kept by one reading of it and the time that has passed here since."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from allornone.venues.exchange.limits.host_clock import elapsed

STALE_S = 600
"""Two computers' clocks part by a few milliseconds in that time."""


class VenueClock:
    """What the exchange's clock shows now. No change of this machine's wall clock moves it, and no suspend halts it.

    It lags by the time that an answer travels, so that it never runs ahead of the exchange.
    """

    def __init__(self, monotonic: Callable[[], float] = elapsed) -> None:
        self._monotonic = monotonic
        self._shown: datetime | None = None
        self._at = 0.0

    @property
    def stale(self) -> bool:
        """Whether it has to be read (again) before it is relied on."""
        return self._shown is None or self._monotonic() - self._at > STALE_S

    def set(self, milliseconds: int) -> datetime:
        """Take what the exchange shows, in milliseconds of Unix time, and return it."""
        self._shown = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
        self._at = self._monotonic()
        return self._shown

    def forget(self) -> None:
        """Have it read again: the exchange called a time of ours wrong."""
        self._shown = None

    def now(self) -> datetime:
        """Return the exchange's time. Raises LookupError where it was never read."""
        if self._shown is None:
            raise LookupError("the exchange's clock was not read yet")
        return self._shown + timedelta(seconds=self._monotonic() - self._at)


def milliseconds(moment: datetime) -> int:
    """Return `moment` in milliseconds of Unix time, rounded down."""
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


def moment_of(value: object) -> datetime:
    """Return the moment of milliseconds as an exchange writes them. Raises ValueError for anything else."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(str(value)))
