"""Where workers report their points: a Unix socket of the rig's, one line in, one word out."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

Reached = Callable[[str, str], Awaitable[str]]
"""Told the worker's name and the point; returns the word for the worker. While it runs, the worker waits."""


@asynccontextmanager
async def control(path: Path, reached: Reached) -> AsyncGenerator[None]:
    """Listen meanwhile."""

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            said = orjson.loads(await reader.readline())
            word = await reached(said["worker"], said["point"])
            writer.write(word.encode() + b"\n")
            await writer.drain()
        except (OSError, orjson.JSONDecodeError):
            # Its worker was killed, often by us.
            return
        finally:
            writer.close()

    server = await asyncio.start_unix_server(hear, path)
    async with server:
        yield
