"""What a desk gets wrong, at each exchange: the group ends, in the exchange's own words, and nothing of it is sent."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.models.group import GroupStatus
from allornone.testexchange.coinbase.keys import coinbase_key
from allornone.testexchange.keys import credentials_path, key_of
from allornone.testexchange.serving import Served, serving
from tests.exchange.desk import Desk, options
from tests.exchange.test_off_the_grid import NAMES, trade
from tests.plans import Leg

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def exchange(tmp_path: Path, name: str) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", (name,)) as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchange: Served, name: str) -> Iterator[Desk]:
    opened = Desk(tmp_path / "desk", client, task_queue, exchange)
    opened.options = {
        name: {**options(exchange), "exchange": name, "credentials_file": str(exchange.credentials_file(name))}
    }
    yield opened
    opened.check()


async def ends_failed(desk: Desk, operation: Leg, **more: object) -> str:
    """Run it alone, see that it failed and that the exchange's books have nothing of it, and return what was told."""
    result = await desk.run(desk.plan(operation, **more))

    assert result.status is GroupStatus.FAILED
    assert [each.books.orders for each in desk.exchange.engines.values()] == [{}]
    return "\n".join(desk.told())


BAD_KEY = {"binance": "-2015 Invalid API-key", "kraken": "EAPI:Invalid key", "coinbase": "unauthorized"}
NO_LEAVE = {"binance": "-2015 Invalid API-key", "kraken": "EGeneral:Permission denied", "coinbase": "PERMISSION_DENIED"}
NO_FUNDS = {"binance": "-2010", "kraken": "EOrder:Insufficient funds", "coinbase": "INSUFFICIENT_FUND"}
LEAST = {
    "binance": "amount must be at least",
    "kraken": "amount must be at least",
    "coinbase": "amount must be worth at least 1 USDT",
}
HALTED = {"binance": "-1013", "kraken": "EService:Market in cancel_only mode", "coinbase": "PRODUCT_TRADING_HALTED"}


async def test_a_wrong_key(desk: Desk, name: str, tmp_path: Path) -> None:
    coinbase_key(tmp_path, "desk") if name == "coinbase" else key_of(tmp_path, name, "desk")
    desk.options[name]["credentials_file"] = str(credentials_path(tmp_path, name, "desk"))

    # Coinbase shows nobody a market without a key, so it is not known there before anything is prepared: tried again,
    # since a key can be mended, until the deadline.
    more = {"deadline": datetime.now(UTC) + timedelta(seconds=15)} if name == "coinbase" else {}
    assert f"{name} answered {BAD_KEY[name]}" in await ends_failed(desk, trade(name, "sell", "1"), **more)


async def test_a_key_that_may_not_trade(desk: Desk, name: str, exchange: Served) -> None:
    desk.options[name]["credentials_file"] = str(exchange.credentials_file(name, "desk-readonly"))

    assert f"{name} answered {NO_LEAVE[name]}" in await ends_failed(desk, trade(name, "sell", "1"))


async def test_a_market_that_is_not_there(desk: Desk, name: str) -> None:
    operation = trade(name, "sell", "1")
    operation["operation_details"]["pair"] = "ETH/NOPE"

    assert f"{name} has no market 'ETH/NOPE'" in await ends_failed(desk, operation)


async def test_less_than_the_least_amount(desk: Desk, name: str) -> None:
    assert LEAST[name] in await ends_failed(desk, trade(name, "sell", "0.00000001"))


async def test_more_than_there_is(desk: Desk, name: str) -> None:
    assert f"{name} answered {NO_FUNDS[name]}" in await ends_failed(desk, trade(name, "sell", "70"))


async def test_a_market_that_is_halted(desk: Desk, name: str, exchange: Served) -> None:
    for market in exchange.engines[name].markets.values():
        market.halted = True

    assert f"{name} answered {HALTED[name]}" in await ends_failed(desk, trade(name, "sell", "1"))


async def test_an_exchange_that_cannot_be_reached(desk: Desk, name: str) -> None:
    desk.options[name]["connect_to"] = "127.0.0.1:9"

    told = await ends_failed(desk, {**trade(name, "sell", "1"), "timeout_s": "2"})

    assert f"{name} could not be asked: nothing left" in told
