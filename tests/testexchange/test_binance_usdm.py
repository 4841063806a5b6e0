"""USD-M perpetuals, seen by real ccxt."""

from decimal import Decimal
from typing import Any

import ccxt
import pytest

from allornone.testexchange.serving import Served

REF = "0123456789abcdef0123456789abcdef"
PERP = "BTC/USDT:USDT"


async def trade(binance: Any, side: str, amount: str, **params: object) -> Any:
    return await binance.create_order(PERP, "market", side, amount, None, params)


async def test_a_perpetual_is_loaded_beside_the_spot_market_of_its_name(binance: Any) -> None:
    markets = await binance.load_markets()

    assert (markets[PERP]["id"], markets["BTC/USDT"]["id"]) == ("BTCUSDT", "BTCUSDT")
    assert (markets[PERP]["swap"], markets[PERP]["precision"]["amount"]) == (True, "0.001")


async def test_a_trade_opens_a_position_and_pays_its_fee_in_the_margin_currency(binance: Any, exchange: Served) -> None:
    order = await trade(binance, "sell", "0.5", newClientOrderId=REF)

    assert (order["status"], order["filled"], order["average"]) == ("closed", "0.500", "49999.00000")
    ledger, books = exchange.engines["binance"].ledger, exchange.engines["binance"].books
    assert books.position("desk", "BTCUSDT.P").amount == Decimal("-0.5")
    assert ledger.total("desk", "usdm", "USDT") == Decimal("49987.50025")
    assert ledger.total("desk", "usdm", "BTC") == 0


async def test_an_order_is_found_by_the_clients_own_id_with_its_trades(binance: Any) -> None:
    placed = await trade(binance, "buy", "0.5", newClientOrderId=REF)

    found = await binance.fetch_order(None, PERP, {"origClientOrderId": REF})
    [fill] = await binance.fetch_my_trades(PERP, None, None, {"orderId": placed["id"]})

    assert (found["id"], found["status"]) == (placed["id"], "closed")
    assert (fill["amount"], fill["fee"]["cost"], fill["fee"]["currency"]) == ("0.500", "12.50025000", "USDT")
    assert fill["info"]["realizedPnl"] == "0.00000000"


async def test_closing_makes_the_profit_real(binance: Any, exchange: Served) -> None:
    await trade(binance, "buy", "0.5")
    exchange.engines["binance"].trading.set_mark("BTCUSDT.P", Decimal(51_000))

    closed = await trade(binance, "sell", "0.5", reduceOnly=True)

    [fill] = await binance.fetch_my_trades(PERP, None, None, {"orderId": closed["id"]})
    assert fill["info"]["realizedPnl"] == "499.00000000"
    assert exchange.engines["binance"].ledger.total("desk", "usdm", "USDT") == Decimal("50473.75")
    assert await binance.fetch_positions([PERP]) == []


async def test_a_position_is_told_with_its_profit(binance: Any, exchange: Served) -> None:
    await trade(binance, "sell", "0.5")
    exchange.engines["binance"].trading.set_mark("BTCUSDT.P", Decimal(48_999))

    [position] = await binance.fetch_positions([PERP])

    assert (position["side"], position["contracts"], position["unrealizedPnl"]) == ("short", "0.5", "500.00000000")
    assert position["info"]["entryPrice"] == "49999.00000000"


async def test_a_trade_across_zero_closes_one_position_and_opens_the_other(binance: Any, exchange: Served) -> None:
    await trade(binance, "buy", "0.5")
    await trade(binance, "sell", "0.8")

    position = exchange.engines["binance"].books.position("desk", "BTCUSDT.P")
    assert (position.amount, position.entry) == (Decimal("-0.3"), Decimal(49_999))


async def test_adding_to_a_position_averages_its_price(binance: Any, exchange: Served) -> None:
    await trade(binance, "buy", "1")
    exchange.engines["binance"].trading.set_mark("BTCUSDT.P", Decimal(50_100))
    await trade(binance, "buy", "1")

    assert exchange.engines["binance"].books.position("desk", "BTCUSDT.P").entry == Decimal(50_051)


async def test_an_order_that_may_only_reduce_needs_something_to_reduce(binance: Any) -> None:
    with pytest.raises(ccxt.InvalidOrder, match="-2022"):
        await trade(binance, "sell", "0.5", reduceOnly=True)


async def test_an_order_that_may_only_reduce_never_turns_the_position(binance: Any, exchange: Served) -> None:
    await trade(binance, "buy", "0.5")

    order = await trade(binance, "sell", "0.8", reduceOnly=True)

    assert (order["status"], order["filled"]) == ("expired", "0.500")
    assert exchange.engines["binance"].books.position("desk", "BTCUSDT.P").amount == 0


async def test_too_little_margin_is_turned_down(binance: Any) -> None:
    with pytest.raises(ccxt.InsufficientFunds, match="-2019"):
        await trade(binance, "buy", "20.5")


async def test_a_position_keeps_its_margin_from_being_used(binance: Any) -> None:
    await trade(binance, "buy", "1")

    balance = (await binance.fetch_balance({"type": "swap"}))["USDT"]

    assert (balance["total"], balance["used"], balance["free"]) == ("49973.99950000", "2500.05000000", "47474.94950000")


async def test_an_id_of_an_open_order_is_refused_with_a_code_of_its_own(binance: Any) -> None:
    await binance.create_order(PERP, "limit", "buy", "0.1", "40000", {"newClientOrderId": REF})

    with pytest.raises(ccxt.InvalidOrder, match="-4116"):
        await trade(binance, "buy", "0.1", newClientOrderId=REF)


async def test_a_spot_order_of_the_same_id_is_no_duplicate(binance: Any) -> None:
    await binance.create_order("BTC/USDT", "limit", "buy", "0.1", "40000", {"newClientOrderId": REF})

    assert (await trade(binance, "buy", "0.1", newClientOrderId=REF))["status"] == "closed"


async def test_funding_is_paid_by_longs_and_told_as_income(binance: Any, exchange: Served) -> None:
    await trade(binance, "buy", "1")
    engine = exchange.engines["binance"]
    before = engine.ledger.total("desk", "usdm", "USDT")

    engine.perpetuals.fund(engine.markets["BTCUSDT.P"], Decimal("0.0001"))

    [paid] = await binance.fetch_funding_history(PERP)
    assert (paid["amount"], paid["code"]) == ("-5.00000000", "USDT")
    assert engine.ledger.total("desk", "usdm", "USDT") == before - 5


async def test_an_open_order_can_be_cancelled(binance: Any) -> None:
    await binance.create_order(PERP, "limit", "buy", "0.1", "40000", {"newClientOrderId": REF})

    cancelled = await binance.cancel_order(None, PERP, {"origClientOrderId": REF})

    assert cancelled["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        await binance.cancel_order(None, PERP, {"origClientOrderId": REF})


async def test_the_answer_to_an_order_may_come_before_its_fills(binance: Any, exchange: Served) -> None:
    order = await trade(binance, "buy", "0.1", newOrderRespType="ACK")

    assert (order["status"], order["filled"]) == ("open", "0.000")
    assert exchange.engines["binance"].books.position("desk", "BTCUSDT.P").amount == Decimal("0.1")


async def test_prices_are_told(binance: Any) -> None:
    spot, perpetual = await binance.fetch_ticker("BTC/USDT"), await binance.fetch_ticker(PERP)
    book = await binance.fetch_order_book("BTC/USDT", 2)

    assert (spot["bid"], spot["ask"], perpetual["last"]) == ("49999.00", "50001.00", "50000.0")
    assert book["asks"] == [[50001.0, 2.0], [50002.0, 2.0]]


async def test_leverage_can_be_set(binance: Any, exchange: Served) -> None:
    await binance.set_leverage(5, PERP)
    await trade(binance, "buy", "1")

    assert exchange.engines["binance"].ledger.locked("desk", "usdm", "USDT") == Decimal("10000.2")
