"""An exchange that nobody wrote a module for: here Binance, by ccxt's unified calls alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from allornone.errors import NotSentError, RefusedError
from allornone.models.details import OrderType, Side
from allornone.models.execution import ExecutionRequest
from allornone.models.group import GroupStatus
from allornone.models.result import OperationState
from allornone.testexchange.serving import Served
from allornone.venues import Venue
from allornone.venues.exchange import open_venue
from allornone.venues.exchange.client import OutcomeUnknownError
from allornone.venues.reading import ReadingState
from allornone.venues.registry import close_venues
from tests.exchange.desk import BUY_BTC, SELL_ETH, TOO_MUCH, Desk, options

BOUNDED = {
    **BUY_BTC,
    "operation_details": {"pair": "BTC/USDT", "side": "buy", "amount": "0.02", "max_slippage_bps": "100"},
}

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def venue(exchange: Served) -> AsyncIterator[Venue]:
    opened = open_venue("binance", options(exchange, "generic", lookup="recent"))
    yield opened
    await close_venues([opened])


def asked() -> ExecutionRequest:
    return ExecutionRequest.model_validate(
        {
            **SELL_ETH,
            "client_ref": "c" * 32,
            "expected_deltas": {},
            "not_after": datetime.now(UTC) + timedelta(seconds=30),
        }
    )


async def test_it_trades_and_its_deltas_are_the_fills(venue: Venue) -> None:
    reading = await venue.execute(asked(), await venue.prepare(asked()))

    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.actual_deltas == {
        "binance:BaseToken:ETH": Decimal(-1),
        "binance:BaseToken:USDT": Decimal("1997.9001"),
    }
    assert (await venue.lookup(asked(), None)).handshake == reading.handshake


@pytest.mark.parametrize("lost", ["reset", "bad_gateway", "refuse"])
async def test_whatever_is_not_plainly_accepted_is_unknown(venue: Venue, exchange: Served, lost: str) -> None:
    exchange.inject({"kind": "order", "behaviour": lost})

    with pytest.raises(OutcomeUnknownError):
        await venue.execute(asked(), await venue.prepare(asked()))


async def test_turned_away_for_asking_too_often_is_proof(venue: Venue, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "rate_limited"})

    with pytest.raises(NotSentError):
        await venue.execute(asked(), await venue.prepare(asked()))


async def test_what_is_not_found_is_never_called_absent(venue: Venue) -> None:
    reading = await venue.lookup(asked(), None)

    assert (reading.state, reading.full_history) == (ReadingState.NOT_FOUND, False)


async def test_an_order_that_stays_is_recalled_with_its_part(venue: Venue, exchange: Served) -> None:
    exchange.inject({"kind": "order", "behaviour": "partial", "ratio": "0.5"})
    details = asked().operation_details.model_copy(
        update={"order_type": OrderType.LIMIT, "limit_price": Decimal("1999.9")}
    )
    request = asked().model_copy(update={"operation_details": details})
    opened = await venue.execute(request, await venue.prepare(request))

    recalled = await venue.recall(request, None)

    assert (opened.state, recalled.state) == (ReadingState.OPEN, ReadingState.CLOSED)
    assert recalled.handshake.executed_amount == Decimal("0.5")


async def test_a_group_is_done(desk: Desk) -> None:
    desk.options = {"binance": options(desk.exchange, "generic", lookup="recent")}

    result = await desk.run(desk.plan(SELL_ETH, BOUNDED))

    assert result.status is GroupStatus.COMPLETED


async def test_a_buy_at_any_price_is_refused_before_it_is_sent(venue: Venue) -> None:
    bought = asked().model_copy(
        update={"operation_details": asked().operation_details.model_copy(update={"side": Side.BUY})}
    )

    with pytest.raises(RefusedError, match="for base or for quote is not known"):
        await venue.prepare(bought)


async def test_a_refusal_that_nobody_can_read_waits_for_an_operator(desk: Desk) -> None:
    desk.options = {"binance": options(desk.exchange, "generic", lookup="recent")}

    view = await desk.run_until_blocked(desk.plan(SELL_ETH, TOO_MUCH, policy={"resolve_budget_s": "1"}))

    assert [operation.state for operation in view.operations] == [OperationState.CONFIRMED, OperationState.UNKNOWN]
