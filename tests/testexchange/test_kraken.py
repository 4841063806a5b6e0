"""Kraken as unmodified ccxt finds it: ids of its own and ours, deadlines, fees, errors in a 200."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import pytest

from allornone.testexchange.serving import Served, serving
from tests.testexchange.speaking import speaking

REF = "0123456789abcdef0123456789abcdef"


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", ["kraken"]) as served:
        yield served


@pytest.fixture
async def kraken(exchange: Served) -> AsyncIterator[Any]:
    async with speaking(exchange, "kraken") as opened:
        yield opened


def in_s(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def test_ccxt_loads_the_markets_under_the_names_that_everybody_uses(kraken: Any) -> None:
    markets = await kraken.load_markets()

    assert {"BTC/USDT", "BTC/USD", "ETH/USDT", "ETH/USD", "ETH/BTC", "USDC/USDT"} == set(markets)
    assert (markets["BTC/USD"]["id"], markets["ETH/USDT"]["id"]) == ("XXBTZUSD", "ETHUSDT")
    assert markets["ETH/USDT"]["limits"]["amount"]["min"] == "0.001"
    assert markets["ETH/USDT"]["precision"]["amount"] == "0.00000001"


async def test_ccxt_sees_the_balance(kraken: Any) -> None:
    balance = await kraken.fetch_balance()

    assert (balance["BTC"]["total"], balance["USDT"]["total"]) == ("5.00000000", "100000.00000000")


async def test_ccxt_sees_the_book(kraken: Any) -> None:
    book = await kraken.fetch_order_book("ETH/USDT", 1)

    assert (book["asks"][0][:2], book["bids"][0][:2]) == (["2000.10", "30.000"], ["1999.90", "30.000"])


async def test_a_market_order_fills_and_pays_its_fee_in_quote(kraken: Any, exchange: Served) -> None:
    order = await kraken.create_order("ETH/USDT", "market", "buy", "2", None, {"clientOrderId": REF})

    ledger = exchange.engines["kraken"].ledger
    assert order["info"]["descr"] == {"order": "buy 2.00000000 ETHUSDT @ market"}
    assert ledger.total("desk", "spot", "ETH") == Decimal(52)
    assert ledger.total("desk", "spot", "USDT") == Decimal("95989.39948")


async def test_a_closed_order_is_found_by_the_clients_own_id_with_its_trades(kraken: Any) -> None:
    placed = await kraken.create_order("ETH/USDT", "market", "buy", "2", None, {"clientOrderId": REF})

    (closed,) = await kraken.fetch_closed_orders(None, None, None, {"clientOrderId": REF, "trades": "true"})
    trades = await kraken.fetch_order_trades(closed["id"], "ETH/USDT", None, None, {"trades": closed["info"]["trades"]})

    assert (closed["id"], closed["status"], closed["filled"]) == (placed["id"], "closed", "2.00000000")
    assert await kraken.fetch_open_orders(None, None, None, {"clientOrderId": REF}) == []
    assert [(trade["amount"], trade["price"], trade["fee"]["cost"], trade["fee"]["currency"]) for trade in trades] == [
        ("2.00000000", "2000.10", "10.40052000", "USDT")
    ]


async def test_an_open_order_locks_its_money_until_it_is_cancelled_by_the_clients_own_id(kraken: Any) -> None:
    await kraken.create_order("ETH/USDT", "limit", "buy", "1", "1500", {"clientOrderId": REF})

    (opened,) = await kraken.fetch_open_orders(None, None, None, {"clientOrderId": REF})
    locked = (await kraken.fetch_balance())["USDT"]["used"]
    await kraken.cancel_order(None, None, {"clientOrderId": REF})

    assert (opened["status"], locked) == ("open", "1503.90000000")
    (closed,) = await kraken.fetch_closed_orders(None, None, None, {"clientOrderId": REF})
    assert (closed["status"], closed["filled"]) == ("canceled", "0.00000000")
    assert (await kraken.fetch_balance())["USDT"]["used"] == "0.00000000"


async def test_an_order_is_found_by_krakens_own_id(kraken: Any) -> None:
    placed = await kraken.create_order("ETH/USDT", "market", "sell", "2")

    found = await kraken.fetch_order(placed["id"])

    assert (found["id"], found["side"], found["filled"]) == (placed["id"], "sell", "2.00000000")


async def test_an_id_is_unique_among_open_orders_only(kraken: Any) -> None:
    await kraken.create_order("ETH/USDT", "limit", "buy", "1", "1500", {"clientOrderId": REF})
    with pytest.raises(ccxt.ExchangeError, match="EOrder:Duplicate cl_ord_id"):
        await kraken.create_order("BTC/USDT", "market", "buy", "0.1", None, {"clientOrderId": REF})
    await kraken.cancel_order(None, None, {"clientOrderId": REF})

    again = await kraken.create_order("ETH/USDT", "market", "buy", "1", None, {"clientOrderId": REF})

    assert again["id"] is not None


async def test_an_order_past_its_deadline_is_not_taken(kraken: Any, exchange: Served) -> None:
    with pytest.raises(ccxt.ExchangeError, match="EService:Deadline elapsed"):
        await kraken.create_order("ETH/USDT", "market", "buy", "2", None, {"deadline": in_s(-1)})

    assert exchange.engines["kraken"].books.orders == {}


async def test_a_deadline_by_the_exchanges_clock_is_kept(kraken: Any, exchange: Served) -> None:
    exchange.clock.offset_ms = 30_000

    with pytest.raises(ccxt.ExchangeError, match="EService:Deadline elapsed"):
        await kraken.create_order("ETH/USDT", "market", "buy", "2", None, {"deadline": in_s(20)})
    await kraken.create_order("ETH/USDT", "market", "buy", "2", None, {"deadline": in_s(50)})


async def test_a_deadline_of_more_than_a_minute_is_refused(kraken: Any) -> None:
    with pytest.raises(ccxt.ExchangeError, match="EGeneral:Invalid arguments:deadline"):
        await kraken.create_order("ETH/USDT", "market", "buy", "2", None, {"deadline": in_s(90)})


async def test_what_an_ioc_order_leaves_is_cancelled(kraken: Any) -> None:
    await kraken.create_order("ETH/USDT", "limit", "buy", "40", "2000.1", {"timeInForce": "IOC", "clientOrderId": REF})

    (closed,) = await kraken.fetch_closed_orders(None, None, None, {"clientOrderId": REF})

    assert (closed["status"], closed["filled"]) == ("canceled", "30.00000000")


@pytest.mark.parametrize(
    ("amount", "price", "word"),
    [
        ("0.0005", "2000", "EOrder:Order minimum not met"),
        ("49", "2500", "EOrder:Insufficient funds"),
        ("1", "200000", "EOrder:Invalid price"),
    ],
)
async def test_what_kraken_turns_down_is_a_200_with_its_words(kraken: Any, amount: str, price: str, word: str) -> None:
    with pytest.raises(ccxt.ExchangeError, match=word):
        await kraken.create_order("ETH/USDT", "limit", "buy", amount, price)


async def test_a_market_that_is_halted_takes_no_order(kraken: Any, exchange: Served) -> None:
    await kraken.load_markets()
    exchange.engines["kraken"].markets["ETHUSDT"].halted = True

    with pytest.raises(ccxt.OnMaintenance, match="EService:Market in cancel_only mode"):
        await kraken.create_order("ETH/USDT", "market", "buy", "2")


async def test_a_wrong_secret_is_refused(kraken: Any) -> None:
    kraken.secret = base64.b64encode(b"another").decode()
    with pytest.raises(ccxt.ExchangeError, match="EAPI:Invalid signature"):
        await kraken.fetch_balance()


async def test_an_unknown_key_is_refused(kraken: Any) -> None:
    kraken.apiKey = "nobody"
    with pytest.raises(ccxt.AuthenticationError, match="EAPI:Invalid key"):
        await kraken.fetch_balance()


async def test_a_nonce_that_does_not_rise_is_refused(kraken: Any) -> None:
    kraken.nonce = lambda: 7
    await kraken.fetch_balance()
    with pytest.raises(ccxt.InvalidNonce, match="EAPI:Invalid nonce"):
        await kraken.fetch_balance()


async def test_a_key_that_may_only_read_cannot_trade(exchange: Served) -> None:
    async with speaking(exchange, "kraken", "desk-readonly") as opened:
        await opened.fetch_balance()
        with pytest.raises(ccxt.PermissionDenied, match="EGeneral:Permission denied"):
            await opened.create_order("ETH/USDT", "market", "buy", "2")


WALLET = "0x" + "1" * 40


async def test_a_withdrawal_goes_to_a_named_address_and_takes_its_fee_along(kraken: Any, exchange: Served) -> None:
    gone = await kraken.withdraw("ETH", "2", WALLET, None, {"key": "desk-wallet"})
    (pending,) = await kraken.fetch_withdrawals("ETH")
    exchange.clock.offset_ms = 10_000
    (done,) = await kraken.fetch_withdrawals("ETH")

    assert (pending["id"], pending["status"], pending["info"]["key"]) == (gone["id"], "pending", "desk-wallet")
    assert (done["status"], done["amount"], done["fee"]["cost"]) == ("ok", "1.9965000000", "0.0035000000")
    assert exchange.engines["kraken"].ledger.total("desk", "spot", "ETH") == 48


@pytest.mark.parametrize(
    ("amount", "address", "key", "word"),
    [
        ("2", WALLET, "nobody", "EFunding:Unknown withdraw key"),
        ("2", "0x" + "2" * 40, "desk-wallet", "EFunding:Invalid withdrawal address"),
        ("0.001", WALLET, "desk-wallet", "EFunding:Invalid amount"),
        ("51", WALLET, "desk-wallet", "EFunding:Insufficient funds"),
    ],
)
async def test_a_withdrawal_that_is_turned_down_leaves_everything(
    kraken: Any, exchange: Served, *, amount: str, address: str, key: str, word: str
) -> None:
    with pytest.raises(ccxt.BaseError, match=word):
        await kraken.withdraw("ETH", amount, address, None, {"key": key})

    assert exchange.engines["kraken"].ledger.total("desk", "spot", "ETH") == 50


async def test_a_withdrawal_that_fails_gives_the_money_back(kraken: Any, exchange: Served) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "withdrawal", "end": "failure"})
    await kraken.withdraw("ETH", "2", WALLET, None, {"key": "desk-wallet"})
    exchange.clock.offset_ms = 10_000

    (failed,) = await kraken.fetch_withdrawals("ETH")

    assert failed["status"] == "failed"
    assert exchange.engines["kraken"].ledger.free("desk", "spot", "ETH") == 50


async def test_a_deposit_comes_to_the_address_that_kraken_tells(kraken: Any, exchange: Served) -> None:
    address = await kraken.fetch_deposit_address("ETH")
    exchange.engines["kraken"].moving.arrive("desk", "ETH", Decimal(3))
    (pending,) = await kraken.fetch_deposits("ETH")
    exchange.clock.offset_ms = 10_000
    (credited,) = await kraken.fetch_deposits("ETH")

    assert (pending["status"], pending["address"]) == ("pending", address["address"])
    assert (credited["status"], credited["amount"]) == ("ok", "3.0000000000")
    assert (await kraken.fetch_balance())["ETH"]["total"] == "53.00000000"
