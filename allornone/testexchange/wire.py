"""How an answer leaves, or does not: hangs, resets, answers that break off, and what a gateway says instead."""

import asyncio
import socket
import struct
from contextlib import suppress

from aiohttp import web

from allornone.testexchange.behaviour import Behaviour
from allornone.testexchange.door import Answer

HANG_S = 60
"""How long a connection is left without an answer at most; clients give up long before."""
_LOOK_S = 0.1
_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def response(answer: Answer) -> web.Response:
    """Return an answer as it is meant to leave."""
    return web.Response(
        status=answer.status, text=answer.text, content_type="application/json", headers=dict(answer.headers)
    )


async def lose(request: web.Request, answer: Answer, behaviour: Behaviour) -> web.StreamResponse:
    """Send, instead of `answer`, what the behaviour makes of it."""
    match behaviour:
        case Behaviour.HALF_BODY:
            return await _half(request, answer)
        case Behaviour.UNREADABLE:
            return web.Response(text=answer.text[: len(answer.text) // 2], content_type="application/json")
        case Behaviour.BAD_GATEWAY:
            return web.Response(status=502, text=_HTML.format("502 Bad Gateway"), content_type="text/html")
        case Behaviour.FORBIDDEN:
            return web.Response(status=403, text=_HTML.format("403 Forbidden"), content_type="text/html")
        case Behaviour.RESET:
            _reset(request)
        case _:
            await _hang(request)
    return web.Response(status=504)


async def _half(request: web.Request, answer: Answer) -> web.StreamResponse:
    body = answer.text.encode()
    half = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half


def _reset(request: web.Request) -> None:
    if request.transport is None:
        return
    connection: socket.socket | None = request.transport.get_extra_info("socket")
    if connection is not None:
        # Closing with nothing lingering sends RST instead of FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def _hang(request: web.Request) -> None:
    """Say nothing until the client has gone."""
    with suppress(TimeoutError):
        async with asyncio.timeout(HANG_S):
            # A transport tells nobody when it closes.
            while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S)
