"""The road to the server: a TCP proxy between one worker and Temporal, that can be cut and mended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from tests.campaign.rig.server import HOST, Listening

_CHUNK = 1 << 16


class Line:
    """One proxied address. While it is cut, connections are dropped, at once and whenever one is tried."""

    def __init__(self, server: Listening) -> None:
        self._server = server
        self._open: set[asyncio.StreamWriter] = set()
        self._cut = False
        self.target = ""

    def cut(self) -> None:
        """Drop every connection, and each further one."""
        self._cut = True
        for writer in tuple(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._cut = False

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection's bytes on, both ways, until either side ends."""
        if self._cut:
            writer.transport.abort()
            return
        try:
            beyond, back = await asyncio.open_connection(HOST, self._server.port)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, back}
        self._open |= pair
        try:
            await asyncio.gather(_copy(reader, back), _copy(beyond, writer))
        finally:
            self._open -= pair
            for each in pair:
                each.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def line(server: Listening) -> AsyncGenerator[Line]:
    """Have a line be there meanwhile."""
    road = Line(server)
    listening = await asyncio.start_server(road.accept, HOST, 0)
    host, port = listening.sockets[0].getsockname()
    road.target = f"{host}:{port}"
    try:
        yield road
    finally:
        listening.close()
        road.cut()
