"""USD-M's answers to a write as Binance documents them, field by field: what is read of them, and what is left alone.

From New Order, Cancel Order, Account Trade List, Position Information V3 and User Universal Transfer. Of an order's
`cumQuote` and `avgPrice` the documents say "will be removed after CM migration".
"""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from allornone.testexchange.serving import serving
from allornone.venues.exchange.binance.orders import BinanceOrders
from allornone.venues.exchange.binance.outcomes import USDM
from allornone.venues.exchange.binance.perp import ORDERS
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.options import Options
from tests.testexchange.conftest import client as speaking
from tests.unit.exchange.scripted import Said, Scripted, scripted

PLACED: dict[str, Any] = {
    "clientOrderId": "a" * 32,
    "cumQty": "0.002",
    "cumQuote": "15.63802",
    "executedQty": "0.002",
    "orderId": 22542179,
    "avgPrice": "7819.01000",
    "origQty": "0.002",
    "price": "0",
    "reduceOnly": False,
    "side": "SELL",
    "positionSide": "BOTH",
    "status": "FILLED",
    "stopPrice": "0",
    "closePosition": False,
    "symbol": "BTCUSDT",
    "timeInForce": "GTC",
    "type": "MARKET",
    "origType": "MARKET",
    "updateTime": 1566818724722,
    "workingType": "CONTRACT_PRICE",
    "priceProtect": False,
    "priceMatch": "NONE",
    "selfTradePreventionMode": "EXPIRE_MAKER",
    "goodTillDate": 0,
}
TRADE: dict[str, Any] = {
    "buyer": False,
    "commission": "0.00781901",
    "commissionAsset": "USDT",
    "id": 698759,
    "maker": False,
    "orderId": 22542179,
    "price": "7819.01",
    "qty": "0.002",
    "quoteQty": "15.63802",
    "realizedPnl": "-0.91539999",
    "side": "SELL",
    "positionSide": "BOTH",
    "symbol": "BTCUSDT",
    "time": 1569514978020,
}
RISK = {
    *("symbol", "positionSide", "positionAmt", "entryPrice", "breakEvenPrice", "markPrice", "unRealizedProfit"),
    *("liquidationPrice", "isolatedMargin", "notional", "marginAsset", "isolatedWallet", "initialMargin"),
    *("maintMargin", "positionInitialMargin", "openOrderInitialMargin", "adl", "bidNotional", "askNotional"),
    "updateTime",
}
PREPARED = {
    "client_ref": "a" * 32,
    "symbol": "BTC/USDT:USDT",
    "venue_symbol": "BTCUSDT",
    "side": "sell",
    "amount": "0.002",
    "timestamp": "1700000000000",
    "recv_window": "30000",
}
LATER_REMOVED = ("cumQuote", "avgPrice")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers["/fapi/v1/time"] = Said(200, '{"serverTime": 1700000000000}')
        served.answers["/fapi/v1/userTrades"] = Said(200, json.dumps([TRADE]))
        yield served


@pytest.fixture
async def orders(server: Scripted) -> AsyncIterator[BinanceOrders]:
    options = Options(exchange="binance", account="usdm", connect_to=server.connect_to, ca_file=server.ca_file)
    keys = Credentials(key=SecretStr("key"), secret=SecretStr("secret"))
    client = Client("binance.usdm", options, keys, USDM, {})
    yield BinanceOrders(Signed(client, "fapiPublicGetTime"), ORDERS)
    await client.aclose()


@pytest.mark.parametrize("without", [(), LATER_REMOVED, (*LATER_REMOVED, "goodTillDate", "priceMatch", "stopPrice")])
async def test_a_new_order_is_read_with_and_without_what_is_to_be_removed(
    server: Scripted, orders: BinanceOrders, without: tuple[str, ...]
) -> None:
    told = {name: value for name, value in PLACED.items() if name not in without}
    server.answers["/fapi/v1/order"] = Said(200, json.dumps(told))

    order = await orders.place(PREPARED)

    assert (order.order_id, order.amount, order.executed, order.is_open) == (
        "22542179",
        Decimal("0.002"),
        Decimal("0.002"),
        False,
    )
    assert order.cost == Decimal("15.63802")
    (fill,) = order.fills
    assert (fill.commission, fill.commission_asset, fill.profit) == (
        Decimal("0.00781901"),
        "USDT",
        Decimal("-0.91539999"),
    )


async def test_the_test_exchange_answers_a_write_with_the_documented_fields_and_no_others(tmp_path: Path) -> None:
    async with serving(tmp_path) as exchange, speaking(exchange) as binance:
        asked = {"symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1"}
        placed = await binance.fapiprivate_post_order({**asked, "price": "60000", "newOrderRespType": "RESULT"})
        gone = await binance.fapiprivate_delete_order({"symbol": "BTCUSDT", "orderId": placed["orderId"]})
        await binance.fapiprivate_post_order({"symbol": "BTCUSDT", "side": "SELL", "type": "MARKET", "quantity": "1"})
        (trade,) = await binance.fapiprivate_get_usertrades({"symbol": "BTCUSDT"})
        (risk,) = await binance.fapiprivatev3_get_positionrisk({"symbol": "BTCUSDT"})
        moved = await binance.sapi_post_asset_transfer({"type": "UMFUTURE_MAIN", "asset": "USDT", "amount": "1"})

    assert placed.keys() == PLACED.keys()
    assert gone.keys() == PLACED.keys()
    assert trade.keys() == TRADE.keys()
    assert risk.keys() == RISK
    assert moved.keys() == {"tranId"}
    kinds: dict[str, type[object]] = {name: type(value) for name, value in PLACED.items()}
    assert {name: type(value) for name, value in placed.items()} == kinds
