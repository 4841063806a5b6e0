"""A test exchange and a desk of each test's own, held against each other by the checker when the test is over."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.testexchange.serving import Served, serving
from tests.exchange.desk import Desk


@pytest_asyncio.fixture(loop_scope="session")
async def exchange(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange") as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchange: Served) -> Iterator[Desk]:
    opened = Desk(tmp_path / "desk", client, task_queue, exchange)
    yield opened
    opened.check()
