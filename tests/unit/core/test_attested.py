"""What an operator vouches for never exceeds what was asked for: an undo is sized from it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allornone.core.answer import AnswerKind
from allornone.core.attested import attested
from allornone.core.facts import with_progress
from allornone.core.state import Attempt, Progress, begin
from allornone.core.view import view
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionStatus
from allornone.models.reconciliation import Verdict
from tests.unit.core.plans import plain

OPERATION = plain(1).operations[0]
"""Stakes 2 ETH from binance into 2 stETH at lido."""

DONE = Progress(
    attempts=(
        Attempt(
            Direction.FORWARD,
            1,
            AnswerKind.CLOSED,
            handshake=ExecutionHandshake(
                operation_id=OPERATION.operation_id,
                status=ExecutionStatus.CONFIRMED,
                actual_deltas={"binance:BaseToken:ETH": Decimal(-2), "lido:StakingToken:stETH": Decimal(2)},
                executed_amount=Decimal(2),
            ),
        ),
    )
)


def word(amount: Decimal | None = None, **deltas: str) -> ResolveCommand:
    return ResolveCommand(
        actor="ann",
        outcome=ResolvedOutcome.CONFIRMED,
        client_ref="0" * 32,
        actual_deltas={key.replace("_", ":"): Decimal(value) for key, value in deltas.items()},
        executed_amount=amount,
        evidence="the venue's own page",
    )


def test_what_was_expected_is_taken_as_said() -> None:
    handshake = attested(OPERATION, Progress(), Direction.FORWARD, word(binance_ETH="-2", lido_stETH="1.999"))

    assert handshake.actual_deltas == {
        "binance:BaseToken:ETH": Decimal(-2),
        "lido:StakingToken:stETH": Decimal("1.999"),
    }
    assert handshake.evidence.attested
    assert handshake.evidence.note == "ann: the venue's own page"


def test_a_slipped_digit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"binance:ETH -200 is more than was asked for: expected was -2"):
        attested(OPERATION, Progress(), Direction.FORWARD, word(binance_ETH="-200", lido_stETH="2"))


def test_a_flipped_sign_is_refused() -> None:
    with pytest.raises(ValueError, match=r"binance:ETH \+2 goes the other way: expected was -2"):
        attested(OPERATION, Progress(), Direction.FORWARD, word(binance_ETH="2"))


def test_a_gain_that_nobody_expected_is_refused() -> None:
    with pytest.raises(ValueError, match=r"kraken:ETH \+2 was gained, but nothing of it was expected"):
        attested(OPERATION, Progress(), Direction.FORWARD, word(kraken_ETH="2"))


def test_a_cost_that_nobody_expected_is_taken() -> None:
    handshake = attested(OPERATION, Progress(), Direction.FORWARD, word(binance_ETH="-2", wallet_ETH="-0.001"))

    assert handshake.actual_deltas["wallet:BaseToken:ETH"] == Decimal("-0.001")


def test_more_than_the_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="executed_amount was 3, but only 2 was asked for"):
        attested(OPERATION, Progress(), Direction.FORWARD, word(Decimal(3), binance_ETH="-2"))


def test_an_undo_is_bounded_by_what_is_to_be_undone() -> None:
    assert attested(OPERATION, DONE, Direction.ROLLBACK, word(lido_stETH="-2", binance_ETH="2")).executed_amount == 2
    with pytest.raises(ValueError, match=r"lido:stETH -3 is more than was asked for: expected was -2"):
        attested(OPERATION, DONE, Direction.ROLLBACK, word(lido_stETH="-3"))


def test_the_status_says_who_vouched_for_an_effect() -> None:
    plan = plain(1)
    handshake = attested(OPERATION, Progress(), Direction.FORWARD, word(binance_ETH="-2", lido_stETH="2"))
    vouched = Attempt(Direction.FORWARD, 1, AnswerKind.CLOSED, Verdict.MATCH, handshake, attested=True)

    shown = view(plan, with_progress(begin(plan), 0, Progress(attempts=(vouched,))), None)

    assert shown.operations[0].note == "attested by ann: the venue's own page"


def test_a_tenth_more_is_taken_for_a_price_and_no_more() -> None:
    assert attested(OPERATION, Progress(), Direction.FORWARD, word(binance_ETH="-2", lido_stETH="2.2"))
    with pytest.raises(ValueError, match=r"lido:stETH \+2.3 is more than was asked for: expected was \+2"):
        attested(OPERATION, Progress(), Direction.FORWARD, word(binance_ETH="-2", lido_stETH="2.3"))


def test_an_undo_of_a_part_is_bounded_by_the_part() -> None:
    (whole,) = DONE.attempts
    assert whole.handshake is not None
    half = {"binance:BaseToken:ETH": Decimal(-1), "lido:StakingToken:stETH": Decimal(1)}
    part = replace(whole, handshake=whole.handshake.model_copy(update={"actual_deltas": half}))

    with pytest.raises(ValueError, match=r"lido:stETH -2 is more than was asked for: expected was -1"):
        attested(OPERATION, Progress(attempts=(part,)), Direction.ROLLBACK, word(lido_stETH="-2"))


def test_an_effect_at_a_venue_that_is_none_of_the_operations_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"krakn:ETH -2 is at no venue of this operation, which has binance, lido, wall"
    ):
        attested(OPERATION, Progress(), Direction.FORWARD, word(lido_stETH="2", krakn_ETH="-2"))


def test_a_cost_without_anything_that_was_expected_is_refused() -> None:
    with pytest.raises(ValueError, match=r"nothing of what was expected is in it: expected was binance:.*ETH -2, lido"):
        attested(OPERATION, Progress(), Direction.FORWARD, word(binance_BTC="-100"))
