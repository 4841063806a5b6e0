"""A bound is taken from the best price of the moment: where that is no price, nothing is sent, and it is said why."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from allornone.errors import RefusedError
from allornone.models.group import GroupStatus
from allornone.testexchange.engine.market import Side
from allornone.testexchange.engine.order import OrderType, Ticket
from allornone.testexchange.serving import serving
from allornone.venues.exchange import open_venue
from allornone.venues.registry import close_venues
from tests.exchange.desk import BUY_BTC, PATIENCE_S, SELL_ETH, Desk, options
from tests.exchange.test_a_moving_book import SITES, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", params=list(SITES))
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    name = str(request.param)
    exchange, account, _ = SITES[name]
    async with serving(tmp_path / "exchange", (exchange,)) as served:
        more = {"exchange": exchange, "credentials_file": str(served.credentials_file(exchange))}
        venue = open_venue(name, {**options(served, account), **more})
        yield Site(name, venue, served)
        await close_venues([venue])


def hollow(site: Site, *, bid: str | None = None, ask: str | None = None) -> None:
    """Take the house out of the book, and leave one order on either side, or none."""
    site.market.depth = Decimal(0)
    wallet = site.market.wallet
    for side, price in ((Side.BUY, bid), (Side.SELL, ask)):
        if price is None:
            continue
        for asset in (site.market.base, site.market.quote):
            site.engine.endow("somebody", wallet, asset, Decimal(1_000_000))
        ticket = Ticket(
            "somebody", site.market.symbol, side, OrderType.LIMIT, f"stub-{side}", Decimal("0.1"), price=Decimal(price)
        )
        site.engine.trading.place(ticket)


@pytest.mark.parametrize(
    ("side", "bid", "ask", "says"),
    [
        ("buy", "1999.9", None, "nobody sells"),
        ("sell", None, "2000.1", "nobody buys"),
        ("buy", None, "2000.1", "nobody buys"),
        ("sell", "1999.9", None, "nobody sells"),
        ("buy", "1999.9", "9000", "are 7778 bps apart"),
        ("sell", "500", "2000.1", "are 7500 bps apart"),
    ],
)
async def test_no_bound_is_taken_from_a_price_that_is_none(
    site: Site, side: str, bid: str | None, ask: str | None, says: str
) -> None:
    hollow(site, bid=bid, ask=ask)
    before = len(site.engine.books.orders)

    with pytest.raises(RefusedError, match=says):
        await site.venue.prepare(site.request(side))

    assert len(site.engine.books.orders) == before


@pytest.mark.parametrize(("side", "bound"), [("buy", "2042.04"), ("sell", "1958.04")])
async def test_a_thin_book_is_a_book(site: Site, side: str, bound: str) -> None:
    hollow(site, bid="1960", ask="2040")

    prepared = await site.venue.prepare(site.request(side))

    assert prepared["price"] == bound


async def test_a_limit_of_the_plans_own_needs_no_book(site: Site) -> None:
    hollow(site)

    prepared = await site.venue.prepare(site.request("buy", order_type="limit", limit_price="2000"))

    assert prepared["price"] == "2000"


@pytest.mark.parametrize("site", ["coinbase"], indirect=True)
async def test_the_bound_that_a_market_buy_gets_at_coinbase_is_none_either(site: Site) -> None:
    hollow(site, bid="1999.9", ask="9000")

    with pytest.raises(RefusedError, match="no price to take a bound from"):
        await site.venue.prepare(site.request("buy", order_type="market"))


async def test_a_slippage_that_leaves_no_price_is_refused(site: Site) -> None:
    with pytest.raises(RefusedError, match="max_slippage_bps leaves no price"):
        await site.venue.prepare(site.request("sell", max_slippage_bps="10000"))


async def test_a_hollow_book_at_the_second_leg_sends_nothing_and_the_first_is_undone(desk: Desk) -> None:
    desk.exchange.engines["binance"].markets["BTCUSDT"].depth = Decimal(0)
    bounded = {**BUY_BTC, "operation_details": {**BUY_BTC["operation_details"], "max_slippage_bps": "50"}}

    result = await desk.run(desk.plan(SELL_ETH, bounded))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [order.symbol for order in desk.orders()] == ["ETHUSDT", "ETHUSDT"]


async def test_an_undo_waits_for_a_book(desk: Desk) -> None:
    eth = desk.exchange.engines["binance"].markets["ETHUSDT"]
    depth = eth.depth
    btc = {"kind": "order", "symbol": "BTCUSDT"}
    desk.exchange.inject({**btc, "behaviour": "refuse"}, {**btc, "behaviour": "slow", "delay_s": "1"})

    async with desk.working(), asyncio.timeout(PATIENCE_S):
        handle = await desk.begin(desk.plan(SELL_ETH, BUY_BTC))
        while not desk.orders():  # noqa: ASYNC110 (books tell nobody)
            await asyncio.sleep(0.01)
        eth.depth = Decimal(0)
        while not any("nobody sells ETH/USDT just now" in words for words in desk.told()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        eth.depth = depth
        result = await handle.result()

    assert result.status is GroupStatus.ROLLED_BACK
    assert len(desk.orders()) == 2
