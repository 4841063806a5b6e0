"""The road to the venues: a reverse proxy that reports p2 and p3, and that can be cut for one cell."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tests.campaign.rig.control import Reached
from tests.campaign.rig.server import HOST

_HEADERS = ("Content-Type", "X-Paper-Quotes")


class Gate:
    """Passes each call on. A worker's address is `<url>/<cell>/<worker>`, so that each is told apart."""

    def __init__(self, venues_url: str, session: aiohttp.ClientSession, reached: Reached) -> None:
        self._venues_url = venues_url
        self._session = session
        self._reached = reached
        self._under_way: Counter[str] = Counter()
        self.url = ""
        self.cut: set[str] = set()

    def address(self, cell: str, worker: str) -> str:
        """Return where one worker finds the venues."""
        return f"{self.url}/{cell}/{worker}"

    async def quiet(self, cell: str) -> None:
        """Wait until nothing of a cell is under way."""
        while self._under_way[cell]:  # noqa: ASYNC110 (a proxy's requests end in many ways)
            await asyncio.sleep(0.01)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass one call on."""
        cell = request.match_info["cell"]
        self._under_way[cell] += 1
        try:
            return await self._pass(request, cell, request.match_info["worker"])
        finally:
            self._under_way[cell] -= 1

    async def _pass(self, request: web.Request, cell: str, worker: str) -> web.StreamResponse:
        body = await request.read()
        if cell in self.cut:
            return _broken(request)
        place = _place(body) if request.path.endswith("/execute") else None
        if place is not None:
            await self._reached(worker, f"{place}.p2")
        answer = await self._asked(request, body)
        if place is not None:
            await self._reached(worker, f"{place}.p3")
        return _broken(request) if answer is None or cell in self.cut else answer

    async def _asked(self, request: web.Request, body: bytes) -> web.Response | None:
        url = f"{self._venues_url}/{request.match_info['rest']}"
        headers = {name: value for name, value in request.headers.items() if name in _HEADERS}
        try:
            async with self._session.request(request.method, url, data=body, headers=headers) as answer:
                kept = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
                return web.Response(body=await answer.read(), status=answer.status, headers=kept)
        except (aiohttp.ClientError, TimeoutError):
            return None


def _place(body: bytes) -> str:
    sent: dict[str, Any] = orjson.loads(body)["request"]
    return f"{sent['sequence_in_group']}.{'do' if sent['direction'] == 'forward' else 'undo'}"


def _broken(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=504)


@asynccontextmanager
async def gate(venues_url: str, reached: Reached) -> AsyncGenerator[Gate]:
    """Have the road be open meanwhile."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        road = Gate(venues_url, session, reached)
        app = web.Application()
        app.router.add_route("*", "/{cell}/{worker}/{rest:.*}", road.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        host, port = runner.addresses[0][:2]
        road.url = f"http://{host}:{port}"
        try:
            yield road
        finally:
            await runner.cleanup()
