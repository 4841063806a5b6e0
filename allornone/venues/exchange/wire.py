"""The way to an exchange: which hosts are reached and where, and what the transport shows of each request."""

import socket
import ssl
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


class Phase(StrEnum):
    """How far a request came. Between two of them the earlier is told only where it is certain."""

    NOTHING_LEFT = "nothing_left"
    SENT = "sent"
    ANSWERED = "answered"
    """The whole answer was read."""


@dataclass(slots=True)
class Leg:
    """One HTTP request, as the transport saw it. What an exchange says may repeat a key: its text is not shown."""

    method: str
    phase: Phase = Phase.NOTHING_LEFT
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Trip:
    """Every request of one call of the client. None of them leaves where `may_leave` says no."""

    legs: list[Leg] = field(default_factory=list[Leg])
    may_leave: Callable[[], bool] = lambda: True

    @property
    def leg(self) -> Leg:
        """The request that may act (the last that is no GET), else the last; one that never left where none did."""
        acting = [leg for leg in self.legs if leg.method != "GET"] or self.legs
        left = [leg for leg in acting if leg.phase is not Phase.NOTHING_LEFT] or acting
        return left[-1] if left else Leg("")

    @property
    def acted_often(self) -> bool:
        """Tell whether several of its requests may act and left."""
        return sum(leg.method != "GET" and leg.phase is not Phase.NOTHING_LEFT for leg in self.legs) > 1


class RedirectedError(aiohttp.ClientError):
    """The answer names another place to ask, where nothing is sent."""


_TRIP: ContextVar[Trip | None] = ContextVar("trip", default=None)


class TooLateError(aiohttp.ClientError):
    """The time of a request was over right before it would have left."""


@contextmanager
def travelling(may_leave: Callable[[], bool] = lambda: True) -> Generator[Trip]:
    """Collect the requests of this task, and of the tasks that it starts, while the block runs."""
    trip = Trip(may_leave=may_leave)
    token = _TRIP.set(trip)
    try:
        yield trip
    finally:
        _TRIP.reset(token)


def open_session(
    hosts: frozenset[str], connect_to: str | None, ca_file: Path | None, timeout_s: float
) -> aiohttp.ClientSession:
    """Return a session that reaches `hosts` only, all of them at `connect_to` (`ip:port`) where that is given.

    `ca_file` is the only authority that certificates may come from; the system's are, where none is given.
    """
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    connector = aiohttp.TCPConnector(resolver=OnlyResolver(hosts, connect_to), ssl=context)
    timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=timeout_s)
    session = aiohttp.ClientSession(connector=connector, timeout=timeout, trace_configs=[_traced()], trust_env=False)
    # It would send a GET, PUT or DELETE a second time where the connection was lost before an answer, and there are
    # exchanges whose orders are placed by such (deribit). Nothing public turns that off.
    session._retry_connection = False  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return session


class OnlyResolver(AbstractResolver):
    """Knows the hosts of one exchange and no other, so that nothing of ours ever goes elsewhere."""

    def __init__(self, hosts: frozenset[str], connect_to: str | None) -> None:
        self._hosts = hosts
        self._connect_to = connect_to
        self._names: ThreadedResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where `host` is. Raises OSError for a host that is none of the exchange's."""
        if host not in self._hosts:
            raise OSError(f"{host} is no host of this exchange")
        if self._connect_to is None:
            if self._names is None:
                self._names = ThreadedResolver()
            return await self._names.resolve(host, port, family)
        address, _, given = self._connect_to.rpartition(":")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=int(given),
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Give back what was opened."""
        if self._names is not None:
            await self._names.close()


def hosts_of(urls: Any, hostname: str) -> Iterator[str]:
    """Yield every host of what ccxt lists as an exchange's addresses."""
    if isinstance(urls, str):
        host = urls.replace("{hostname}", hostname).partition("://")[2].partition("/")[0]
        yield host.partition(":")[0]
    elif isinstance(urls, Mapping):
        for each in urls.values():  # pyright: ignore[reportUnknownVariableType] (ccxt's own nesting)
            yield from hosts_of(each, hostname)


def _traced() -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()
    config.on_request_start.append(_started)
    config.on_request_headers_sent.append(_left)
    config.on_request_redirect.append(_sent_elsewhere)
    config.on_request_end.append(_headed)
    config.on_response_chunk_received.append(_read)
    return config


async def _started(
    _session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
) -> None:
    context.leg = Leg(params.method)
    trip = _TRIP.get()
    if trip is not None:
        trip.legs.append(context.leg)


async def _left(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    # aiohttp tells it just before the first byte: from here on the request may have arrived. So this is also the last
    # moment to keep it here, after every wait for a turn, a lock, a connection.
    trip = _TRIP.get()
    if trip is not None and not trip.may_leave():
        raise TooLateError("its time was over before it left")
    context.leg.phase = Phase.SENT


async def _headed(
    _session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
) -> None:
    context.leg.status = params.response.status
    context.leg.headers = {name.lower(): value for name, value in params.response.headers.items()}


async def _sent_elsewhere(
    _session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestRedirectParams
) -> None:
    """Stop before the place that the answer names: what is signed for an exchange goes to nobody else.

    No exchange here says what a 3xx means for an order, so nothing of it is read.
    """
    context.leg.status = params.response.status
    params.response.close()
    raise RedirectedError(f"HTTP {params.response.status}")


async def _read(
    _session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceResponseChunkReceivedParams
) -> None:
    context.leg.phase = Phase.ANSWERED
    context.leg.body = params.chunk.decode("utf-8", "replace")
