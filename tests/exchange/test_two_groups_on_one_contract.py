"""Two groups in one contract of one account, which nets what they have: neither may undo what is the other's."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
import pytest_asyncio

from allornone.errors import RefusedError
from allornone.models.execution import Direction, ExecutionRequest
from allornone.models.group import GroupStatus
from allornone.models.operation import GivenInverse
from allornone.testexchange.engine.market import Side
from allornone.testexchange.engine.order import OrderType, Ticket
from allornone.testexchange.serving import ACCOUNT, Served
from allornone.venues import Venue
from allornone.venues.exchange import open_venue
from allornone.venues.reading import Reading
from allornone.venues.registry import close_venues
from tests.exchange.asking import view_of
from tests.exchange.desk import BUY_BTC, PATIENCE_S, SHORT_ETH, TOO_MUCH, Desk, options

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTRACT = "ETHUSDT.P"
_others = count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def venue(exchange: Served) -> AsyncIterator[Venue]:
    opened = open_venue("binance.usdm", options(exchange, "usdm"))
    yield opened
    await close_venues([opened])


def request(side: str, epoch: str = "a", *, undo: GivenInverse | None = None, **details: object) -> ExecutionRequest:
    asked = ExecutionRequest.model_validate(
        {
            **SHORT_ETH,
            "expected_deltas": {},
            "operation_details": {"pair": "ETH/USDT", "side": side, "amount": "1", **details},
            "client_ref": epoch * 32,
            "not_after": datetime.now(UTC) + timedelta(seconds=30),
        }
    )
    if undo is None:
        return asked
    return asked.model_copy(update={"operation_details": undo.operation_details, "direction": Direction.ROLLBACK})


def somebody(exchange: Served, side: Side, amount: str) -> None:
    """Trade the same contract of the same account, as another group or a person does."""
    ticket = Ticket(
        ACCOUNT, CONTRACT, side, OrderType.MARKET, f"other-{next(_others)}", Decimal(amount), reduce_only=False
    )
    exchange.engines["binance"].trading.place(ticket)


def position(exchange: Served) -> Decimal:
    return exchange.engines["binance"].books.position(ACCOUNT, CONTRACT).amount


async def sent(venue: Venue, asked: ExecutionRequest) -> Reading:
    return await venue.execute(asked, await venue.prepare(asked))


async def undo_of(venue: Venue, side: str = "sell") -> ExecutionRequest:
    """Open a contract, and return what undoes that."""
    done = await sent(venue, request(side))
    (step,) = venue.inverse(request(side), done.handshake).steps
    return request("buy" if side == "sell" else "sell", "b", undo=step)


async def test_two_that_hold_the_same_way_are_undone_each_by_its_own_size(venue: Venue, exchange: Served) -> None:
    undo = await undo_of(venue)
    somebody(exchange, Side.SELL, "2")

    reading = await sent(venue, undo)

    assert reading.handshake.executed_amount == 1
    assert position(exchange) == -2


@pytest.mark.parametrize(("others", "left"), [("0.4", "-0.6"), ("1", "0"), ("3", "2")])
async def test_an_undo_that_another_position_would_clip_is_not_sent(
    venue: Venue, exchange: Served, others: str, left: str
) -> None:
    undo = await undo_of(venue)
    somebody(exchange, Side.BUY, others)

    with pytest.raises(RefusedError, match="somebody else"):
        await sent(venue, undo)

    assert position(exchange) == Decimal(left)


async def test_what_the_account_holds_is_told_with_the_refusal(venue: Venue, exchange: Served) -> None:
    undo = await undo_of(venue, "buy")
    somebody(exchange, Side.SELL, "0.4")

    with pytest.raises(RefusedError) as refused:
        await venue.prepare(undo)

    assert str(refused.value) == (
        "ETH/USDT:USDT has a position of 0.6 at binance.usdm, and this undo closes 1 of a long one: somebody else "
        "trades it in this account, or the exchange closed some; nothing is sent that would be of theirs"
    )


@pytest.mark.parametrize(("held", "side"), [(Side.BUY, "sell"), (Side.SELL, "buy")])
async def test_nothing_is_opened_against_what_the_account_holds(
    venue: Venue, exchange: Served, held: Side, side: str
) -> None:
    somebody(exchange, held, "0.4")
    before = position(exchange)

    with pytest.raises(RefusedError, match="would be netted with it; name reduce_only to close it"):
        await venue.prepare(request(side))

    assert position(exchange) == before


async def test_what_is_meant_to_close_closes(venue: Venue, exchange: Served) -> None:
    somebody(exchange, Side.BUY, "1")

    reading = await sent(venue, request("sell", reduce_only=True))

    assert reading.handshake.executed_amount == 1
    assert position(exchange) == 0


async def test_the_undo_of_a_close_opens_again_whatever_others_hold(venue: Venue, exchange: Served) -> None:
    somebody(exchange, Side.BUY, "1")
    closed = await sent(venue, request("sell", reduce_only=True))
    somebody(exchange, Side.SELL, "3")
    (step,) = venue.inverse(request("sell", reduce_only=True), closed.handshake).steps

    await sent(venue, request("buy", "b", undo=step))

    assert position(exchange) == -2


async def test_more_than_the_step_has_is_not_asked_of_the_position(venue: Venue, exchange: Served) -> None:
    undo = await undo_of(venue)
    details = undo.operation_details.model_copy(update={"amount": Decimal("1.0009")})

    await sent(venue, undo.model_copy(update={"operation_details": details}))

    assert position(exchange) == 0


async def test_a_group_waits_with_its_undo_until_the_other_is_gone_and_takes_nothing_of_it(desk: Desk) -> None:
    desk.exchange.inject({"kind": "order", "symbol": "BTCUSDT", "behaviour": "slow", "delay_s": "1"})
    plan = desk.plan(SHORT_ETH, BUY_BTC, TOO_MUCH, policy={"undo_budget_s": "1"})

    async with desk.working():
        handle = await desk.begin(plan)
        async with asyncio.timeout(PATIENCE_S):
            while not position(desk.exchange):  # noqa: ASYNC110 (books tell nobody)
                await asyncio.sleep(0.01)
            somebody(desk.exchange, Side.BUY, "0.4")
            while not (view := await view_of(handle)).needs_operator:  # noqa: ASYNC110 (it is asked, it tells nobody)
                await asyncio.sleep(0.1)
            waiting = position(desk.exchange)
            somebody(desk.exchange, Side.SELL, "0.4")
            result = await handle.result()

    desk.broken = frozenset({"S3"})  # the other's orders are of no group here
    assert view.operations[0].direction is Direction.ROLLBACK
    assert any("somebody else trades it in this account" in words for words in desk.told())
    assert waiting == Decimal("-0.6")
    assert result.status is GroupStatus.ROLLED_BACK
    assert position(desk.exchange) == 0
