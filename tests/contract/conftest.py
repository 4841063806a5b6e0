"""Where the contract suite runs: every operation of every paper venue, in this process and behind HTTP."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from allornone.testexchange.serving import Served as ExchangeServed
from allornone.venues.paper import PaperServer, PaperWorld, RemotePaperVenue
from allornone.venues.registry import close_venues
from tests.contract.bench import Bench, PaperWitness, Served, TestClock
from tests.contract.cases import CASES, AnyCase
from tests.contract.exchange.bench import EXCHANGE_CASES, exchange_bench, exchanges_served
from tests.contract.exchange.way_in import WayIn
from tests.contract.exchange.witness import ANYBODYS

CLIENT_TIMEOUT_S = 2.0
"""Long enough for any answer on loopback of a machine that stands still for a second, short enough to wait for the ones
that never come."""

TWINS = frozenset({"compound", "morpho", "etherfi", "rocketpool"})
"""Venues that declare what another one does: behind HTTP they could only repeat it."""

IN_PROCESS = [("in_process", case) for case in CASES]
REMOTE = [("remote", case) for case in CASES if case.venue not in TWINS]
EXCHANGE = [("exchange", case) for case in EXCHANGE_CASES]
EVERYWHERE: list[tuple[str, AnyCase]] = [*IN_PROCESS, *REMOTE, *EXCHANGE]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    data_dir = tmp_path_factory.mktemp("served")
    clock = TestClock()
    world = PaperWorld(data_dir, clock)
    server = PaperServer(world)
    yield Served(await server.start("127.0.0.1", 0), world, clock, data_dir)
    await server.stop()
    world.close()


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data_dir = tmp_path_factory.mktemp("local")
    clock = TestClock()
    world = PaperWorld(data_dir, clock)
    yield Served("", world, clock, data_dir)
    world.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def exchange(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ExchangeServed]:
    async with exchanges_served(tmp_path_factory.mktemp("exchange")) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stranger(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ExchangeServed]:
    """The exchange that nobody wrote a module for, with a clock that goes as this machine's does."""
    async with exchanges_served(tmp_path_factory.mktemp("stranger")) as running:
        yield running


@pytest_asyncio.fixture(params=EVERYWHERE, ids=lambda ran: "-".join(map(str, ran)), loop_scope="session")
async def bench(
    request: pytest.FixtureRequest, served: Served, local: Served, exchange: ExchangeServed, stranger: ExchangeServed
) -> AsyncIterator[Bench]:
    """A venue to be held to the contract: paper in this process or behind HTTP, an exchange through ccxt."""
    where, case = request.param
    if where == "exchange":
        async with exchange_bench(case, stranger if case.venue == ANYBODYS else exchange) as opened_there:
            yield opened_there
        return
    if where == "in_process":
        yield Bench(case, local.world.venue, local.clock, PaperWitness(local))
        return
    clients: dict[str, RemotePaperVenue] = {}

    def opened(name: str) -> RemotePaperVenue:
        return clients.setdefault(name, RemotePaperVenue(name, served.url, timeout_s=CLIENT_TIMEOUT_S))

    yield Bench(case, opened, served.clock, PaperWitness(served))
    for client in clients.values():
        await client.aclose()


@pytest_asyncio.fixture(params=["binance", "kraken", "coinbase"], loop_scope="session")
async def desk(request: pytest.FixtureRequest, exchange: ExchangeServed, tmp_path: Path) -> AsyncIterator[WayIn]:
    """The way in of each exchange."""
    opened = WayIn(request.param, exchange, tmp_path)
    yield opened
    await close_venues([opened.venue])
