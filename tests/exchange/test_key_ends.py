"""A key that ends while a group is under way: whatever is known stays known, and with the key back the group ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.client.groups import GroupClient
from allornone.models.commands import RetryCommand
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView, OperationState
from allornone.testexchange.engine.market import Side
from allornone.testexchange.engine.order import Order
from allornone.testexchange.serving import ACCOUNT, Served, serving
from tests.exchange.desk import PATIENCE_S, Desk, desk_at
from tests.exchange.test_off_the_grid import NAMES, trade
from tests.plans import Leg, leg

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = {"binance": "-2015 Invalid API-key", "kraken": "EAPI:Invalid key", "coinbase": "unauthorized"}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def exchange(tmp_path: Path, name: str) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", (name,)) as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchange: Served, name: str) -> Iterator[Desk]:
    opened = desk_at(tmp_path / "desk", client, task_queue, exchange, name)
    yield opened
    opened.check()


def buy_btc(venue: str) -> Leg:
    deltas = {f"{venue}:BTC": "0.02", f"{venue}:USDT": "-1000"}
    details = {"pair": "BTC/USDT", "side": "buy", "amount": "0.02"}
    return leg("btc", "spot_trade", f"{venue}>{venue}", "USDT>BTC", deltas, **details)


def orders(desk: Desk, name: str) -> list[Order]:
    return list(desk.exchange.engines[name].books.orders.values())


def of_btc(exchange: Served, name: str) -> str:
    markets = exchange.engines[name].markets.values()
    return next(each.symbol for each in markets if (each.base, each.quote, each.wallet) == ("BTC", "USDT", "spot"))


async def comes(what: Callable[[], bool]) -> None:
    while not what():  # noqa: ASYNC110 (books tell nobody)
        await asyncio.sleep(0.02)


async def needs_operator(groups: GroupClient, group_id: str) -> GroupView:
    while not (view := await groups.status(group_id)).needs_operator:  # noqa: ASYNC110 (a query)
        await asyncio.sleep(0.1)
    return view


async def said(groups: GroupClient, group_id: str, words: str) -> None:
    """Wait until `status` has shown what the exchange says, for however long."""
    while words not in (await groups.status(group_id)).operations[0].note:  # noqa: ASYNC110 (a query)
        await asyncio.sleep(0.05)


async def sold(groups: GroupClient, group_id: str) -> None:
    """Wait for the sale's end, and not for its order: Coinbase tells fills to a second question, which takes a key."""
    while (await groups.status(group_id)).operations[0].state is not OperationState.CONFIRMED:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_before_anything_is_sent_the_group_fails_with_the_exchanges_words(
    desk: Desk, exchange: Served, name: str
) -> None:
    async with desk.working(), asyncio.timeout(PATIENCE_S):
        sold = await (await desk.begin(desk.plan(trade(name, "sell", "1")))).result()
        exchange.doors[name].keys.ends(ACCOUNT)
        desk.group_id += "-2"
        result = await (await desk.begin(desk.plan(trade(name, "sell", "1")))).result()

    assert (sold.status, result.status) == (GroupStatus.COMPLETED, GroupStatus.FAILED)
    assert [order.side for order in orders(desk, name)] == [Side.SELL]
    assert f"{name} answered {WORDS[name]}" in "\n".join(desk.told())


async def test_an_undo_waits_for_the_key_and_is_done_once(
    desk: Desk, exchange: Served, name: str, client: Client, task_queue: str
) -> None:
    btc = {"kind": "order", "symbol": of_btc(exchange, name)}
    exchange.inject({**btc, "behaviour": "refuse"}, {**btc, "behaviour": "slow", "delay_s": "1"})
    groups, keys = GroupClient(client, task_queue=task_queue), exchange.doors[name].keys
    plan = desk.plan(trade(name, "sell", "1") | {"timeout_s": "5"}, buy_btc(name), policy={"undo_budget_s": "2"})

    async with desk.working(), asyncio.timeout(PATIENCE_S):
        handle = await desk.begin(plan)
        if name == "coinbase":
            await sold(groups, desk.group_id)
        else:
            await comes(lambda: bool(orders(desk, name)))
        keys.ends(ACCOUNT)
        view = await needs_operator(groups, desk.group_id)
        stuck = view.operations[0].client_ref
        keys.returns(ACCOUNT)
        await groups.retry(desk.group_id, RetryCommand(actor="ann", client_ref=str(stuck)))
        result = await handle.result()

    assert result.status is GroupStatus.ROLLED_BACK
    assert [order.side for order in orders(desk, name)] == [Side.SELL, Side.BUY]
    assert WORDS[name] in "\n".join(desk.told())


async def test_what_is_unknown_waits_for_the_key_and_is_never_sent_again(
    desk: Desk, exchange: Served, name: str, client: Client, task_queue: str
) -> None:
    exchange.inject({"kind": "order", "behaviour": "hang", "count": "always"})
    groups, keys = GroupClient(client, task_queue=task_queue), exchange.doors[name].keys
    plan = desk.plan(trade(name, "sell", "1"), policy={"resolve_budget_s": "2"})

    async with desk.working(), asyncio.timeout(PATIENCE_S):
        handle = await desk.begin(plan)
        await comes(lambda: bool(orders(desk, name)))
        keys.ends(ACCOUNT)
        await said(groups, desk.group_id, WORDS[name])
        view = await needs_operator(groups, desk.group_id)
        keys.returns(ACCOUNT)
        await groups.retry(desk.group_id, RetryCommand(actor="ann", client_ref=str(view.operations[0].client_ref)))
        result = await handle.result()

    assert result.status is GroupStatus.COMPLETED
    assert [order.side for order in orders(desk, name)] == [Side.SELL]
