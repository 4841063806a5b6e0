"""A book that moves between prepare and send: no fill is ever beyond the price that was pinned, of an undo neither."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from allornone.models.execution import Direction, ExecutionRequest
from allornone.testexchange.engine.market import Market
from allornone.testexchange.serving import Served, serving
from allornone.venues import Venue
from allornone.venues.exchange import open_venue
from allornone.venues.reading import Reading, ReadingState
from allornone.venues.registry import close_venues
from tests.exchange.desk import options

pytestmark = pytest.mark.asyncio(loop_scope="session")

SITES = {
    "binance": ("binance", "spot", "spot_trade"),
    "binance.usdm": ("binance", "usdm", "perp_trade"),
    "kraken": ("kraken", "spot", "spot_trade"),
    "coinbase": ("coinbase", "spot", "spot_trade"),
}
BEST = {"buy": Decimal("2000.1"), "sell": Decimal("1999.9")}
BOUND = {"buy": Decimal("2002.10"), "sell": Decimal("1997.91")}
"""Ten basis points from the best, on the tick and not beyond."""


class Site:
    """One account at an exchange whose market a test moves."""

    def __init__(self, name: str, venue: Venue, served: Served) -> None:
        exchange, account, self._kind = SITES[name]
        self.name = name
        self.venue = venue
        self.engine = served.engines[exchange]
        self.market: Market = next(
            each
            for each in self.engine.markets.values()
            if (each.base, each.quote, each.perpetual) == ("ETH", "USDT", account == "usdm")
        )

    def moves(self, side: str, by: str) -> None:
        """Move the market so much against who buys, or who sells."""
        by_ = Decimal(by) if side == "buy" else -Decimal(by)
        self.engine.trading.set_mark(self.market.symbol, self.market.mark + by_)

    def prices(self) -> list[Decimal]:
        return [fill.price for fill in self.engine.books.fills]

    def request(self, side: str, epoch: str = "a", direction: str = "forward", **details: str) -> ExecutionRequest:
        return ExecutionRequest.model_validate(
            {
                "operation_id": "trade",
                "operation_type": self._kind,
                "source_venue": self.name,
                "target_venue": self.name,
                "source_token": "USDT",
                "target_token": "ETH" if self._kind == "spot_trade" else "ETHUSDT",
                "expected_deltas": {},
                "operation_details": {
                    "pair": "ETH/USDT",
                    "side": side,
                    "amount": "40",  # more than one price of the book has
                    **(details or {"max_slippage_bps": "10"}),
                },
                "direction": Direction(direction),
                "client_ref": epoch * 32,
                "not_after": datetime.now(UTC) + timedelta(seconds=30),
            }
        )


@pytest_asyncio.fixture(loop_scope="session", params=list(SITES))
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    name = str(request.param)
    exchange, account, _ = SITES[name]
    async with serving(tmp_path / "exchange", (exchange,)) as served:
        more = {"exchange": exchange, "credentials_file": str(served.credentials_file(exchange))}
        venue = open_venue(name, {**options(served, account), **more, "undo_slippage_bps": "10"})
        opened = Site(name, venue, served)
        opened.market.depth = Decimal(30)
        yield opened
        await close_venues([venue])


@pytest.mark.parametrize("side", ["buy", "sell"])
async def test_a_book_that_left_the_bound_fills_nothing(site: Site, side: str) -> None:
    request = site.request(side)
    prepared = await site.venue.prepare(request)
    site.moves(side, "5")

    reading = await site.venue.execute(request, prepared)

    assert Decimal(prepared["price"]) == BOUND[side]
    assert reading.state is ReadingState.REFUSED
    assert site.prices() == []


@pytest.mark.parametrize("side", ["buy", "sell"])
async def test_a_book_that_moved_within_the_bound_fills_as_far_as_it_reaches(site: Site, side: str) -> None:
    request = site.request(side)
    prepared = await site.venue.prepare(request)
    site.moves(side, "1.95")

    reading = await site.venue.execute(request, prepared)

    away = Decimal("1.95") if side == "buy" else -Decimal("1.95")
    assert site.prices() == [BEST[side] + away]  # the next price is past the bound
    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.executed_amount == 30


@pytest.mark.parametrize("side", ["buy", "sell"])
async def test_a_limit_of_the_plans_own_is_kept_wherever_the_book_goes(site: Site, side: str) -> None:
    request = site.request(side, order_type="limit", limit_price=str(BOUND[side]))
    prepared = await site.venue.prepare(request)
    site.moves(side, "5")

    reading = await site.venue.execute(request, prepared)

    assert (reading.state, site.prices()) == (ReadingState.OPEN, [])


@pytest.mark.parametrize("side", ["buy", "sell"])
async def test_an_undo_fills_nothing_beyond_its_bound_and_the_next_one_takes_the_book_as_it_is(
    site: Site, side: str
) -> None:
    done = await effect(site, side)
    (step,) = site.venue.inverse(site.request(side), done.handshake).steps
    back, other = step.operation_details, "sell" if side == "buy" else "buy"

    def undo(epoch: str) -> ExecutionRequest:
        return site.request(other, epoch, "rollback").model_copy(update={"operation_details": back})

    prepared = await site.venue.prepare(undo("b"))
    site.moves(other, "5")
    missed = await site.venue.execute(undo("b"), prepared)
    filled = len(site.prices())
    hit = await site.venue.execute(undo("c"), await site.venue.prepare(undo("c")))

    assert (missed.state, filled) == (ReadingState.REFUSED, 2)
    assert hit.state is ReadingState.CLOSED
    moved = Decimal(5) if other == "buy" else -Decimal(5)
    assert site.prices()[2:] == [BEST[other] + moved, BEST[other] + moved * Decimal("1.02")]


async def effect(site: Site, side: str) -> Reading:
    request = site.request(side)
    return await site.venue.execute(request, await site.venue.prepare(request))
