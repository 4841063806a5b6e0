"""Signed requests to Binance: every one carries a moment of Binance's own clock and how long it may be taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allornone.venues.exchange.client import Answer, Client
from allornone.venues.exchange.clock import milliseconds
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.readable import readable

WINDOW_MAX_MS = 60_000
"""Timing security: recvWindow cannot be greater than 60000."""
_READ_WINDOW_MS = 5_000


class Signed:
    """The signed endpoints of one account. `time_method` is ccxt's name of the endpoint that tells the time."""

    def __init__(self, client: Client, time_method: str) -> None:
        self.client = client
        self._time_method = time_method

    async def time(self) -> datetime:
        """Read the exchange's clock. Raises VenueUnavailableError where it cannot be."""
        shown = await self.client.read(self._time_method)
        with readable("the exchange's time"):
            return self.client.clock.set(int(shown["serverTime"]))

    async def pinned(self, not_after: datetime) -> dict[str, str]:
        """Return the moment and the window that make Binance refuse after `not_after`, whoever sends it when."""
        now = await self.time() if self.client.clock.stale else self.client.clock.now()
        latest = milliseconds(not_after)
        timestamp = min(milliseconds(now), latest - 1)
        return {"timestamp": str(timestamp), "recv_window": str(min(WINDOW_MAX_MS, latest - timestamp))}

    async def ask(self, method: str, params: Mapping[str, Any]) -> Answer:
        """Call what may be called again. Where Binance calls our time wrong, its clock is read and it is asked anew."""
        answer = await self._asked(method, params)
        return await self._asked(method, params) if answer.outcome is Outcome.RESYNC else answer

    async def read(self, method: str, params: Mapping[str, Any]) -> Any:
        """Return what a signed read shows. Raises VenueUnavailableError where it shows nothing."""
        return (await self.ask(method, params)).shown()

    async def _asked(self, method: str, params: Mapping[str, Any]) -> Answer:
        now = await self.time() if self.client.clock.stale else self.client.clock.now()
        stamp = {"timestamp": milliseconds(now), "recvWindow": _READ_WINDOW_MS}
        return await self.client.call(method, {**params, **stamp})
