"""Coinbase as unmodified ccxt finds it: signed tokens, ids for good, orders that fail in a 200."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import pytest

from allornone.testexchange.serving import Served, serving
from tests.testexchange.speaking import speaking

REF = "01234567-89ab-cdef-0123-456789abcdef"
OWN = {"client_order_id": REF}
IOC = {"client_order_id": REF, "timeInForce": "IOC"}


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", ["coinbase"]) as served:
        yield served


@pytest.fixture
async def coinbase(exchange: Served) -> AsyncIterator[Any]:
    async with speaking(exchange, "coinbase") as opened:
        yield opened


async def test_ccxt_loads_the_products(coinbase: Any) -> None:
    markets = await coinbase.load_markets()

    assert set(markets) == {"BTC/USDT", "BTC/USD", "ETH/USDT", "ETH/USD", "ETH/BTC"}
    precision = markets["ETH/USDT"]["precision"]
    assert (precision["amount"], precision["price"]) == ("0.00000001", "0.01")
    assert markets["ETH/USDT"]["taker"] == "0.006"


async def test_ccxt_sees_the_balance_free_and_on_hold(coinbase: Any) -> None:
    await coinbase.create_order("ETH/USDT", "limit", "buy", "1", "1500", OWN)

    balance = await coinbase.fetch_balance({"v3": True})

    assert (balance["USDT"]["free"], balance["USDT"]["used"]) == ("98491", "1509")
    assert balance["ETH"]["total"] == "50"


async def test_ccxt_sees_the_book(coinbase: Any) -> None:
    book = await coinbase.fetch_order_book("ETH/USDT", 1)

    assert (book["asks"], book["bids"]) == ([[2000.1, 30.0]], [[1999.9, 30.0]])


async def test_an_order_fills_and_pays_its_fee_in_quote(coinbase: Any, exchange: Served) -> None:
    order = await coinbase.create_order("ETH/USDT", "limit", "buy", "2", "2010", IOC)

    ledger = exchange.engines["coinbase"].ledger
    assert order["clientOrderId"] == REF
    assert ledger.total("desk", "spot", "ETH") == Decimal(52)
    assert ledger.total("desk", "spot", "USDT") == Decimal("95975.7988")


async def test_an_order_is_shown_with_its_fills(coinbase: Any) -> None:
    placed = await coinbase.create_order("ETH/USDT", "limit", "buy", "2", "2010", IOC)

    found = await coinbase.fetch_order(placed["id"], "ETH/USDT")
    fills = await coinbase.fetch_my_trades("ETH/USDT", None, None, {"order_ids": placed["id"]})

    assert (found["status"], found["filled"], found["clientOrderId"]) == ("closed", "2", REF)
    assert [(fill["amount"], fill["price"], fill["fee"]["cost"], fill["fee"]["currency"]) for fill in fills] == [
        ("2", "2000.1", "24.0012", "USDT")
    ]


async def test_an_id_given_again_shows_the_first_order_and_creates_none(coinbase: Any, exchange: Served) -> None:
    first = await coinbase.create_order("ETH/USDT", "limit", "buy", "2", "2010", IOC)

    second = await coinbase.create_order("BTC/USDT", "limit", "sell", "1", "49000", IOC)

    assert second["id"] == first["id"]
    assert len(exchange.engines["coinbase"].books.orders) == 1


async def test_the_unified_id_never_arrives(coinbase: Any) -> None:
    placed = await coinbase.create_order("ETH/USDT", "limit", "buy", "2", "2010", {"clientOrderId": REF})

    assert placed["clientOrderId"].startswith("ccxt-")


async def test_orders_are_listed_by_product_and_time_and_by_no_id_of_the_clients(coinbase: Any) -> None:
    await coinbase.create_order("BTC/USDT", "limit", "buy", "0.1", "51000", {"timeInForce": "IOC"})
    placed = await coinbase.create_order("ETH/USDT", "limit", "buy", "2", "2010", IOC)

    found = await coinbase.fetch_orders("ETH/USDT", placed["timestamp"], 100, {"client_order_id": "another"})

    assert [order["clientOrderId"] for order in found] == [REF]


async def test_a_list_is_read_page_by_page(coinbase: Any) -> None:
    for nth in range(3):
        await coinbase.create_order("ETH/USDT", "limit", "buy", "1", "1500", {"client_order_id": f"order-{nth}"})

    first = await coinbase.fetch_orders("ETH/USDT", None, 2)
    cursor = next(order["info"]["cursor"] for order in first if "cursor" in order["info"])
    rest = await coinbase.fetch_orders("ETH/USDT", None, 2, {"cursor": cursor})

    assert {order["clientOrderId"] for order in first} == {"order-1", "order-2"}
    assert {order["clientOrderId"] for order in rest} == {"order-0"}


async def test_an_open_order_is_cancelled_once(coinbase: Any) -> None:
    placed = await coinbase.create_order("ETH/USDT", "limit", "buy", "1", "1500", OWN)

    await coinbase.cancel_order(placed["id"])

    assert (await coinbase.fetch_order(placed["id"]))["status"] == "canceled"
    with pytest.raises(ccxt.BadRequest):
        await coinbase.cancel_order(placed["id"])


async def test_a_market_buy_spends_an_amount_of_quote(coinbase: Any) -> None:
    placed = await coinbase.create_market_buy_order_with_cost("ETH/USDT", "4000.2", OWN)

    fills = await coinbase.fetch_my_trades("ETH/USDT", None, None, {"order_ids": placed["id"]})

    assert [(fill["info"]["size_in_quote"], fill["info"]["size"], fill["amount"]) for fill in fills] == [
        (True, "4000.2", "2")
    ]


@pytest.mark.parametrize(
    ("amount", "price", "word"),
    [
        ("0.0001", "2000", "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL"),
        ("49", "2500", "INSUFFICIENT_FUND"),
        ("50000", "2000", "PREVIEW_INVALID_BASE_SIZE_TOO_LARGE"),
    ],
)
async def test_an_order_that_is_turned_down_is_a_200_that_failed(
    coinbase: Any, amount: str, price: str, word: str
) -> None:
    with pytest.raises(ccxt.ExchangeError, match=word):
        await coinbase.create_order("ETH/USDT", "limit", "buy", amount, price, OWN)


async def test_a_product_that_is_halted_takes_no_order(coinbase: Any, exchange: Served) -> None:
    exchange.engines["coinbase"].markets["ETH-USDT"].halted = True

    with pytest.raises(ccxt.ExchangeError, match="PRODUCT_TRADING_HALTED"):
        await coinbase.create_order("ETH/USDT", "limit", "buy", "1", "1500", OWN)


async def test_a_token_of_another_key_is_refused(coinbase: Any, exchange: Served) -> None:
    async with speaking(exchange, "coinbase", "desk-readonly") as other:
        coinbase.secret = other.secret
        with pytest.raises(ccxt.AuthenticationError, match="unauthorized"):
            await coinbase.fetch_balance()


async def test_a_token_that_is_over_is_refused(coinbase: Any, exchange: Served) -> None:
    exchange.clock.offset_ms = 121_000

    with pytest.raises(ccxt.AuthenticationError, match="unauthorized"):
        await coinbase.create_order("ETH/USDT", "limit", "buy", "2", "2010", IOC)

    assert exchange.engines["coinbase"].books.orders == {}


async def test_a_token_for_another_call_is_refused(coinbase: Any) -> None:
    token = coinbase.create_auth_token(coinbase.seconds(), "GET", "https://api.coinbase.com/v2/accounts")
    coinbase.headers = {"Authorization": f"Bearer {token}"}

    with pytest.raises(ccxt.AuthenticationError, match="unauthorized"):
        await coinbase.fetch_balance({"v3": True})


async def test_a_key_that_may_only_read_cannot_trade(exchange: Served) -> None:
    async with speaking(exchange, "coinbase", "desk-readonly") as opened:
        await opened.fetch_balance()
        with pytest.raises(ccxt.PermissionDenied, match="PERMISSION_DENIED"):
            await opened.create_order("ETH/USDT", "limit", "buy", "2", "2010", IOC)


WALLET = "0x" + "1" * 40


async def test_a_send_takes_its_fee_on_top(coinbase: Any, exchange: Served) -> None:
    sent = await coinbase.withdraw("ETH", "2", WALLET, None, {"idem": REF})
    exchange.clock.offset_ms = 10_000
    (done,) = await coinbase.fetch_withdrawals("ETH", None, None, {"currencyType": "crypto"})

    assert (sent["status"], sent["amount"], sent["fee"]["cost"]) == ("pending", "2", "0.0002")
    assert (done["id"], done["status"], done["info"]["idem"]) == (sent["id"], "ok", REF)
    assert exchange.engines["coinbase"].ledger.total("desk", "spot", "ETH") == Decimal("47.9998")


async def test_a_send_under_the_same_idem_is_shown_again_and_not_sent(coinbase: Any, exchange: Served) -> None:
    first = await coinbase.withdraw("ETH", "2", WALLET, None, {"idem": REF})

    second = await coinbase.withdraw("ETH", "3", WALLET, None, {"idem": REF})

    assert (second["id"], second["amount"]) == (first["id"], "2")
    assert len(exchange.engines["coinbase"].books.withdrawals) == 1


@pytest.mark.parametrize(
    ("amount", "address", "word"),
    [
        ("50", WALLET, "Insufficient balance in source account"),
        ("2", "0xnonsense", "Please enter a valid address"),
    ],
)
async def test_a_send_that_is_turned_down_leaves_everything(
    coinbase: Any, exchange: Served, *, amount: str, address: str, word: str
) -> None:
    with pytest.raises(ccxt.BaseError, match=word):
        await coinbase.withdraw("ETH", amount, address, None, {"idem": REF})

    assert exchange.engines["coinbase"].ledger.total("desk", "spot", "ETH") == 50


async def test_a_send_that_fails_gives_the_money_back(coinbase: Any, exchange: Served) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "withdrawal", "end": "failure"})
    await coinbase.withdraw("ETH", "2", WALLET, None, {"idem": REF})
    exchange.clock.offset_ms = 10_000

    (failed,) = await coinbase.fetch_withdrawals("ETH", None, None, {"currencyType": "crypto"})

    assert failed["status"] == "failed"
    assert exchange.engines["coinbase"].ledger.free("desk", "spot", "ETH") == 50


async def test_a_deposit_comes_to_the_address_that_coinbase_tells(coinbase: Any, exchange: Served) -> None:
    addresses = await coinbase.fetch_deposit_addresses_by_network("ETH")
    arrived = exchange.engines["coinbase"].moving.arrive("desk", "ETH", Decimal(3))
    exchange.clock.offset_ms = 10_000

    (credited,) = await coinbase.fetch_deposits("ETH", None, None, {"currencyType": "crypto"})

    assert arrived.address in {each["address"] for each in addresses.values()}
    assert (credited["status"], credited["amount"], credited["txid"]) == ("ok", "3", arrived.tx_id)
