"""Real ccxt, pointed at a test exchange: its own addresses, our resolver, our certificate authority."""

import json
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.async_support
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from allornone.testexchange.serving import Served, serving


class OnlyHere(AbstractResolver):
    """Sends every host of the exchange to its port on loopback, and knows no other."""

    def __init__(self, port: int, hosts: frozenset[str]) -> None:
        self._port = port
        self._hosts = hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del port
        if host not in self._hosts:
            raise OSError(f"no {host} here")
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


HOSTS = frozenset({"api.binance.com", "fapi.binance.com", "dapi.binance.com"})


@asynccontextmanager
async def client(
    exchange: Served, account: str = "desk", timeout_ms: int = 5000, **options: object
) -> AsyncGenerator[Any]:
    """Open ccxt's binance, unmodified, with the key of an account."""
    key = json.loads(exchange.credentials_file("binance", account).read_text())
    context = ssl.create_default_context(cafile=str(exchange.ca_file))
    connector = aiohttp.TCPConnector(resolver=OnlyHere(exchange.port, HOSTS), ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        given: Any = {"session": session, "enableRateLimit": False, "timeout": timeout_ms, "options": options, **key}
        opened = ccxt.async_support.binance(given)
        opened.ssl_context = context
        opened.number = str
        try:
            yield opened
        finally:
            await opened.close()


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncGenerator[Served]:
    async with serving(tmp_path / "exchange") as served:
        yield served


@pytest.fixture
async def binance(exchange: Served) -> AsyncGenerator[Any]:
    async with client(exchange) as opened:
        yield opened
