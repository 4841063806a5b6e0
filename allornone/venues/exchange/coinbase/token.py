"""When the tokens of calls begin to be good: Coinbase takes a token for two minutes, by its own clock.

ccxt stamps a token with `seconds()`. A call that must not be taken after a moment is stamped two minutes before it.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from allornone.venues.exchange.clock import VenueClock, milliseconds

LIFE_S = 120
"""API key authentication: a token is good for two minutes."""
_ISSUED: ContextVar[int | None] = ContextVar("issued", default=None)


@contextmanager
def issued(at_s: int) -> Generator[None]:
    """Have the tokens of this task's calls begin at `at_s`, in seconds of Unix time."""
    token = _ISSUED.set(at_s)
    try:
        yield
    finally:
        _ISSUED.reset(token)


class Stamps:
    """What ccxt's object takes for the time: what the call says, else Coinbase's clock, else this machine's."""

    def __init__(self, clock: VenueClock) -> None:
        self._clock = clock

    def __call__(self) -> int:
        """Return seconds of Unix time."""
        pinned = _ISSUED.get()
        if pinned is not None:
            return pinned
        return int(time.time()) if self._clock.stale else milliseconds(self._clock.now()) // 1_000
