"""Somebody to be called: a real HTTP server on loopback that keeps what it is sent, and may hang or refuse."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

PATIENCE_S = 30


class Receiver:
    """Answers each call with the next of `statuses`, 200 when there are no more; 0 hangs until the end."""

    def __init__(self, *statuses: int) -> None:
        self.calls: list[dict[str, Any]] = []
        self.url = ""
        self._statuses = list(statuses)
        self._over = asyncio.Event()
        self._called = asyncio.Condition()

    async def called(self, times: int = 1) -> list[dict[str, Any]]:
        """Wait until so many calls came, and return all of them."""
        async with asyncio.timeout(PATIENCE_S), self._called:
            await self._called.wait_for(lambda: len(self.calls) >= times)
        return self.calls

    async def take(self, request: web.Request) -> web.Response:
        """Take one call."""
        async with self._called:
            self.calls.append(json.loads(await request.text()))
            self._called.notify_all()
        status = self._statuses.pop(0) if self._statuses else 200
        if status == 0:
            await self._over.wait()
        return web.Response(status=status or 500, headers={"Location": self.url} if status == 302 else {})

    def end(self) -> None:
        """Let go of whoever hangs."""
        self._over.set()


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncGenerator[Receiver]:
    """Run a receiver."""
    receiver = Receiver(*statuses)
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        receiver.end()
        await runner.cleanup()
