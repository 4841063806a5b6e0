"""What the requests of one venue call are for: how urgent they are, and how long they may wait for their turn.

A venue call is many requests, in ccxt and below. They find their errand in the context, not in every signature.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from allornone.venues.exchange.limits.host_clock import elapsed

SEND_PATIENCE_S = 2.0
"""Preparing, sending and reading what became of it share an activity of 30 s with three answers of the exchange."""
LOOK_PATIENCE_S = 15.0
"""A look-up may wait longer: it is asked again in any case, and nothing else goes on without it."""


@dataclass(slots=True)
class Errand:
    """One venue call. `not_after` is when what it sends must have left, in the exchange's time.

    What is read on the way to the send, such as the exchange's clock, changes nothing of it.
    """

    urgent: bool = False
    patience_s: float = SEND_PATIENCE_S
    not_after: datetime | None = None
    sends: bool = False
    began: float = field(default_factory=elapsed)

    def left_s(self, now: Callable[[], datetime]) -> float:
        """Return how long its next request may wait."""
        left = self.patience_s - (elapsed() - self.began)
        return left if self.not_after is None else min(left, (self.not_after - now()).total_seconds())

    def sent(self) -> None:
        """Take note that the send got its turn: what follows finds out what became of it."""
        if self.sends:
            self.sends, self.urgent, self.not_after = False, True, None
            self.began = elapsed()


_ERRAND: ContextVar[Errand | None] = ContextVar("errand", default=None)


def present_errand() -> Errand:
    """Return the errand of the venue call that is under way, else one of no urgency."""
    return _ERRAND.get() or Errand()


@contextmanager
def on_errand(errand: Errand) -> Generator[None]:
    """Have the requests within the block be made on `errand`."""
    token = _ERRAND.set(errand)
    try:
        yield
    finally:
        _ERRAND.reset(token)
