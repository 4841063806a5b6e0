"""The test exchanges in one process: TLS on loopback, routed by the Host header, under the exchanges' real names."""

from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from allornone.testexchange.certificates import CA_FILE, authority, server_context
from allornone.testexchange.door import Answer, Call, Door

BODY_MAX = 64 * 1024
_LOOPBACK = "127.0.0.1"


class Server:
    """Serves the doors it was given. Start and stop it once."""

    def __init__(self, folder: Path, doors: Sequence[Door]) -> None:
        self._folder = folder
        self._doors = {host: door for door in doors for host in door.hosts}
        self._runner: web.AppRunner | None = None

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
        await web.TCPSite(self._runner, _LOOPBACK, port, ssl_context=context).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening; calls under way get a second."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = await _call(request)
        door = self._doors.get(call.host)
        if door is None:
            return _response(Answer(421, {"error": f"no exchange at {call.host!r}"}))
        return _response(door.serve(call))


async def _call(request: web.Request) -> Call:
    return Call(
        host=request.host.partition(":")[0].lower(),
        method=request.method,
        path=request.path,
        query=request.url.raw_query_string,
        body=await request.text(),
        headers=request.headers,
    )


def _response(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status, text=answer.text, content_type="application/json", headers=dict(answer.headers)
    )
