"""Calls that carry Kraken's nonce: it has to rise as they arrive, so one leaves after the other's answer is here."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allornone.errors import RefusedError
from allornone.venues.exchange.client import Answer, Client
from allornone.venues.exchange.market import INVALID
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.readable import before_sending, readable


class Nonces:
    """Numbers that rise, by the microseconds of this machine's clock. Two processes need a key each, or a window."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> int:
        """Return the next number."""
        self._last = max(self._last + 1, time.time_ns() // 1_000)
        return self._last


class Keyed:
    """The endpoints of one key, public and private."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._turn = asyncio.Lock()

    async def time(self) -> datetime:
        """Read the exchange's clock, which shows whole seconds. Raises VenueUnavailableError where it cannot be."""
        shown = await self.client.read("publicGetTime")
        with readable("the exchange's time"):
            return self.client.clock.set(int(shown["result"]["unixtime"]) * 1_000)

    async def now(self) -> datetime:
        """Return the exchange's time, read again where the last reading is old."""
        return await self.time() if self.client.clock.stale else self.client.clock.now()

    async def asset(self, token: str) -> str:
        """Return Kraken's own name of an asset, as its pairs use it. Raises RefusedError where no pair has it."""
        for market in (await self.client.markets()).values():
            for side in ("base", "quote"):
                if market[side] == token:
                    return str(market["info"][side])
        raise RefusedError(f"{self.client.name} has no {token}", INVALID)

    async def write(self, method: str, params: Mapping[str, Any]) -> Answer:
        """Call once what must not be called again.

        Raises NotSentError where Kraken's clock, by which it may be too late, cannot be read.
        """
        with before_sending():
            await self.now()
        async with self._turn:
            return await self.client.send(method, dict(params))

    async def ask(self, method: str, params: Mapping[str, Any]) -> Answer:
        """Call what may be called again, which it is where another process used a later nonce in between."""
        answer = await self._asked(method, params)
        return await self._asked(method, params) if answer.outcome is Outcome.RESYNC else answer

    async def read(self, method: str, params: Mapping[str, Any]) -> Any:
        """Return the result of a call that does not act. Raises VenueUnavailableError where it shows nothing."""
        shown = (await self.ask(method, params)).shown()
        with readable(f"the answer to {method}"):
            return shown["result"]

    async def _asked(self, method: str, params: Mapping[str, Any]) -> Answer:
        async with self._turn:
            return await self.client.call(method, dict(params))
