"""What an answer to a send means: confirmed, failed by proof, or unknown (DESIGN 5)."""

from decimal import Decimal

import pytest

from allornone.core.answer import AnswerKind
from allornone.models.reconciliation import Verdict
from tests.activities.office import Office
from tests.plans import SELL, SHORT, STAKE


@pytest.mark.parametrize("behaviour", ["not_sent", "rate_limited"])
async def test_what_certainly_never_arrived_is_not_sent(office: Office, behaviour: str) -> None:
    office.misbehave(behaviour)

    told = await office.sends(office.task(SELL))

    assert told.kind is AnswerKind.NOT_SENT
    assert office.seen.story() == ["sell pending", "sell failed"]


@pytest.mark.parametrize(
    "behaviour",
    ["lose_answer", "lose_request", "late", "error_5xx_executed", "error_5xx_not_executed", "malformed"],
)
async def test_whatever_proves_nothing_is_unknown(office: Office, behaviour: str) -> None:
    office.misbehave(behaviour)

    told = await office.sends(office.task(SELL))

    assert told.kind is AnswerKind.UNKNOWN
    assert office.seen.story() == ["sell pending", "sell unknown"]


async def test_an_open_order_is_open_and_nothing_of_it_is_recorded_yet(office: Office) -> None:
    office.misbehave("open", ratio="0.4")

    told = await office.sends(office.task(SELL))

    assert told.kind is AnswerKind.OPEN
    assert told.handshake is not None
    assert str(told.handshake.executed_amount) == "0.4"
    assert office.seen.story() == ["sell pending"]


async def test_a_part_is_confirmed_by_its_actual_size(office: Office) -> None:
    office.misbehave("partial", ratio="0.4")

    told = await office.sends(office.task(SELL))

    assert told.reconciliation is not None
    assert told.reconciliation.verdict is Verdict.PARTIAL
    assert office.seen.operations()[1].executed_amount == Decimal("0.4")


async def test_what_ended_outside_its_bounds_is_not_recorded_on_its_first_reading(office: Office) -> None:
    office.misbehave("drift", bps="-500")

    told = await office.sends(office.task(STAKE))

    assert told.kind is AnswerKind.CLOSED
    assert not told.recorded
    assert office.seen.story() == ["stake pending"]


async def test_a_predicted_breach_is_recorded_at_once(office: Office) -> None:
    hoped = {**SHORT, "expected_deltas": dict.fromkeys(SHORT["expected_deltas"], "-2")}

    told = await office.sends(office.task(hoped, simulated=True))

    assert told.reconciliation is not None
    assert told.reconciliation.verdict is Verdict.BREACH
    assert told.recorded


async def test_a_simulated_operation_is_predicted_and_leaves_no_order(office: Office) -> None:
    told = await office.sends(office.task(SHORT, simulated=True))

    assert told.kind is AnswerKind.CLOSED
    assert told.handshake is not None
    assert told.handshake.simulated
    assert office.seen.orders() == []
    assert office.seen.story() == ["deltas", "short confirmed"]
    assert all(event.simulated for event in office.seen.events())
