"""A worker's limits: nothing beyond them ever reaches a venue, whatever the plan says, forward or back."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from allornone.core.answer import AnswerKind
from allornone.errors import VenueUnavailableError
from allornone.limits import Limits
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.paper.rows import OrderRow
from tests.activities.office import Office
from tests.plans import SELL, SHORT, STAKE, Leg, leg

BORROW = leg("borrow", "borrow", "wallet>aave", "ETH>ETH", {"aave:debtETH": "1", "wallet:ETH": "1"})
SUPPLY = leg("supply", "supply", "wallet>aave", "ETH>aETH", {"wallet:ETH": "-1", "aave:aETH": "1"})
MOVE = leg("move", "transfer", "binance>wallet", "ETH>ETH", {"binance:ETH": "-1", "wallet:ETH": "1"})
BUY = leg("buy", "spot_trade", "binance>binance", "USDT>ETH", {"binance:ETH": "1"}, pair="ETH/USDT", side="buy")
RESTING = leg(
    "rest",
    "spot_trade",
    "binance>binance",
    "ETH>USDT",
    {"binance:ETH": "-1", "binance:USDT": "3900"},
    pair="ETH/USDT",
    side="sell",
    order_type="limit",
    limit_price="3900",
)


def limits(**assets: str) -> Limits:
    return Limits.model_validate({"venues": ["binance", "binance.usdm", "lido", "wallet"], "assets": assets})


async def test_what_is_inside_the_limits_is_sent(office: Office) -> None:
    office.limits = limits(ETH="1", stETH="1")

    told = await office.sends(office.task(STAKE))

    assert told.kind is AnswerKind.CLOSED


async def test_what_is_beyond_is_refused_for_good_before_any_intent(office: Office) -> None:
    office.limits = limits(ETH="0.5", stETH="5")

    told = await office.sends(office.task(STAKE))

    assert told.kind is AnswerKind.REFUSED
    assert told.note == "beyond this worker's limits: 1 ETH is more than 0.5"
    assert told.handshake is not None
    assert told.handshake.error_code == "EXEC-009"
    assert office.seen.orders() == []
    assert office.seen.story() == ["revoked", "stake failed"]


async def test_what_the_plan_does_not_tell_is_found_in_the_venues_own_prediction(office: Office) -> None:
    office.limits = limits(ETH="1", USDT="2000")

    told = await office.sends(office.task(BUY))

    assert told.note.startswith("beyond this worker's limits: 30")
    assert told.note.endswith(" USDT is more than 2000")
    assert office.seen.orders() == []


async def test_an_order_that_would_rest_is_judged_by_its_own_price(office: Office) -> None:
    office.limits = limits(ETH="1", USDT="3900")
    assert (await office.sends(office.task(RESTING))).kind is AnswerKind.OPEN

    office.limits = limits(ETH="1", USDT="3899")
    assert (await office.sends(office.task(RESTING, 2, known_seq=99))).kind is AnswerKind.REFUSED


async def test_a_rehearsal_is_refused_what_the_real_thing_would_be(office: Office) -> None:
    office.limits = limits(ETH="1", USDT="2000")

    told = await office.sends(office.task(BUY, simulated=True))

    assert told.kind is AnswerKind.REFUSED


async def test_an_undo_beyond_the_limits_is_refused_too_and_says_why(office: Office) -> None:
    office.limits = limits(ETH="1", stETH="1")
    done = await office.sends(office.task(STAKE))
    office.limits = limits(ETH="1", stETH="0.9")

    told = await office.rolls_back(office.undo(STAKE, done.handshake, known_seq=99))

    assert told.kind is AnswerKind.REFUSED
    assert told.note == "beyond this worker's limits: 1 stETH is more than 0.9"
    assert office.seen.orders() == ["stake forward closed"]


async def test_an_undo_that_gains_more_than_the_limit_is_no_reason_to_keep_the_exposure(office: Office) -> None:
    office.limits = limits(ETH="1", USDT="3100")
    done = await office.sends(office.task(BUY))
    office.limits = limits(ETH="1", USDT="10")

    assert (await office.rolls_back(office.undo(BUY, done.handshake, known_seq=99))).kind is AnswerKind.CLOSED


class Watched:
    """A venue that counts what it is asked, and may not be there to predict."""

    def __init__(self, venue: Venue, *, predicts: bool = True) -> None:
        self._venue, self._predicts = venue, predicts
        self.asked = 0
        self.name, self.capabilities = venue.name, venue.capabilities
        self.execute, self.lookup, self.recall, self.inverse = (
            venue.execute,
            venue.lookup,
            venue.recall,
            venue.inverse,
        )

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        self.asked += 1
        return await self._venue.prepare(request)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        if not self._predicts:
            raise VenueUnavailableError("binance could not be asked")
        return await self._venue.simulate(request)


async def test_a_venue_that_is_not_listed_is_not_even_asked(office: Office) -> None:
    office.limits = Limits.model_validate({"venues": ["binance"], "assets": {"ETH": "9", "stETH": "9"}})
    lido = Watched(office.venues["lido"])
    office.venues = {**office.venues, "lido": lido}

    told = await office.sends(office.task(STAKE))

    assert told.note == "beyond this worker's limits: venue 'lido' is not listed"
    assert lido.asked == 0


async def test_without_a_prediction_nothing_is_sent_and_it_may_be_tried_again(office: Office) -> None:
    office.limits = limits(ETH="9", USDT="90000")
    office.venues = {**office.venues, "binance": Watched(office.venues["binance"], predicts=False)}

    assert (await office.sends(office.task(SELL))).kind is AnswerKind.NOT_SENT
    assert office.seen.orders() == []


AMOUNTS = st.decimals("0.01", "20", places=2).map(str)
TOKENS = ("ETH", "stETH", "USDT", "ETHUSDT", "aETH", "debtETH")


@st.composite
def legs(draw: st.DrawFn) -> Leg:
    """An operation of any amount, whose plan may say anything about what it moves."""
    asked: Leg = draw(st.sampled_from((SELL, BUY, STAKE, SHORT, BORROW, SUPPLY, MOVE)))
    lies = draw(st.dictionaries(st.sampled_from(sorted(asked["expected_deltas"])), AMOUNTS, min_size=1))
    expected: dict[str, Any] = lies if draw(st.booleans()) else asked["expected_deltas"]
    return {
        **asked,
        "expected_deltas": expected,
        "operation_details": {**asked["operation_details"], "amount": draw(AMOUNTS)},
    }


@st.composite
def any_limits(draw: st.DrawFn) -> Limits:
    """Limits of any kind, each token and venue listed or not."""
    tight = st.one_of(AMOUNTS, st.decimals("100", "70000", places=0).map(str))
    return Limits(
        venues=draw(st.frozensets(st.sampled_from(("binance", "binance.usdm", "lido", "aave", "wallet")), min_size=2)),
        assets={key: Decimal(draw(tight)) for key in draw(st.sets(st.sampled_from(TOKENS), min_size=2))},
    )


def assert_nothing_is_beyond(office: Office, allowed: dict[str, Limits]) -> None:
    """Read in the ledger what each order moved, fees apart, and hold it against the limits of its direction."""
    for order in office.world.ledger.orders():
        limit = allowed[order.direction]
        assert order.venue in limit.venues
        for token, amount in moved_by(office, order).items():
            assert token in limit.assets, f"{token} was moved, and is not listed"
            assert amount <= limit.assets[token], f"{amount} {token} were moved"


def moved_by(office: Office, order: OrderRow) -> dict[str, Decimal]:
    """Return what left by an order, per token, or what arrived if that is more; of an undo what left."""
    with office.world.ledger.transaction() as book:
        rows = [row.effect for row in book.effects_of(order.venue, order.client_ref) if row.effect.kind == "principal"]
    moved: dict[str, Decimal] = {}
    for way in (-1,) if order.direction == "rollback" else (-1, 1):
        for token in {row.token for row in rows}:
            amount = sum((abs(row.delta) for row in rows if row.token == token and row.delta * way > 0), Decimal(0))
            moved[token] = max(amount, moved.get(token, Decimal(0)))
    return moved


@settings(max_examples=60, deadline=None)
@given(asked=legs(), forward=any_limits(), rollback=any_limits())
async def test_no_order_beyond_a_limit_ever_reaches_the_ledger(asked: Leg, forward: Limits, rollback: Limits) -> None:
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        office.limits = forward
        done = await office.sends(office.task(asked))
        if done.kind is AnswerKind.CLOSED:
            office.limits = rollback
            await office.rolls_back(office.undo(asked, done.handshake, known_seq=99))
        assert_nothing_is_beyond(office, {"forward": forward, "rollback": rollback})
        office.world.close()
