"""Undoing: sized from what took effect, never from what was asked for (DESIGN 8)."""

from decimal import Decimal

from allornone.core.answer import AnswerKind
from allornone.models.execution import ExecutionHandshake
from tests.activities.office import Office
from tests.plans import SELL, SEND_OUT, SHORT, STAKE, Leg, leg

BUY_BACK: Leg = {
    **{key: value for key, value in SELL.items() if key != "operation_id"},
    "source_token": "USDT",
    "target_token": "ETH",
    "expected_deltas": {"binance:ETH": "1", "binance:USDT": "-3000"},
    "operation_details": {"amount": "1", "pair": "ETH/USDT", "side": "buy"},
}
BRING_BACK: Leg = {
    "operation_type": "transfer",
    "source_venue": "wallet",
    "target_venue": "kraken",
    "source_token": "ETH",
    "target_token": "ETH",
    "expected_deltas": {"wallet:ETH": "-0.999", "kraken:ETH": "0.999"},
    "operation_details": {"amount": "0.999"},
}


async def shown(office: Office, what: Leg) -> ExecutionHandshake:
    told = await office.sends(office.task(what))
    assert told.handshake is not None
    return told.handshake


async def test_an_undo_is_recorded_as_rolled_back(office: Office) -> None:
    effect = await shown(office, SELL)

    told = await office.rolls_back(office.undo(SELL, effect, known_seq=3))

    assert told.undone
    assert office.seen.story()[3:] == ["sell pending", "deltas", "sell rolled_back"]
    assert office.seen.operations()[-1].direction == "rollback"
    assert office.seen.changes() == {"binance:BaseToken:USDT": "-6"}


async def test_an_undo_that_runs_twice_has_one_effect_and_one_record(office: Office) -> None:
    effect = await shown(office, SELL)
    task = office.undo(SELL, effect, known_seq=3)
    await office.rolls_back(task)

    again = await office.rolls_back(task)

    assert again.kind is AnswerKind.CLOSED
    assert again.undone
    assert office.seen.orders() == ["sell forward closed", "sell rollback closed"]
    assert len(office.seen.story()) == 6


async def test_an_undo_takes_back_what_filled_and_not_what_was_asked_for(office: Office) -> None:
    office.misbehave("partial", ratio="0.4")
    effect = await shown(office, SELL)

    await office.rolls_back(office.undo(SELL, effect, known_seq=3))

    assert office.world.ledger.orders()[-1].requested == Decimal("0.4")
    assert "binance:BaseToken:ETH" not in office.seen.changes()


async def test_an_undo_that_filled_in_part_is_confirmed_and_not_rolled_back(office: Office) -> None:
    effect = await shown(office, SELL)
    office.misbehave("partial", ratio="0.4", direction="rollback")

    told = await office.rolls_back(office.undo(SELL, effect, known_seq=3))

    assert not told.undone
    assert office.seen.story()[-1] == "sell confirmed"


async def test_what_the_venue_cannot_undo_is_left_and_nothing_is_sent(office: Office) -> None:
    effect = await shown(office, SEND_OUT)

    told = await office.rolls_back(office.undo(SEND_OUT, effect, known_seq=3))

    assert told.kind is AnswerKind.NO_UNDO
    assert office.seen.orders() == ["send-out forward closed"]


async def test_a_plan_that_gives_its_own_inverse_can_undo_what_the_venue_cannot(office: Office) -> None:
    what = {**SEND_OUT, "rollback": BRING_BACK}
    effect = await shown(office, what)

    told = await office.rolls_back(office.undo(what, effect, known_seq=3))

    assert told.kind is AnswerKind.CLOSED
    assert office.seen.orders() == ["send-out forward closed", "send-out rollback closed"]


async def test_a_given_inverse_takes_back_only_the_share_that_filled(office: Office) -> None:
    what = {**SELL, "rollback": BUY_BACK}
    office.misbehave("partial", ratio="0.4", direction="forward")
    effect = await shown(office, what)

    told = await office.rolls_back(office.undo(what, effect, known_seq=3))

    assert office.world.ledger.orders()[-1].requested == Decimal("0.4")
    assert told.undone


async def test_a_given_inverse_that_is_used_up_is_not_sent_again(office: Office) -> None:
    what = {**SELL, "rollback": BUY_BACK}
    effect = (await shown(office, what)).model_copy(update={"filled_ratio": Decimal(0)})

    told = await office.rolls_back(office.undo(what, effect, known_seq=3))

    assert told.kind is AnswerKind.NO_UNDO
    assert office.seen.orders() == ["sell forward closed"]


async def test_dust_below_the_venues_minimum_is_nothing_left(office: Office) -> None:
    effect = await shown(office, SELL)
    dust = effect.model_copy(update={"actual_deltas": {"binance:BaseToken:ETH": Decimal("-0.00001")}})

    told = await office.rolls_back(office.undo(SELL, dust, known_seq=3))

    assert told.kind is AnswerKind.NOTHING_LEFT
    assert office.seen.orders() == ["sell forward closed"]


async def test_an_undo_that_leaves_less_than_a_step_is_done(office: Office) -> None:
    effect = await shown(office, SHORT)
    more = effect.model_copy(update={"actual_deltas": {"binance.usdm:Perp:ETHUSDT": Decimal("-1.00005")}})

    told = await office.rolls_back(office.undo(SHORT, more, known_seq=3))

    assert told.undone
    assert office.world.ledger.orders()[-1].requested == Decimal("1.0000")


async def test_a_stake_is_undone_by_what_arrived(office: Office) -> None:
    wrapped = leg("stake", "stake", "binance>lido", "ETH>wstETH", {"binance:ETH": "-1", "lido:wstETH": "0.83"})
    office.misbehave("drift", bps="-100", direction="forward")
    effect = await shown(office, wrapped)

    await office.rolls_back(office.undo(wrapped, effect, known_seq=1))

    assert "lido:StakingToken:wstETH" not in office.seen.changes()


async def test_a_simulated_undo_leaves_no_order(office: Office) -> None:
    effect = (await office.sends(office.task(STAKE, simulated=True))).handshake

    told = await office.rolls_back(office.undo(STAKE, effect, simulated=True, known_seq=2))

    assert told.undone
    assert office.seen.orders() == []
