"""Nobody trades with himself: which of two orders of one account gives way, and how each exchange says so."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allornone.testexchange.serving import Served, serving
from tests.testexchange.speaking import speaking

OURS = {"newClientOrderId": "a" * 32}


@pytest.fixture
async def kraken(tmp_path: Path) -> AsyncIterator[Any]:
    async with serving(tmp_path / "kraken", ("kraken",)) as served, speaking(served, "kraken") as opened:
        yield opened


async def test_at_binance_the_resting_order_expires_and_the_arriving_one_goes_on(
    binance: Any, exchange: Served
) -> None:
    await binance.create_order("BTC/USDT", "limit", "buy", "0.1", "50000", OURS)

    sold = await binance.create_order("BTC/USDT", "market", "sell", "0.1")

    met = await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": "a" * 32})
    assert (met["status"], met["info"]["status"]) == ("expired", "EXPIRED_IN_MATCH")
    assert met["info"]["preventedQuantity"] == "0.10000000"
    assert (sold["filled"], sold["average"]) == ("0.10000000", "49999")
    assert (await binance.fetch_balance())["USDT"]["used"] == "0.00000000"
    assert exchange.engines["binance"].ledger.total("desk", "spot", "BTC") == Decimal("4.9")


async def test_what_filled_before_stays_filled(binance: Any, exchange: Served) -> None:
    resting = await binance.create_order("BTC/USDT", "limit", "buy", "0.1", "50000", OURS)
    engine = exchange.engines["binance"]
    engine.trading.fill(engine.books.orders[int(resting["id"])], Decimal("0.04"))

    await binance.create_order("BTC/USDT", "market", "sell", "0.1")

    met = await binance.fetch_order(None, "BTC/USDT", {"origClientOrderId": "a" * 32})
    assert (met["info"]["status"], met["filled"]) == ("EXPIRED_IN_MATCH", "0.04000000")
    assert met["info"]["preventedQuantity"] == "0.06000000"


async def test_at_kraken_the_arriving_order_is_cancelled_and_the_resting_one_stays(kraken: Any) -> None:
    resting = await kraken.create_order("ETH/USDT", "limit", "buy", "1", "2000")

    sold = await kraken.create_order("ETH/USDT", "market", "sell", "1")

    met = (await kraken.fetch_orders_by_ids([sold["id"]]))[0]
    assert (met["status"], met["filled"], met["info"]["reason"]) == ("canceled", "0.00000000", "Cannot trade with self")
    assert (await kraken.fetch_orders_by_ids([resting["id"]]))[0]["status"] == "open"


async def test_at_kraken_what_the_book_gives_before_is_taken_and_the_rest_cancelled(kraken: Any) -> None:
    await kraken.create_order("ETH/USDT", "limit", "sell", "1", "2000.15")

    bought = await kraken.create_order("ETH/USDT", "limit", "buy", "40", "2010")

    met = (await kraken.fetch_orders_by_ids([bought["id"]]))[0]
    assert (met["status"], met["info"]["reason"]) == ("canceled", "Cannot trade with self")
    assert met["filled"] == "30.00000000"
