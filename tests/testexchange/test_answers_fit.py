"""What clients that are not ours found in the answers (`make fidelity`), held here without them."""

from pathlib import Path
from typing import Any

from allornone.testexchange.serving import serving
from tests.testexchange.speaking import speaking


async def test_spot_prices_say_no_time(binance: Any) -> None:
    asked = {"symbol": "BTCUSDT"}

    assert set(await binance.public_get_depth(asked)) == {"lastUpdateId", "bids", "asks"}
    assert set(await binance.public_get_ticker_price(asked)) == {"symbol", "price"}
    assert "time" not in await binance.public_get_ticker_bookticker(asked)


async def test_usdm_prices_say_when_they_were(binance: Any) -> None:
    asked = {"symbol": "BTCUSDT"}

    assert set(await binance.fapipublic_get_depth(asked)) == {"lastUpdateId", "E", "T", "bids", "asks"}
    assert set(await binance.fapipublic_get_ticker_price(asked)) == {"symbol", "price", "time"}


async def test_the_day_of_a_perpetual_has_no_best_prices(binance: Any) -> None:
    asked = {"symbol": "BTCUSDT"}
    best = {"bidPrice", "bidQty", "askPrice", "askQty", "prevClosePrice"}

    assert best <= set(await binance.public_get_ticker_24hr(asked))
    assert best & set(await binance.fapipublic_get_ticker_24hr(asked)) == set()


async def test_a_created_order_tells_what_coinbase_understood(tmp_path: Path) -> None:
    async with serving(tmp_path / "exchange", ["coinbase"]) as served, speaking(served, "coinbase") as coinbase:
        await coinbase.load_markets()
        placed = await coinbase.v3_private_post_brokerage_orders(
            {
                "client_order_id": "a",
                "product_id": "BTC-USD",
                "side": "BUY",
                "order_configuration": {"limit_limit_gtc": {"base_size": "0.1", "limit_price": "40000"}},
            }
        )

    assert placed["order_configuration"] == {
        "limit_limit_gtc": {"base_size": "0.1", "limit_price": "40000", "post_only": False}
    }
