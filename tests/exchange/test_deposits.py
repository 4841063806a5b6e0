"""Groups that take money from one exchange to another: the production worker, a real Temporal server."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle

from allornone.client.start import start
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView, OperationState
from allornone.testexchange.serving import ACCOUNT, Served, serving
from allornone.venues.exchange.deposits import deposits
from tests.exchange.desk import PATIENCE_S, Desk, options
from tests.plans import Leg, leg

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = ("coinbase", "binance")
SENT, ARRIVES = Decimal(2), "2"
"""What Coinbase sends is what arrives; its fee comes on top."""


def from_coinbase(address: str) -> Leg:
    return leg(
        "from-coinbase",
        "withdraw",
        "coinbase>binance",
        "ETH>ETH",
        {"coinbase:ETH": "-2"},
        amount=ARRIVES,
        address=address,
        network="ethereum",
    )


def to_binance(address: str, **more: str) -> Leg:
    awaited = leg(
        "to-binance",
        "transfer",
        "binance.deposits>binance",
        "ETH>ETH",
        {"binance:ETH": ARRIVES},
        amount=ARRIVES,
        address=address,
    )
    return {**awaited, **more}


SELL = leg(
    "sell",
    "spot_trade",
    "binance>binance",
    "ETH>USDT",
    {"binance:ETH": "-2", "binance:USDT": "4000"},
    pair="ETH/USDT",
    side="sell",
    amount="2",
)


@pytest_asyncio.fixture(loop_scope="session")
async def exchanges(tmp_path: Path) -> AsyncGenerator[Served]:
    async with serving(tmp_path / "exchange", NAMES) as served:
        served.engines["coinbase"].moving.withdrawal_ms = 0  # as soon as somebody looks
        served.engines["binance"].moving.deposit_ms = 0
        yield served


@pytest.fixture
def address(exchanges: Served) -> str:
    return exchanges.engines["binance"].moving.address(ACCOUNT, "ETH")


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchanges: Served, address: str) -> Desk:
    (tmp_path / "addresses.json").write_text(json.dumps([{"asset": "ETH", "network": "ethereum", "address": address}]))
    opened = Desk(tmp_path / "desk", client, task_queue, exchanges)
    opened.options = {
        "coinbase": {
            **options(exchanges, addresses=str(tmp_path / "addresses.json")),
            "exchange": "coinbase",
            "credentials_file": str(exchanges.credentials_file("coinbase")),
        },
        "binance": options(exchanges),
        "binance.deposits": options(exchanges, "deposits", data_dir=str(tmp_path / "desk")),
    }
    return opened


@asynccontextmanager
async def a_chain(exchanges: Served) -> AsyncGenerator[None]:
    """Bring to Binance what leaves Coinbase, under the transaction that Coinbase tells."""

    async def bring() -> None:
        brought: set[str] = set()
        while True:
            for gone in list(exchanges.engines["coinbase"].books.withdrawals.values()):
                if gone.tx_id and gone.tx_id not in brought:
                    brought.add(gone.tx_id)
                    exchanges.engines["binance"].moving.arrive(
                        ACCOUNT, gone.asset, gone.amount - gone.fee, tx_id=gone.tx_id
                    )
            await asyncio.sleep(0.05)

    bringing = asyncio.create_task(bring())
    try:
        yield
    finally:
        bringing.cancel()
        with suppress(asyncio.CancelledError):
            await bringing


async def blocked(handle: WorkflowHandle[Any, GroupResult], fence: str | None = None) -> GroupView:
    """Wait until the group needs an operator, and until no more than `fence` can be known."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            view: GroupView = await handle.query("status", result_type=GroupView)
            effort = view.operations[0].effort
            if view.needs_operator and (fence is None or (effort is not None and effort.fence == fence)):
                return view
            await asyncio.sleep(0.1)


def has(served: Served, exchange: str) -> Decimal:
    return served.engines[exchange].ledger.total(ACCOUNT, "spot", "ETH")


async def test_what_leaves_one_exchange_is_credited_at_the_other_and_sold(
    desk: Desk, exchanges: Served, address: str
) -> None:
    before = has(exchanges, "binance")

    async with a_chain(exchanges):
        result = await desk.run(desk.plan(from_coinbase(address), to_binance(address), SELL))

    assert result.status is GroupStatus.COMPLETED
    (gone,) = exchanges.engines["coinbase"].books.withdrawals.values()
    assert result.operations[1].handshakes[0].evidence.tx_hash == gone.tx_id
    assert has(exchanges, "binance") == before  # two came, two were sold
    assert len(exchanges.engines["binance"].books.orders) == 1


async def test_a_late_deposit_is_waited_for_and_nothing_is_sold_before_it(
    desk: Desk, exchanges: Served, address: str
) -> None:
    exchanges.engines["binance"].moving.deposit_ms = 3_000

    async with a_chain(exchanges):
        result = await desk.run(desk.plan(from_coinbase(address), to_binance(address), SELL))

    assert result.status is GroupStatus.COMPLETED
    (came,) = exchanges.engines["binance"].books.deposits.values()
    (sold,) = exchanges.engines["binance"].books.orders.values()
    assert sold.created_ms >= came.credited_ms


async def test_a_deposit_that_never_comes_is_put_before_a_person(desk: Desk, exchanges: Served, address: str) -> None:
    plan = desk.plan(to_binance(address, timeout_s="1"), SELL, policy={"resolve_budget_s": "1"})

    view = await desk.run_until_blocked(plan)

    assert view.operations[0].state is OperationState.UNKNOWN
    assert exchanges.engines["binance"].books.orders == {}


async def test_one_that_comes_after_all_lets_the_group_go_on_by_itself(
    desk: Desk, exchanges: Served, address: str
) -> None:
    plan = desk.plan(to_binance(address, timeout_s="1"), SELL, policy={"resolve_budget_s": "1"})

    async with desk.working():
        handle = await start(desk.client, desk.settings.task_queue, plan)
        await blocked(handle)
        exchanges.engines["binance"].moving.arrive(ACCOUNT, "ETH", SENT)
        async with asyncio.timeout(PATIENCE_S):
            result = await handle.result()

    assert result.status is GroupStatus.COMPLETED


async def test_an_operator_may_give_one_up_and_the_end_says_that_it_may_still_come(
    desk: Desk, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = deposits.DEPOSIT.model_copy(update={"settle_s": Decimal(0)})
    monkeypatch.setattr(deposits, "DEPOSIT", at_once)
    overdue = datetime.now(UTC) + timedelta(seconds=15)
    brief = {"resolve_budget_s": "1"}
    plan = desk.plan(to_binance(address, timeout_s="1"), SELL, deadline=overdue, policy=brief)

    async with desk.working():
        handle = await start(desk.client, desk.settings.task_queue, plan)
        view = await blocked(handle, fence="never_settled")
        await handle.execute_update(
            "resolve",
            ResolveCommand(actor="ann", outcome=ResolvedOutcome.FAILED, client_ref=view.operations[0].client_ref),
        )
        async with asyncio.timeout(PATIENCE_S):
            result = await handle.result()

    assert result.status is GroupStatus.PARTIAL
    assert [each.amount for each in result.unfenced] == [2]


async def test_a_history_that_cannot_be_read_for_a_while_is_read_again(
    desk: Desk, exchanges: Served, address: str
) -> None:
    exchanges.inject({"kind": "deposits", "behaviour": "bad_gateway", "after": 1, "count": 2})
    exchanges.engines["binance"].moving.arrive(ACCOUNT, "ETH", SENT)

    result = await desk.run(desk.plan(to_binance(address)))

    assert result.status is GroupStatus.COMPLETED


async def test_two_groups_that_await_as_much_have_a_deposit_each(desk: Desk, exchanges: Served, address: str) -> None:
    first = desk.plan(to_binance(address))
    desk.group_id += "-2"
    second = desk.plan(to_binance(address))

    async with desk.working():
        handles = [await start(desk.client, desk.settings.task_queue, plan) for plan in (first, second)]
        arrive = exchanges.engines["binance"].moving.arrive
        arrive(ACCOUNT, "ETH", SENT)
        async with asyncio.timeout(PATIENCE_S):
            done, waiting = await asyncio.wait(
                [asyncio.create_task(handle.result()) for handle in handles], return_when=asyncio.FIRST_COMPLETED
            )
            assert (len(done), len(waiting)) == (1, 1)
            arrive(ACCOUNT, "ETH", SENT)
            results = [await task for task in (*done, *waiting)]

    ids = {result.operations[0].handshakes[0].evidence.venue_ids[0] for result in results}
    assert ids == {"1", "2"}
