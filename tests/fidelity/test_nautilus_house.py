"""The book that our Binance shows by HTTP, given to Nautilus Trader's simulated exchange, and the same orders to both.

Here the levels are the house's, which stand again for every order: as Nautilus' do until it is shown others.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fidelity.conftest import Exchange
from tests.fidelity.filled import Asked
from tests.fidelity.nautilus import Nautilus
from tests.fidelity.peers import peer
from tests.fidelity.spot_desk import SpotDesk

python_binance = peer("binance.client")


@pytest.fixture
def ours(exchange: Exchange) -> SpotDesk:
    """Give the desk in ETHUSDT: 30 at each of 20 levels, 0.1 apart, around 2000; and 650 more to sell."""
    exchange.control("binance/times", {"deposit_ms": 0})
    exchange.control("binance/deposits", {"asset": "ETH", "amount": "650"})
    key = exchange.key("binance")
    client = python_binance.Client(key["apiKey"], key["secret"])
    calls: dict[str, Callable[..., Any]] = {
        "GET depth": client.get_order_book,
        "GET account": client.get_account,
        "GET order": client.get_order,
        "GET myTrades": client.get_my_trades,
        "POST order": client.create_order,
    }

    def ask(call: str, **values: str) -> Any:
        if call == "GET exchangeInfo":  # the client asks for all markets, and finds one among them
            return {"symbols": [client.get_symbol_info(**values)]}
        return calls[call](**values)

    return SpotDesk(ask, "ETHUSDT")


@pytest.fixture
def theirs(ours: SpotDesk) -> Iterator[Nautilus]:
    found = Nautilus(ours.market, ours.opening)
    found.show(ours.book())
    yield found
    found.close()


def test_the_house_fills_through_three_levels_as_shown_and_the_next_order_alike(
    ours: SpotDesk, theirs: Nautilus
) -> None:
    for asked in (Asked("SELL", "MARKET", "75"), Asked("SELL", "LIMIT", "75", "1999.7", "IOC")):
        done = ours.place(asked)[1]

        assert (done.by_level(), done.status) == ("30@1999.9 30@1999.8 15@1999.7", "FILLED")
        assert theirs.place(asked)[1] == done
    assert ours.moved() == theirs.moved() == {"ETH": -150, "USDT": Decimal(299_973)}


def test_a_sell_of_more_than_the_house_buys_takes_every_level_shown(ours: SpotDesk, theirs: Nautilus) -> None:
    asked = Asked("SELL", "MARKET", "601")

    done = ours.place(asked)[1]

    assert (len(done.fills), done.fills[-1].price, done.left) == (20, Decimal(1998), Decimal(1))
    assert done.status == "EXPIRED"
    assert theirs.place(asked)[1] == replace(done, status="PARTIALLY_FILLED")
    assert ours.moved() == theirs.moved()


@pytest.mark.parametrize(
    "case",
    [("20", "20@1990", "20@1990"), ("30", "30@1990", "30@1990"), ("40", "40@1990", "30@1990")],
    ids=["less than the level", "all of the level", "more than the level: whole here, the level there"],
)
def test_a_resting_order_that_the_price_reaches_is_filled_at_its_own_price(
    exchange: Exchange, ours: SpotDesk, theirs: Nautilus, case: tuple[str, str, str]
) -> None:
    amount, here, there = case
    asked = Asked("BUY", "LIMIT", amount, "1990", "GTC")
    mine, order = ours.place(asked)[0], theirs.place(asked)[0]

    exchange.control("binance/markets/ETHUSDT", {"mark": "1989.9"})
    theirs.show(ours.book())

    assert (ours.told(mine).by_level(), ours.told(mine).status) == (here, "FILLED")
    assert theirs.told(order).by_level() == there
    assert [fill.maker for done in (ours.told(mine), theirs.told(order)) for fill in done.fills] == [True, True]
