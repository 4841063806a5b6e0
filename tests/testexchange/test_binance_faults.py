"""What goes wrong with an order, seen by real ccxt, with the exchange's books as the witness."""

from typing import Any

import ccxt
import pytest

from allornone.testexchange.engine.order import OrderStatus
from allornone.testexchange.serving import Served
from tests.testexchange.conftest import client

REF = "0123456789abcdef0123456789abcdef"
LOSSES = {
    "hang": ccxt.RequestTimeout,
    "reset": ccxt.NetworkError,
    "half_body": ccxt.ExchangeError,
    "bad_gateway": ccxt.ExchangeNotAvailable,
    "timeout": ccxt.RequestTimeout,
    "unknown_error": ccxt.ExchangeNotAvailable,
    "unexpected": ccxt.OperationFailed,
}
"""And what ccxt makes of each: nothing of it tells whether the order was executed."""


async def buy(binance: Any, ref: str = REF) -> Any:
    return await binance.create_order("BTC/USDT", "market", "buy", "0.5", None, {"newClientOrderId": ref})


def executed(exchange: Served) -> int:
    return len(exchange.engines["binance"].books.orders_under("desk", REF))


@pytest.mark.parametrize("behaviour", LOSSES)
async def test_an_order_whose_answer_is_lost_is_executed(exchange: Served, behaviour: str) -> None:
    exchange.inject({"kind": "order", "behaviour": behaviour})

    async with client(exchange, timeout_ms=1000) as binance:
        with pytest.raises(LOSSES[behaviour]):
            await buy(binance)

        assert executed(exchange) == 1
        assert (await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": REF}))["status"] == "closed"


@pytest.mark.parametrize("behaviour", LOSSES)
async def test_an_order_that_is_lost_on_its_way_looks_the_same_and_is_not_there(
    exchange: Served, behaviour: str
) -> None:
    exchange.inject({"kind": "order", "behaviour": behaviour, "executed": False})

    async with client(exchange, timeout_ms=1000) as binance:
        with pytest.raises(LOSSES[behaviour]):
            await buy(binance)

        assert executed(exchange) == 0
        with pytest.raises(ccxt.OrderNotFound, match="-2013"):
            await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": REF})


@pytest.mark.parametrize("acted", [True, False])
async def test_an_answer_that_cannot_be_read_is_no_exception_of_ccxt(
    binance: Any, exchange: Served, *, acted: bool
) -> None:
    exchange.inject({"kind": "order", "behaviour": "unreadable", "executed": acted})

    order = await buy(binance)

    assert (order["id"], order["status"], order["filled"]) == (None, None, "0")
    assert executed(exchange) == int(acted)


@pytest.mark.parametrize(
    ("behaviour", "status", "words"),
    [
        ("rate_limited", 429, '"code":-1003'),
        ("banned", 418, '"code":-1003'),
        ("forbidden", 403, "Forbidden"),
        ("unavailable", 503, "Service Unavailable."),
        ("overloaded", 503, '"code":-1008'),
    ],
)
async def test_what_is_turned_away_at_the_door_is_not_executed(
    binance: Any, exchange: Served, behaviour: str, status: int, words: str
) -> None:
    exchange.inject({"kind": "order", "behaviour": behaviour, "delay_s": "7"})

    with pytest.raises(ccxt.OperationFailed, match=words):
        await buy(binance)

    assert executed(exchange) == 0
    assert binance.last_response_headers.get("Retry-After") == ("7" if status in (418, 429) else None)


async def late(exchange: Served, window_ms: int) -> str:
    """Send an order that comes 50 s late, and say what a look-up then finds."""
    exchange.inject({"kind": "order", "behaviour": "late", "delay_s": "50"})
    async with client(exchange, timeout_ms=1000) as binance:
        with pytest.raises(ccxt.RequestTimeout):
            await binance.create_order(
                "BTC/USDT", "market", "buy", "0.5", None, {"newClientOrderId": REF, "recvWindow": window_ms}
            )
        assert executed(exchange) == 0
        exchange.clock.offset_ms = 50_000
        await exchange.no_more_late()
        exchange.clock.offset_ms = 0
        try:
            found = await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": REF})
        except ccxt.OrderNotFound:
            return "not found"
        return str(found["status"])


async def test_a_late_order_is_executed_after_its_caller_gave_up(exchange: Served) -> None:
    assert await late(exchange, window_ms=60_000) == "closed"


async def test_a_late_order_whose_window_is_over_is_refused(exchange: Served) -> None:
    assert await late(exchange, window_ms=10_000) == "not found"


async def test_an_order_signed_by_a_slow_clock_is_refused(binance: Any, exchange: Served) -> None:
    exchange.clock.offset_ms = 60_000

    with pytest.raises(ccxt.InvalidNonce, match="outside of the recvWindow"):
        await buy(binance)
    assert executed(exchange) == 0


async def test_an_order_signed_by_a_fast_clock_is_refused(binance: Any, exchange: Served) -> None:
    exchange.clock.offset_ms = -60_000

    with pytest.raises(ccxt.InvalidNonce, match="1000ms ahead"):
        await buy(binance)


async def test_an_order_that_lands_may_be_answered_as_a_duplicate(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "duplicate"})

    with pytest.raises(ccxt.InvalidOrder, match="Duplicate order sent"):
        await buy(binance)
    assert executed(exchange) == 1


async def test_an_executed_order_may_not_be_found_for_a_while(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "hidden", "delay_s": "60"})
    placed = await buy(binance)

    with pytest.raises(ccxt.OrderNotFound, match="-2013"):
        await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": REF})
    assert await binance.fetch_my_trades("BTC/USDT") == []
    exchange.clock.offset_ms = 60_001

    found = await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": REF, "timestamp": now(exchange)})
    assert found["id"] == placed["id"]


def now(exchange: Served) -> int:
    return exchange.clock()


async def test_the_balance_may_be_old(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "stale_balance", "delay_s": "60"})
    await buy(binance)

    assert (await binance.fetch_balance())["BTC"]["free"] == "5.00000000"
    exchange.clock.offset_ms = 60_001
    assert (await binance.fetch_balance({"timestamp": now(exchange)}))["BTC"]["free"] == "5.49950000"


async def test_a_market_order_may_fill_in_part_and_expire(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "partial", "ratio": "0.4"})

    order = await buy(binance)

    assert (order["status"], order["filled"]) == ("expired", "0.20000000")
    assert order["info"]["expiryReason"] == "INSUFFICIENT_LIQUIDITY"


async def test_a_limit_order_that_fills_in_part_stays_open(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "partial", "ratio": "0.4"})

    order = await binance.create_order("BTC/USDT", "limit", "buy", "0.5", "50001")

    assert (order["status"], order["filled"], order["remaining"]) == ("open", "0.20000000", "0.3")


async def test_an_immediate_order_takes_what_is_there_and_expires(binance: Any) -> None:
    order = await binance.create_order("BTC/USDT", "limit", "sell", "3", "49999", {"timeInForce": "IOC"})

    assert (order["status"], order["filled"]) == ("expired", "2.00000000")
    assert order["info"]["expiryReason"] == "UNFILLED_IOC_QUANTITY_EXPIRED"


async def test_the_last_of_the_trades_may_be_told_twice(binance: Any, exchange: Served) -> None:
    await buy(binance)
    exchange.inject({"kind": "trades", "behaviour": "repeated_fills"})

    trades = await binance.fetch_my_trades("BTC/USDT")

    assert [trade["id"] for trade in trades] == ["1", "1"]


async def test_a_page_of_trades_may_begin_with_the_last_of_the_page_before(binance: Any, exchange: Served) -> None:
    for _ in range(3):
        await binance.create_order("BTC/USDT", "market", "buy", "0.1")
    exchange.inject({"kind": "trades", "behaviour": "repeated_fills"})

    trades = await binance.fetch_my_trades("BTC/USDT", None, 2, {"fromId": 3})

    assert [trade["id"] for trade in trades] == ["2", "3"]


async def test_a_call_that_comes_again_is_judged_by_the_id_rule(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "repeated", "delay_s": "0", "count": "always"})

    await binance.create_order("BTC/USDT", "limit", "buy", "0.1", "40000", {"newClientOrderId": "a"})
    await binance.create_order("BTC/USDT", "market", "buy", "0.1", None, {"newClientOrderId": "b"})
    await exchange.no_more_late()

    assert [order.client_id for order in exchange.engines["binance"].books.orders.values()] == ["a", "b", "b"]


async def test_an_id_is_refused_while_its_order_is_open(binance: Any) -> None:
    await binance.create_order("BTC/USDT", "limit", "buy", "0.1", "40000", {"newClientOrderId": REF})

    with pytest.raises(ccxt.InvalidOrder, match="Duplicate order sent"):
        await buy(binance)


async def test_an_id_whose_order_is_filled_is_executed_again(binance: Any, exchange: Served) -> None:
    await buy(binance)
    await buy(binance)

    assert executed(exchange) == 2


async def test_a_refusal_is_in_the_exchanges_own_words(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "refuse", "reason": "halted"})

    with pytest.raises(ccxt.BaseError, match="Market is closed"):
        await buy(binance)
    assert executed(exchange) == 0


async def test_a_rule_for_one_reference_leaves_the_others_alone(binance: Any, exchange: Served) -> None:
    exchange.inject({"client_id": REF, "behaviour": "banned", "count": "always"})

    assert (await buy(binance, "f" * 32))["status"] == "closed"


async def test_a_part_may_also_lose_its_answer(binance: Any, exchange: Served) -> None:
    exchange.inject({"behaviour": "partial", "ratio": "0.4", "kind": "order"}, {"behaviour": "reset", "kind": "order"})

    with pytest.raises(ccxt.NetworkError):
        await buy(binance)
    [order] = exchange.engines["binance"].books.orders_under("desk", REF)
    assert (order.status, str(order.filled)) == (OrderStatus.EXPIRED, "0.20000")
