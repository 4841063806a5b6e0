"""Groups that take money from one exchange to another: the production worker, a real Temporal server."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.client.groups import GroupClient
from allornone.client.start import start
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.group import GroupStatus
from allornone.models.result import OperationState
from allornone.testexchange.serving import ACCOUNT, Served, serving
from allornone.venues.exchange.deposits import deposits
from tests.exchange.carrying import SELL, SENT, a_chain, blocked, from_coinbase, has, to_binance
from tests.exchange.desk import PATIENCE_S, Desk, options

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = ("coinbase", "binance")


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
def desk(tmp_path: Path, client: Client, task_queue: str, exchanges: Served, address: str) -> Iterator[Desk]:
    (tmp_path / "addresses.json").write_text(json.dumps([{"asset": "ETH", "network": "ethereum", "address": address}]))
    opened = Desk(tmp_path / "desk", client, task_queue, exchanges)
    opened.options = {
        "coinbase": {
            **options(exchanges, addresses=str(tmp_path / "addresses.json")),
            "exchange": "coinbase",
            "credentials_file": str(exchanges.credentials_file("coinbase")),
        },
        "binance": options(exchanges),
        "binance.deposits": options(exchanges, "deposits", data_dir=str(tmp_path / "desk"), deposits_by="amount"),
    }
    yield opened
    opened.check()


async def test_what_comes_to_the_funding_wallet_is_no_credit_of_the_spot_wallet(
    desk: Desk, exchanges: Served, address: str
) -> None:
    exchanges.engines["binance"].moving.chosen[ACCOUNT] = "funding"
    before = has(exchanges, "binance")
    exchanges.engines["binance"].moving.arrive(ACCOUNT, "ETH", SENT)
    plan = desk.plan(to_binance(address, timeout_s="1"), SELL, policy={"resolve_budget_s": "1"})

    view = await desk.run_until_blocked(plan)

    assert view.operations[0].state is OperationState.UNKNOWN
    assert exchanges.engines["binance"].ledger.total(ACCOUNT, "funding", "ETH") == 2
    assert has(exchanges, "binance") == before


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
        given_up = ResolveCommand(actor="ann", outcome=ResolvedOutcome.FAILED, client_ref=view.operations[0].client_ref)
        await GroupClient(desk.client).resolve(desk.group_id, given_up)
        async with asyncio.timeout(PATIENCE_S):
            result = await handle.result()

    assert result.status is GroupStatus.PARTIAL
    assert [each.amount for each in result.unfenced] == [2]


async def test_of_two_that_may_be_it_an_operator_says_which(desk: Desk, exchanges: Served, address: str) -> None:
    for _ in range(2):
        exchanges.engines["binance"].moving.arrive(ACCOUNT, "ETH", SENT)
    plan = desk.plan(to_binance(address, timeout_s="1"), SELL, policy={"resolve_budget_s": "1"})

    async with desk.working():
        handle = await start(desk.client, desk.settings.task_queue, plan)
        view = await blocked(handle)
        this = ResolveCommand(
            actor="ann",
            outcome=ResolvedOutcome.CONFIRMED,
            client_ref=view.operations[0].client_ref,
            actual_deltas={"binance:ETH": SENT},
            evidence="deposit 1",
        )
        await GroupClient(desk.client).resolve(desk.group_id, this)
        async with asyncio.timeout(PATIENCE_S):
            result = await handle.result()

    assert result.status is GroupStatus.COMPLETED
    assert result.operations[0].handshakes[0].evidence.attested


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
