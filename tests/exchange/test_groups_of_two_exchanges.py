"""Groups with a leg at Kraken and a leg at Coinbase, through ccxt, the production worker and a real Temporal server."""

import time
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.models.group import GroupStatus
from allornone.models.result import OperationState
from allornone.testexchange.serving import ACCOUNT, Served, serving
from tests.exchange.desk import Desk, options
from tests.plans import leg
from tests.testexchange.speaking import speaking

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = ("kraken", "coinbase")
SELL_ETH = leg(
    "sell-eth",
    "spot_trade",
    "kraken>kraken",
    "ETH>USDT",
    {"kraken:ETH": "-1", "kraken:USDT": "2000"},
    pair="ETH/USDT",
    side="sell",
)
BUY_BTC = leg(
    "buy-btc",
    "spot_trade",
    "coinbase>coinbase",
    "USDT>BTC",
    {"coinbase:BTC": "0.02", "coinbase:USDT": "-1000"},
    pair="BTC/USDT",
    side="buy",
    amount="0.02",
)
TOO_MUCH = leg(
    "too-much",
    "spot_trade",
    "coinbase>coinbase",
    "BTC>USDT",
    {"coinbase:BTC": "-7", "coinbase:USDT": "350000"},
    pair="BTC/USDT",
    side="sell",
    amount="7",
)
"""More than the account has: the exchange refuses it."""


@pytest_asyncio.fixture(loop_scope="session")
async def exchanges(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", NAMES) as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchanges: Served) -> Iterator[Desk]:
    opened = Desk(tmp_path / "desk", client, task_queue, exchanges)
    opened.options = {
        name: {
            **options(exchanges),
            "exchange": name,
            "credentials_file": str(exchanges.credentials_file(name)),
        }
        for name in NAMES
    }
    yield opened
    opened.check()


def has(served: Served, exchange: str, asset: str) -> Decimal:
    return served.engines[exchange].ledger.total(ACCOUNT, "spot", asset)


def orders(served: Served) -> list[int]:
    return [len(served.engines[name].books.orders) for name in NAMES]


async def test_a_leg_at_each_exchange_is_done(desk: Desk, exchanges: Served) -> None:
    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert has(exchanges, "kraken", "ETH") == 49
    assert has(exchanges, "kraken", "USDT") == Decimal("101994.70026")  # 1999.9 less a commission of 0.26 %
    assert has(exchanges, "coinbase", "BTC") == Decimal("5.02")
    assert has(exchanges, "coinbase", "USDT") == Decimal("98993.97988")  # 1000.02 and a commission of 0.6 %


async def test_refused_at_coinbase_the_leg_at_kraken_is_undone(desk: Desk, exchanges: Served) -> None:
    result = await desk.run(desk.plan(SELL_ETH, TOO_MUCH))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [operation.state for operation in result.operations] == [OperationState.ROLLED_BACK, OperationState.FAILED]
    assert has(exchanges, "kraken", "ETH") == 50
    assert result.residual_deltas == {}
    assert orders(exchanges) == [2, 0]


@pytest.mark.parametrize("exchange", NAMES)
@pytest.mark.parametrize("lost", ["reset", "half_body", "bad_gateway", "unknown_error", "duplicate"])
async def test_an_answer_lost_is_looked_up_and_the_order_is_not_sent_again(
    desk: Desk, exchanges: Served, exchange: str, lost: str
) -> None:
    exchanges.inject({"exchange": exchange, "kind": "order", "behaviour": lost, "count": 1})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert orders(exchanges) == [1, 1]


@pytest.mark.parametrize("exchange", NAMES)
async def test_what_was_turned_away_is_sent_under_the_next_reference(
    desk: Desk, exchanges: Served, exchange: str
) -> None:
    exchanges.inject({"exchange": exchange, "kind": "order", "behaviour": "rate_limited", "count": 1})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert orders(exchanges) == [1, 1]


async def test_a_part_at_coinbase_is_undone_with_the_leg_at_kraken(desk: Desk, exchanges: Served) -> None:
    exchanges.inject({"exchange": "coinbase", "kind": "order", "behaviour": "partial", "ratio": "0.5", "count": 1})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.ROLLED_BACK
    assert has(exchanges, "kraken", "ETH") == 50
    assert has(exchanges, "coinbase", "BTC") == 5
    assert orders(exchanges) == [2, 2]


async def test_a_key_whose_nonces_are_not_taken_sends_nothing_and_the_leg_before_is_undone(
    desk: Desk, exchanges: Served
) -> None:
    exchanges.inject(
        {"exchange": "kraken", "kind": "order", "behaviour": "refuse", "reason": "nonce", "count": "always"}
    )

    result = await desk.run(desk.plan(BUY_BTC, {**SELL_ETH, "timeout_s": "1"}))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [operation.state for operation in result.operations] == [OperationState.ROLLED_BACK, OperationState.FAILED]
    assert has(exchanges, "coinbase", "BTC") == 5
    assert orders(exchanges) == [0, 2]


async def test_a_key_that_another_process_used_with_a_clock_ahead_sends_nothing_and_the_leg_before_is_undone(
    desk: Desk, exchanges: Served
) -> None:
    async with speaking(exchanges, "kraken") as other:
        other.nonce = lambda: (time.time_ns() + 3_600 * 10**9) // 1_000
        await other.fetch_balance()

    result = await desk.run(desk.plan(BUY_BTC, {**SELL_ETH, "timeout_s": "1"}))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [operation.state for operation in result.operations] == [OperationState.ROLLED_BACK, OperationState.FAILED]
    assert orders(exchanges) == [0, 2]
