"""The test exchanges in one process: TLS on loopback, routed by the Host header, under the exchanges' real names."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from allornone.testexchange.behaviour import Behaviour
from allornone.testexchange.certificates import CA_FILE, authority, server_context
from allornone.testexchange.door import Answer, Call, Door, Trouble
from allornone.testexchange.engine.quirks import NONE, Quirks
from allornone.testexchange.engine.rejection import Reason
from allornone.testexchange.faults import Fate, FaultRule, Faults
from allornone.testexchange.store import Store
from allornone.testexchange.wire import lose, response

BODY_MAX = 64 * 1024
LOOPBACK = "127.0.0.1"
_CLOCK_LOOK_MS = 50
_TROUBLES = {
    Behaviour.TIMEOUT: Trouble.TIMEOUT,
    Behaviour.UNKNOWN_ERROR: Trouble.UNKNOWN_ERROR,
    Behaviour.UNEXPECTED: Trouble.UNEXPECTED,
    Behaviour.UNAVAILABLE: Trouble.UNAVAILABLE,
    Behaviour.OVERLOADED: Trouble.OVERLOADED,
    Behaviour.RATE_LIMITED: Trouble.RATE_LIMITED,
    Behaviour.BANNED: Trouble.BANNED,
}


class Server:
    """Serves the doors it was given. Start and stop it once."""

    def __init__(self, folder: Path, doors: Sequence[Door], faults: Faults, store: Store) -> None:
        self._folder = folder
        self._doors = {host: door for door in doors for host in door.hosts}
        self._faults = faults
        self._store = store
        self._runner: web.AppRunner | None = None
        self._late: set[asyncio.Task[None]] = set()

    @property
    def ca_file(self) -> Path:
        """The certificate that clients trust."""
        return self._folder / CA_FILE

    async def start(self, port: int = 0) -> int:
        """Listen on loopback and return the port; port 0 takes a free one."""
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        context = server_context(authority(self._folder), self._doors)
        await web.TCPSite(self._runner, LOOPBACK, port, ssl_context=context).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening; calls under way get a second, late ones are lost."""
        for task in self._late:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    async def no_more_late(self) -> None:
        """Wait until every late call has reached its exchange."""
        await asyncio.gather(*self._late)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = await _call(request)
        door = self._doors.get(call.host)
        if door is None:
            return response(Answer(421, {"error": f"no exchange at {call.host!r}"}))
        fate = self._faults.fate(door.name, door.tell(call))
        answer = self._outcome(door, call, fate)
        await asyncio.sleep(fate.slow_s)
        rule = fate.outcome
        if rule is None or rule.behaviour in _TROUBLES or rule.behaviour in (Behaviour.REFUSE, Behaviour.DUPLICATE):
            return response(answer)
        return await lose(request, answer, rule.behaviour)

    def _outcome(self, door: Door, call: Call, fate: Fate) -> Answer:
        """Let the exchange act, unless it never gets the call, and return what it says."""
        rule = fate.outcome
        if fate.again_ms is not None:
            self._serve_late(door, call, NONE, fate.again_ms)
        if rule is None:
            return self._serve(door, call, fate.quirks)
        if rule.behaviour is Behaviour.LATE:
            self._serve_late(door, call, fate.quirks, rule.delay_ms)
        answer = self._serve(door, call, fate.quirks) if rule.acts else Answer(200, {})
        return _said(door, call, rule) or answer

    def _serve_late(self, door: Door, call: Call, quirks: Quirks, delay_ms: int) -> None:
        task = asyncio.create_task(self._later(door, call, quirks, delay_ms))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _later(self, door: Door, call: Call, quirks: Quirks, delay_ms: int) -> None:
        """Let a call reach the exchange so much later by its own clock, which may be moved meanwhile."""
        due = door.engine.now() + delay_ms
        while (left_ms := due - door.engine.now()) > 0:  # noqa: ASYNC110 (nothing tells when the clock is moved)
            await asyncio.sleep(min(left_ms, _CLOCK_LOOK_MS) / 1000)
        self._serve(door, call, quirks)

    def _serve(self, door: Door, call: Call, quirks: Quirks) -> Answer:
        """Let the exchange act, and keep what it did before anybody is told."""
        door.engine.moving.pass_time()
        door.engine.reading.quirks = quirks
        try:
            return door.serve(call)
        finally:
            door.engine.reading.quirks = NONE
            self._store.commit()


def _said(door: Door, call: Call, rule: FaultRule) -> Answer | None:
    """Return what the exchange says in its own words, where the rule is about those."""
    match rule.behaviour:
        case Behaviour.REFUSE:
            return door.refuse(call, rule.reason)
        case Behaviour.DUPLICATE:
            return door.refuse(call, Reason.DUPLICATE)
        case behaviour if behaviour in _TROUBLES:
            return door.trouble(call, _TROUBLES[behaviour], max(1, rule.delay_ms // 1000))
        case _:
            return None


async def _call(request: web.Request) -> Call:
    return Call(
        host=request.host.partition(":")[0].lower(),
        method=request.method,
        path=request.path,
        query=request.url.raw_query_string,
        body=await request.text(),
        headers=request.headers,
    )
