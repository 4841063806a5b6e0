"""One leg took effect at one exchange, and the key of the next leg's exchange has ended: the first one is undone."""

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.models.group import GroupStatus
from allornone.models.result import OperationState
from allornone.testexchange.engine.market import Side
from allornone.testexchange.serving import ACCOUNT, Served, serving
from tests.exchange.desk import Desk, desk_at
from tests.exchange.test_key_ends import WORDS
from tests.exchange.test_off_the_grid import trade

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLACES = {"binance": "kraken", "kraken": "coinbase", "coinbase": "binance"}
"""Where the first leg is, by the exchange whose key has ended."""


@pytest.fixture(params=PLACES)
def locked(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def exchange(tmp_path: Path, locked: str) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", (PLACES[locked], locked)) as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchange: Served, locked: str) -> Iterator[Desk]:
    opened = desk_at(tmp_path / "desk", client, task_queue, exchange, PLACES[locked], locked)
    yield opened
    opened.check()


async def test_the_first_leg_is_undone_at_its_own_exchange(desk: Desk, exchange: Served, locked: str) -> None:
    exchange.doors[locked].keys.ends(ACCOUNT)
    first = trade(PLACES[locked], "sell", "1")
    second = {**trade(locked, "buy", "1"), "timeout_s": "5"}

    result = await desk.run(desk.plan(first, second))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [each.state for each in result.operations] == [OperationState.ROLLED_BACK, OperationState.FAILED]
    orders = exchange.engines[PLACES[locked]].books.orders.values()
    assert [(order.side, order.filled) for order in orders] == [
        (Side.SELL, Decimal(1)),
        (Side.BUY, Decimal(1)),
    ]
    assert not exchange.engines[locked].books.orders
    assert f"{locked} answered {WORDS[locked]}" in "\n".join(desk.told())
