"""A server behind TLS that answers each request as it is told, or as no good server would."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

import trustme

HOSTS = ("api.binance.com", "fapi.binance.com", "api.kraken.com", "api.coinbase.com")


class Silence(Enum):
    """How an answer fails to come once the request was read."""

    HANG = auto()
    RESET = auto()
    HALF = auto()


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict[str, str])


Told = Said | Silence | Callable[[str], Said]
"""An answer, no answer, or one that depends on the query."""


@dataclass
class Scripted:
    """What the server is to do, by path; and what was asked of it, as `METHOD /path?query`, with its body."""

    connect_to: str
    ca_file: Path
    answers: dict[str, Told] = field(default_factory=dict[str, Told])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@asynccontextmanager
async def scripted(folder: Path) -> AsyncGenerator[Scripted]:
    """Serve until the block ends."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*HOSTS).configure_cert(context)  # pyright: ignore[reportUnknownMemberType] (of trustme)
    held = Scripted("", ca_file)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _answer(held, reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    held.connect_to = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield held
    finally:
        server.close()


async def _answer(held: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    lengths = [line.partition(":")[2] for line in head.splitlines() if line.lower().startswith("content-length")]
    body = await reader.readexactly(int(lengths[0])) if lengths else b""
    method, target, _ = head.split("\r\n", 1)[0].split(" ")
    held.asked.append((f"{method} {target}", body.decode()))
    path, _, query = target.partition("?")
    told = held.answers[path]
    told = told(query) if callable(told) else told
    if told is Silence.HANG:
        await reader.read()
        return False
    if told is Silence.RESET:
        writer.transport.abort()
        return False
    said = Said(200, '{"orderId": 1') if not isinstance(told, Said) else told
    length = len(said.body.encode()) + (50 if told is Silence.HALF else 0)
    lines = [f"HTTP/1.1 {said.status} Said", f"Content-Length: {length}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in said.headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n" + said.body).encode())
    await writer.drain()
    return told is not Silence.HALF
