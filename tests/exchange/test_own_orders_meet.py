"""Two orders of one account would meet: whichever gives way did nothing, or a part, and its group ends by that."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.testexchange.engine.market import Side
from allornone.testexchange.engine.order import Order, OrderStatus, OrderType, Ticket
from allornone.testexchange.serving import ACCOUNT, Served, serving
from tests.exchange.desk import PATIENCE_S, Desk, desk_at
from tests.exchange.test_off_the_grid import trade
from tests.plans import Leg

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def exchange(tmp_path: Path, name: str) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", (name,)) as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchange: Served, name: str) -> Iterator[Desk]:
    opened = desk_at(tmp_path / "desk", client, task_queue, exchange, name)
    opened.broken = frozenset({"S3"})  # the checker finds the order that was made by hand
    yield opened
    opened.check()


def by_hand(exchange: Served, name: str, side: Side, price: str | None = None) -> Order:
    """Have somebody else who holds the account's keys trade an ETH; without a price at market."""
    engine = exchange.engines[name]
    (symbol,) = [each.symbol for each in engine.markets.values() if (each.base, each.quote, each.wallet) == ETH]
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    ticket = Ticket(ACCOUNT, symbol, side, kind, "", amount=Decimal(1), price=Decimal(price or 0))
    return engine.trading.place(ticket).order


ETH = ("ETH", "USDT", "spot")


def at_limit(name: str) -> Leg:
    return trade(name, "buy", "1", order_type="limit", limit_price="2000")


@pytest.mark.parametrize("name", ["binance"], indirect=True)
@pytest.mark.parametrize(("filled", "status"), [(None, GroupStatus.FAILED), ("0.4", GroupStatus.ROLLED_BACK)])
async def test_a_resting_order_of_a_group_that_another_order_of_the_account_meets(
    desk: Desk, exchange: Served, name: str, filled: str | None, status: GroupStatus
) -> None:
    engine = exchange.engines[name]

    async with desk.working(), asyncio.timeout(PATIENCE_S):
        handle = await desk.begin(desk.plan(at_limit(name)))
        while not engine.books.orders:  # noqa: ASYNC110 (books tell nobody)
            await asyncio.sleep(0.02)
        resting = next(iter(engine.books.orders.values()))
        if filled is not None:
            engine.trading.fill(resting, Decimal(filled))
        by_hand(exchange, name, Side.SELL)
        result = await handle.result()

    assert (resting.status, resting.filled) == (OrderStatus.MET_OWN, Decimal(filled or 0))
    assert result.status is status
    assert result.operations[0].verdict is (None if filled is None else Verdict.PARTIAL)


@pytest.mark.parametrize("name", ["kraken"], indirect=True)
async def test_an_order_of_a_group_that_meets_a_resting_one_of_the_account_did_nothing(
    desk: Desk, exchange: Served, name: str
) -> None:
    resting = by_hand(exchange, name, Side.BUY, "2000")

    result = await desk.run(desk.plan(trade(name, "sell", "1")))

    assert result.status is GroupStatus.FAILED
    assert "canceled unfilled: Cannot trade with self" in "\n".join(desk.told())
    assert resting.status is OrderStatus.NEW
