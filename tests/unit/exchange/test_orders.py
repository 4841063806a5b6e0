"""How Binance's orders are found and read: pages, doubles, trades that are not all there yet."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from allornone.errors import VenueUnavailableError
from allornone.models.execution import ExecutionRequest
from allornone.venues.exchange.binance.orders import BinanceOrders
from allornone.venues.exchange.binance.outcomes import SPOT
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.binance.spot import ORDERS
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.options import Options
from tests.unit.exchange.scripted import Said, Scripted, scripted

REFERENCE = "a" * 32
SENT = 1_700_000_000_000
PREPARED = {"venue_symbol": "ETHUSDT", "timestamp": str(SENT), "recv_window": "30000"}
REQUEST = ExecutionRequest.model_validate(
    {
        "operation_id": "sell",
        "operation_type": "spot_trade",
        "source_venue": "binance",
        "target_venue": "binance",
        "source_token": "ETH",
        "target_token": "USDT",
        "expected_deltas": {},
        "operation_details": {"pair": "ETH/USDT", "side": "sell", "amount": "2"},
        "client_ref": REFERENCE,
        "not_after": datetime(2030, 1, 1, tzinfo=UTC),
    }
)


def row(number: int, reference: str = REFERENCE, executed: str = "2", status: str = "FILLED") -> dict[str, Any]:
    return {
        "symbol": "ETHUSDT",
        "orderId": number,
        "clientOrderId": reference,
        "origQty": "2.00000000",
        "executedQty": executed,
        "cummulativeQuoteQty": "4000.00000000",
        "status": status,
        "side": "SELL",
        "updateTime": SENT + 5,
    }


def trade(number: int, quantity: str) -> dict[str, Any]:
    return {
        "id": number,
        "orderId": 7,
        "price": "2000",
        "qty": quantity,
        "commission": "0.01",
        "commissionAsset": "BNB",
    }


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers["/api/v3/time"] = Said(200, json.dumps({"serverTime": SENT + 100}))
        yield served


@pytest.fixture
async def client(server: Scripted) -> AsyncIterator[Client]:
    options = Options(exchange="binance", connect_to=server.connect_to, ca_file=server.ca_file)
    opened = Client("binance", options, Credentials(key=SecretStr("k"), secret=SecretStr("s")), SPOT, {})
    yield opened
    await opened.aclose()


@pytest.fixture
def orders(client: Client) -> BinanceOrders:
    return BinanceOrders(Signed(client, "publicGetTime"), ORDERS)


def shows(server: Scripted, path: str, *rows: dict[str, Any]) -> None:
    server.answers[f"/api/v3/{path}"] = Said(200, json.dumps(rows))


def windows(server: Scripted) -> list[tuple[str, str]]:
    queries = [parse_qs(urlsplit(asked.split(" ")[1]).query) for asked, _ in server.asked if "/allOrders" in asked]
    return [(query["startTime"][0], query["endTime"][0]) for query in queries]


async def test_orders_are_looked_for_where_the_pinned_window_lets_them_be(
    server: Scripted, orders: BinanceOrders
) -> None:
    shows(server, "allOrders", row(7))
    shows(server, "myTrades", trade(1, "2"))

    await orders.find(REQUEST, PREPARED)

    assert windows(server) == [(str(SENT - 1_000), str(SENT + 31_000))]


async def test_every_order_under_the_reference_counts_and_no_other(server: Scripted, orders: BinanceOrders) -> None:
    shows(server, "allOrders", row(7), row(8, "b" * 32), row(9))
    shows(server, "myTrades", trade(1, "2"))

    found = await orders.find(REQUEST, PREPARED)

    assert [order.order_id for order in found.orders] == ["7", "9"]


async def test_a_full_page_is_asked_for_again_in_halves(server: Scripted, orders: BinanceOrders) -> None:
    others = [row(number, "b" * 32) for number in range(1_000)]
    shows(server, "myTrades", trade(1, "2"))

    def page(query: str) -> Said:
        start, end = (int(parse_qs(query)[name][0]) for name in ("startTime", "endTime"))
        ours = [row(7)] if start <= SENT + 3 <= end else []
        return Said(200, json.dumps(others if end - start > 20_000 else ours))

    server.answers["/api/v3/allOrders"] = page

    found = await orders.find(REQUEST, PREPARED)

    assert [order.order_id for order in found.orders] == ["7"]
    assert sorted(windows(server)) == [
        (str(SENT - 1_000), str(SENT + 15_000)),
        (str(SENT - 1_000), str(SENT + 31_000)),
        (str(SENT + 15_001), str(SENT + 31_000)),
    ]


async def test_pages_that_are_always_full_are_given_up(server: Scripted, orders: BinanceOrders) -> None:
    shows(server, "allOrders", *[row(number, "b" * 32) for number in range(1_000)])

    with pytest.raises(VenueUnavailableError, match="more orders in that time"):
        await orders.find(REQUEST, PREPARED)

    assert len(windows(server)) == 32


async def test_the_trades_of_an_order_that_has_more_than_a_page_are_read_from_the_oldest_on(
    server: Scripted, orders: BinanceOrders
) -> None:
    every = [trade(number, "0.001") for number in range(1, 2_001)]

    def page(query: str) -> Said:
        asked = parse_qs(query)
        first = int(asked["fromId"][0]) if "fromId" in asked else None
        # Without a first id the newest; and with one the trade before it once more.
        shown = every[-1_000:] if first is None else every[max(first - 2, 0) :][:1_000]
        return Said(200, json.dumps(shown))

    shows(server, "allOrders", row(7))
    server.answers["/api/v3/myTrades"] = page

    (order,) = (await orders.find(REQUEST, PREPARED)).orders

    assert len(order.fills) == 2_000
    assert sorted(int(fill.fill_id) for fill in order.fills) == list(range(1, 2_001))


async def test_pages_of_trades_that_never_end_are_given_up(server: Scripted, orders: BinanceOrders) -> None:
    shows(server, "allOrders", row(7))
    shows(server, "myTrades", *[trade(number, "1") for number in range(1_000)])

    with pytest.raises(VenueUnavailableError, match="not all shown yet"):
        await orders.find(REQUEST, PREPARED)

    assert len([asked for asked, _ in server.asked if "/myTrades" in asked]) == 33


async def test_a_trade_that_two_pages_show_counts_once(server: Scripted, orders: BinanceOrders) -> None:
    shows(server, "allOrders", row(7))
    shows(server, "myTrades", trade(1, "0.5"), trade(2, "1.5"), trade(2, "1.5"))

    (order,) = (await orders.find(REQUEST, PREPARED)).orders

    assert [(fill.fill_id, fill.amount) for fill in order.fills] == [("1", Decimal("0.5")), ("2", Decimal("1.5"))]


async def test_trades_that_do_not_add_up_yet_show_nothing(server: Scripted, orders: BinanceOrders) -> None:
    shows(server, "allOrders", row(7))
    shows(server, "myTrades", trade(1, "0.5"))

    with pytest.raises(VenueUnavailableError, match="not all shown yet"):
        await orders.find(REQUEST, PREPARED)


@pytest.mark.parametrize("missing", ["orderId", "executedQty", "status", "clientOrderId"])
async def test_an_order_that_lacks_a_field_shows_nothing(server: Scripted, orders: BinanceOrders, missing: str) -> None:
    broken = row(7)
    del broken[missing]
    shows(server, "allOrders", broken)
    shows(server, "myTrades", trade(1, "2"))

    with pytest.raises(VenueUnavailableError, match="cannot be read"):
        await orders.find(REQUEST, PREPARED)


async def test_an_order_of_a_status_that_is_not_known_shows_nothing(server: Scripted, orders: BinanceOrders) -> None:
    shows(server, "allOrders", row(7, executed="0", status="ON_ITS_WAY"))

    with pytest.raises(VenueUnavailableError, match="order 7 is 'ON_ITS_WAY', which says nothing"):
        await orders.find(REQUEST, PREPARED)


async def test_a_cost_that_is_not_available_is_that_of_the_trades(server: Scripted, orders: BinanceOrders) -> None:
    shows(server, "allOrders", {**row(7), "cummulativeQuoteQty": "-1"})
    shows(server, "myTrades", trade(1, "2"))

    (order,) = (await orders.find(REQUEST, PREPARED)).orders

    assert order.cost == 4000


async def test_cancelling_what_is_not_open_is_fine(server: Scripted, orders: BinanceOrders) -> None:
    server.answers["/api/v3/order"] = Said(400, '{"code": -2011, "msg": "Unknown order sent."}')

    await orders.cancel(REQUEST, PREPARED)


async def test_a_cancellation_that_nobody_answers_is_told(server: Scripted, orders: BinanceOrders) -> None:
    server.answers["/api/v3/order"] = Said(502, "<html>")

    with pytest.raises(VenueUnavailableError, match="HTTP 502"):
        await orders.cancel(REQUEST, PREPARED)


async def test_an_order_of_the_other_side_under_our_reference_is_no_evidence(
    server: Scripted, orders: BinanceOrders
) -> None:
    shows(server, "allOrders", row(7), {**row(8), "side": "BUY"})
    shows(server, "myTrades", trade(1, "2"))

    with pytest.raises(VenueUnavailableError, match=r"order 8 under .* is no sell"):
        await orders.find(REQUEST, PREPARED)


@pytest.mark.parametrize(("days", "full"), [(1, True), (88, True), (90, False), (400, False)])
async def test_a_contracts_order_of_a_time_that_binance_forgets_is_never_called_absent(
    server: Scripted, client: Client, days: int, *, full: bool
) -> None:
    server.answers["/fapi/v1/time"] = Said(200, json.dumps({"serverTime": SENT + days * 86_400_000}))
    server.answers["/fapi/v1/allOrders"] = Said(200, "[]")
    server.answers["/fapi/v1/order"] = Said(400, '{"code": -2013, "msg": "Order does not exist."}')
    futures = replace(ORDERS, orders="fapiPrivateGetAllOrders", order="fapiPrivateGetOrder", contract=True)

    found = await BinanceOrders(Signed(client, "fapiPublicGetTime"), futures).find(REQUEST, PREPARED)

    assert (found.orders, found.full_history) == ((), full)
