"""Real ccxt classes other than binance's, pointed at a test exchange."""

import json
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import ccxt.async_support

from allornone.testexchange.serving import Served
from allornone.venues.exchange.kraken.keyed import Nonces
from tests.testexchange.conftest import OnlyHere

HOSTS = {"kraken": frozenset({"api.kraken.com"}), "coinbase": frozenset({"api.coinbase.com"})}


@asynccontextmanager
async def speaking(exchange: Served, name: str, account: str = "desk") -> AsyncGenerator[Any]:
    """Open ccxt's class `name`, unmodified but for Kraken's nonce, with the key of an account."""
    key = json.loads(exchange.credentials_file(name, account).read_text())
    context = ssl.create_default_context(cafile=str(exchange.ca_file))
    connector = aiohttp.TCPConnector(resolver=OnlyHere(exchange.port, HOSTS[name]), ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        opened = getattr(ccxt.async_support, name)(
            {"session": session, "enableRateLimit": False, "timeout": 5000, **key}
        )
        opened.ssl_context = context
        opened.number = str
        if name == "kraken":
            opened.nonce = Nonces()  # ccxt's own repeats itself within a millisecond
        try:
            yield opened
        finally:
            await opened.close()
