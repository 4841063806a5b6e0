"""What Binance turns down, what it charges and what it limits, seen by real ccxt."""

from decimal import Decimal
from typing import Any

import ccxt
import pytest

from allornone.testexchange.serving import Served
from tests.testexchange.conftest import client


async def raw(binance: Any, **terms: str) -> Any:
    """Send an order as it is, past ccxt's own rounding."""
    return await binance.private_post_order({"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", **terms})


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"quantity": "0.000001"}, "LOT_SIZE"),
        ({"quantity": "0.123456"}, "LOT_SIZE"),
        ({"quantity": "9001"}, "LOT_SIZE"),
        ({"quantity": "0.00001"}, "NOTIONAL"),
        ({"quoteOrderQty": "4.99"}, "NOTIONAL"),
        ({"quantity": "1", "type": "LIMIT", "timeInForce": "GTC", "price": "40000.001"}, "PRICE_FILTER"),
        ({"quantity": "1", "type": "LIMIT", "timeInForce": "GTC", "price": "9999.99"}, "PERCENT_PRICE_BY_SIDE"),
        ({"quantity": "1", "type": "LIMIT_MAKER", "price": "50001"}, "immediately match"),
        ({"quantity": "3"}, "insufficient balance"),
        ({"quantity": "1", "symbol": "NOUSDT"}, "-1121"),
        ({"quantity": "-1"}, "-1100"),
        ({"quantity": "1", "side": "HOLD"}, "-1117"),
        ({"quantity": "1", "type": "LIMIT", "price": "40000"}, "-1102"),
    ],
)
async def test_a_bad_order_is_turned_down_and_changes_nothing(
    binance: Any, exchange: Served, terms: dict[str, str], words: str
) -> None:
    before = exchange.engines["binance"].ledger.balances()

    with pytest.raises(ccxt.ExchangeError, match=words):
        await raw(binance, **terms)

    assert exchange.engines["binance"].ledger.balances() == before
    assert exchange.engines["binance"].books.orders == {}


async def test_a_halted_market_takes_no_order(binance: Any, exchange: Served) -> None:
    exchange.engines["binance"].markets["BTCUSDT"].halted = True

    with pytest.raises(ccxt.ExchangeError, match="Market is closed"):
        await raw(binance, quantity="1")
    assert (await binance.load_markets())["BTC/USDT"]["active"] is False


async def test_a_sale_pays_its_fee_in_what_it_received(binance: Any, exchange: Served) -> None:
    order = await binance.create_order("BTC/USDT", "market", "sell", "1")

    assert order["fees"] == [{"cost": "49.99900000", "currency": "USDT"}]
    assert exchange.engines["binance"].ledger.total("desk", "spot", "USDT") == Decimal("149949.001")


async def test_fees_in_a_third_asset_are_a_quarter_less(binance: Any, exchange: Served) -> None:
    await binance.sapi_post_bnbburn({"spotBNBBurn": "true"})

    order = await binance.create_order("BTC/USDT", "market", "sell", "1")

    assert order["fees"] == [{"cost": "0.07499850", "currency": "BNB"}]
    assert exchange.engines["binance"].ledger.total("desk", "spot", "BNB") == Decimal("19.9250015")


async def test_who_has_too_little_of_the_third_asset_pays_in_what_it_received(binance: Any) -> None:
    await binance.sapi_post_bnbburn({"spotBNBBurn": "true"})
    await binance.create_order("BNB/USDT", "market", "sell", "20")

    order = await binance.create_order("BTC/USDT", "market", "sell", "1")

    assert order["fees"] == [{"cost": "49.99900000", "currency": "USDT"}]


async def test_selling_all_of_the_third_asset_leaves_none_for_the_fee(binance: Any, exchange: Served) -> None:
    await binance.sapi_post_bnbburn({"spotBNBBurn": "true"})

    order = await binance.create_order("BNB/USDT", "market", "sell", "20")

    assert order["fees"] == [{"cost": "9.99800000", "currency": "USDT"}]
    assert exchange.engines["binance"].ledger.total("desk", "spot", "BNB") == 0


async def test_a_large_order_walks_the_book(binance: Any) -> None:
    order = await binance.create_order("BTC/USDT", "market", "sell", "5")

    fills = [(fill["price"], fill["qty"]) for fill in order["info"]["fills"]]
    assert fills == [
        ("49999.00000000", "2.00000000"),
        ("49998.00000000", "2.00000000"),
        ("49997.00000000", "1.00000000"),
    ]


async def test_money_is_spent_down_to_the_step(binance: Any) -> None:
    order = await binance.create_order("BTC/USDT", "market", "buy", None, None, {"cost": "100"})

    assert (order["status"], order["filled"], order["cost"]) == ("closed", "0.00199000", "99.50199000")


async def test_a_resting_order_fills_as_a_maker_when_the_market_comes_to_it(binance: Any, exchange: Served) -> None:
    order = await binance.create_order("BTC/USDT", "limit", "buy", "0.5", "49000")

    exchange.engines["binance"].trading.set_mark("BTCUSDT", Decimal(48_999))

    [trade] = await binance.fetch_order_trades(order["id"], "BTC/USDT")
    assert (trade["takerOrMaker"], trade["price"], trade["amount"]) == ("maker", "49000.00000000", "0.50000000")


async def test_the_used_weight_and_the_unfilled_orders_are_told(binance: Any) -> None:
    await binance.private_get_account()
    await raw(binance, quantity="1", type="LIMIT", timeInForce="GTC", price="40000")

    assert binance.last_response_headers["X-MBX-USED-WEIGHT-1M"] == "21"
    assert binance.last_response_headers["X-MBX-ORDER-COUNT-10S"] == "1"


async def test_the_wallet_endpoints_count_for_themselves_and_say_so_under_names_of_their_own(binance: Any) -> None:
    await binance.sapi_get_capital_config_getall()
    by_address = binance.last_response_headers
    await binance.sapi_post_asset_transfer({"type": "MAIN_UMFUTURE", "asset": "USDT", "amount": "1"})
    by_account = binance.last_response_headers
    await binance.public_get_time()

    assert by_address["X-SAPI-USED-IP-WEIGHT-1M"] == "10"
    assert by_account["X-SAPI-USED-UID-WEIGHT-1M"] == "900"
    assert [name for each in (by_address, by_account) for name in each if name.startswith("X-MBX")] == []
    assert binance.last_response_headers["X-MBX-USED-WEIGHT-1M"] == "1"


async def test_orders_that_fill_do_not_count_against_the_limit(binance: Any) -> None:
    await raw(binance, quantity="0.1")

    assert binance.last_response_headers["X-MBX-ORDER-COUNT-10S"] == "0"


async def test_too_many_unfilled_orders_are_turned_away(binance: Any, exchange: Served) -> None:
    exchange.doors["binance"].limits["api.binance.com"].orders_10s = 1  # type: ignore[attr-defined]
    await raw(binance, quantity="0.1", type="LIMIT", timeInForce="GTC", price="40000")

    with pytest.raises(ccxt.DDoSProtection, match="-1015"):
        await raw(binance, quantity="0.1", type="LIMIT", timeInForce="GTC", price="40000")
    assert int(binance.last_response_headers["Retry-After"]) in range(1, 11)


async def test_who_goes_on_after_429_is_banned(binance: Any, exchange: Served) -> None:
    exchange.doors["binance"].limits["api.binance.com"].weight_1m = 0  # type: ignore[attr-defined]
    statuses: list[str] = []
    for _ in range(12):
        with pytest.raises(ccxt.DDoSProtection) as turned_away:
            await binance.public_get_time()
        statuses.append(str(turned_away.value).split()[1])

    assert statuses == ["429"] * 10 + ["418"] * 2
    assert binance.last_response_headers["Retry-After"] == "120"


async def test_an_order_of_the_same_account_in_the_way_expires(binance: Any, exchange: Served) -> None:
    exchange.engines["binance"].markets["BTCUSDT"].depth = Decimal(0)
    resting = await binance.create_order("BTC/USDT", "limit", "buy", "0.5", "49000")

    await binance.create_order("BTC/USDT", "limit", "sell", "0.5", "49000")

    assert (await binance.fetch_order(resting["id"], "BTC/USDT"))["status"] == "expired"


async def test_a_key_of_nobody_is_refused(exchange: Served) -> None:
    async with client(exchange) as opened:
        opened.apiKey = "f" * 64
        with pytest.raises(ccxt.AuthenticationError, match="-2015"):
            await opened.fetch_balance()


async def test_nobody_sells_what_he_has_not_to_a_book_that_would_not_take_it_all(
    binance: Any, exchange: Served
) -> None:
    exchange.engines["binance"].markets["BTCUSDT"].depth = Decimal("0.01")

    with pytest.raises(ccxt.InsufficientFunds, match="insufficient balance"):
        await binance.create_order("BTC/USDT", "market", "sell", "5.1")

    assert exchange.engines["binance"].books.orders == {}


async def test_money_that_nobody_takes_is_kept(binance: Any, exchange: Served) -> None:
    exchange.engines["binance"].markets["BTCUSDT"].depth = Decimal(0)

    order = await binance.create_market_buy_order_with_cost("BTC/USDT", "1000")

    assert (order["status"], order["info"]["status"], order["filled"]) == ("expired", "EXPIRED", "0.00000000")
    assert order["info"]["origQuoteOrderQty"] == "1000.00000000"
    assert (await binance.fetch_balance())["USDT"] == {
        "free": "100000.00000000",
        "used": "0.00000000",
        "total": "100000",
    }
