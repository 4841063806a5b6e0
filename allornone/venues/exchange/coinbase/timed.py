"""Calls that carry Coinbase's token, and its clock, by which the token is made."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from allornone.errors import NotSentError, RefusedError
from allornone.venues.exchange.client import Answer, Client
from allornone.venues.exchange.coinbase.token import LIFE_S, issued
from allornone.venues.exchange.market import INVALID
from allornone.venues.exchange.readable import before_sending, readable

Rows = list[Mapping[str, Any]]
TIME = "v3PublicGetBrokerageTime"
PAGE = 100
"""Rows of a page of any list."""


class Timed:
    """The endpoints of one key."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def time(self) -> datetime:
        """Read the exchange's clock. Raises VenueUnavailableError where it cannot be."""
        shown = await self.client.read(TIME)
        with readable("the exchange's time"):
            return self.client.clock.set(int(shown["epochMillis"]))

    async def now(self) -> datetime:
        """Return the exchange's time, read again where the last reading is old."""
        return await self.time() if self.client.clock.stale else self.client.clock.now()

    async def write(self, method: str, params: Mapping[str, Any], latest: datetime) -> Answer:
        """Call once what must not be called again, with a token that is over at `latest`.

        Raises NotSentError, without sending, where that is already so by Coinbase's own clock, or that cannot be read.
        """
        with before_sending():
            now = await self.now()
        if latest <= now:
            raise NotSentError(f"{self.client.name}: the time of {method} was over before it was sent")
        with issued(int(min(now, latest - timedelta(seconds=LIFE_S)).timestamp())):
            return await self.client.send(method, dict(params))

    async def every(self, method: str, name: str, params: Mapping[str, Any]) -> Rows:
        """Return the rows of all pages of a list. Raises VenueUnavailableError where one cannot be read."""
        rows: Rows = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.client.read(method, {**params, **cursor})
            rows.extend(page[name])
            if not page.get("cursor") or not page[name]:
                return rows
            cursor = {"cursor": str(page["cursor"])}

    async def account_of(self, asset: str) -> str:
        """Return Coinbase's id of what the holder has of `asset`. Raises RefusedError where it has no such account."""
        with readable("the accounts"):
            for row in await self.every("v3PrivateGetBrokerageAccounts", "accounts", {"limit": PAGE}):
                if row["currency"] == asset:
                    return str(row["uuid"])
        raise RefusedError(f"{self.client.name} has no account of {asset}", INVALID)
