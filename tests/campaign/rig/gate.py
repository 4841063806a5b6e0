"""The road to the venues: a reverse proxy that reports p2 and p3, and that can be cut for one cell."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tests.campaign.rig.control import Reached
from tests.campaign.rig.server import HOST

_HEADERS = ("Content-Type", "X-Paper-Quotes")


class Mischief(StrEnum):
    """What the road does to one call."""

    LOSE_REQUEST = "lose request"
    LOSE_ANSWER = "lose answer"
    SERVER_ERROR = "502 without effect"
    SERVER_ERROR_AFTER = "502 after the effect"
    GARBLED = "half an answer"
    TURNED_AWAY = "429"
    LATE = "late"
    """The caller sees its connection end; the request arrives all the same, `LATE_S` later."""


LATE_S = 2.0
_BEFORE = frozenset({Mischief.LOSE_REQUEST, Mischief.SERVER_ERROR, Mischief.TURNED_AWAY, Mischief.LATE})
_STATUS = {Mischief.SERVER_ERROR: 502, Mischief.SERVER_ERROR_AFTER: 502, Mischief.TURNED_AWAY: 429}
_TEXT = {
    Mischief.TURNED_AWAY: '{"error": "not_sent", "message": "slow down"}',
    Mischief.GARBLED: '{"state": "clo',
}

Draw = Callable[[str, dict[str, Any]], Mischief | None]
"""Given the name of a call and its request, what befalls it."""


class Gate:
    """Passes each call on. A worker's address is `<url>/<cell>/<worker>`, so that each is told apart."""

    def __init__(self, venues_url: str, session: aiohttp.ClientSession, reached: Reached) -> None:
        self._venues_url = venues_url
        self._session = session
        self._reached = reached
        self._under_way: Counter[str] = Counter()
        self.url = ""
        self.cut: set[str] = set()
        self.draw: Draw = lambda _call, _request: None
        self._late: set[asyncio.Task[None]] = set()

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
        call = request.path.rpartition("/")[2]
        place = _place(body) if call == "execute" else None
        fate = self.draw(call, orjson.loads(body)["request"]) if body else None
        if fate is not None and fate in _BEFORE:
            return self._kept_off(request, body, fate)
        if place is not None:
            await self._reached(worker, f"{place}.p2")
        answer = await self._asked(request, body)
        if place is not None:
            await self._reached(worker, f"{place}.p3")
        if answer is None or cell in self.cut or fate is Mischief.LOSE_ANSWER:
            return _broken(request)
        return answer if fate is None else _spoilt(fate)

    def _kept_off(self, request: web.Request, body: bytes, fate: Mischief) -> web.StreamResponse:
        """Answer a call that does not reach its venue, or not yet."""
        if fate is Mischief.LATE:
            task = asyncio.create_task(self._arrive_late(request, body))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        return _spoilt(fate) if fate in _STATUS else _broken(request)

    async def _arrive_late(self, request: web.Request, body: bytes) -> None:
        cell = request.match_info["cell"]
        self._under_way[cell] += 1
        try:
            await asyncio.sleep(LATE_S)
            await self._asked(request, body)
        finally:
            self._under_way[cell] -= 1

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


def _spoilt(fate: Mischief) -> web.Response:
    return web.Response(text=_TEXT.get(fate, "<html>"), status=_STATUS.get(fate, 200), content_type="application/json")


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
