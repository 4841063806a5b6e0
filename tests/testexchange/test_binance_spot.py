from decimal import Decimal
from typing import Any

import ccxt
import pytest

from allornone.testexchange.serving import Served
from tests.testexchange.conftest import client


async def test_ccxt_loads_the_markets_and_sees_the_balance(binance: Any) -> None:
    markets = await binance.load_markets()
    balance = await binance.fetch_balance()

    assert markets["BTC/USDT"]["precision"]["amount"] == "0.00001000"
    assert markets["BTC/USDT"]["limits"]["cost"]["min"] == "5.00000000"
    assert balance["USDT"] == {"free": "100000.00000000", "used": "0.00000000", "total": "100000"}


async def test_a_market_order_fills_and_pays_its_fee_in_what_it_received(binance: Any, exchange: Served) -> None:
    order = await binance.create_order("BTC/USDT", "market", "buy", "0.5", None, {"newClientOrderId": "a" * 32})

    ledger = exchange.engines["binance"].ledger
    assert order["status"] == "closed"
    assert order["info"]["fills"] == [
        {
            "price": "50001.00000000",
            "qty": "0.50000000",
            "commission": "0.00050000",
            "commissionAsset": "BTC",
            "tradeId": 1,
        }
    ]
    assert ledger.total("desk", "spot", "BTC") == Decimal("5.4995")
    assert ledger.total("desk", "spot", "USDT") == Decimal("74999.5")


async def test_an_order_is_found_by_the_clients_own_id_with_its_trades(binance: Any) -> None:
    placed = await binance.create_order("BTC/USDT", "market", "buy", "0.5", None, {"newClientOrderId": "b" * 32})

    found = await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": "b" * 32})
    trades = await binance.fetch_my_trades("BTC/USDT", None, None, {"orderId": placed["id"]})

    assert (found["id"], found["filled"]) == (placed["id"], "0.50000000")
    assert [(trade["amount"], trade["fee"]["cost"], trade["fee"]["currency"]) for trade in trades] == [
        ("0.50000000", "0.00050000", "BTC")
    ]


async def test_a_limit_order_locks_its_money_until_it_is_cancelled(binance: Any) -> None:
    await binance.create_order("BTC/USDT", "limit", "buy", "0.1", "40000", {"newClientOrderId": "c" * 32})
    locked = (await binance.fetch_balance())["USDT"]
    cancelled = await binance.cancel_order(None, "BTC/USDT", {"origClientOrderId": "c" * 32})
    after = (await binance.fetch_balance())["USDT"]

    assert (locked["free"], locked["used"]) == ("96000.00000000", "4000.00000000")
    assert cancelled["status"] == "canceled"
    assert after["free"] == "100000.00000000"


async def test_a_level_of_the_book_is_all_that_is_offered_at_its_price(binance: Any) -> None:
    await binance.create_order("BTC/USDT", "limit", "buy", "0.5", "49999", {"newClientOrderId": "d" * 32})

    shown = await binance.public_get_depth({"symbol": "BTCUSDT", "limit": "2"})
    best = await binance.public_get_ticker_bookticker({"symbol": "BTCUSDT"})

    assert shown["bids"] == [["49999.00", "2.50000"], ["49998.00", "2.00000"]]
    assert (best["bidPrice"], best["bidQty"]) == ("49999.00", "2.50000")


async def test_a_wrong_secret_is_refused(exchange: Served) -> None:
    async with client(exchange) as opened:
        opened.secret = opened.secret[::-1]
        with pytest.raises(ccxt.AuthenticationError, match="-1022"):
            await opened.fetch_balance()


async def test_a_key_that_may_only_read_cannot_trade(exchange: Served) -> None:
    async with client(exchange, "desk-readonly") as opened:
        with pytest.raises(ccxt.AuthenticationError, match="-2015"):
            await opened.create_order("BTC/USDT", "market", "buy", "0.5")
