"""A plan whose own words contradict each other is warned about before it trades and breaches."""

import pytest

from allornone.models.operation import OperationCommand
from allornone.venues.contradiction import contradictions
from tests.exchange import desk
from tests.plans import CARRY, Leg


def told(leg: Leg) -> list[str]:
    return list(contradictions(OperationCommand.model_validate(leg)))


@pytest.mark.parametrize("leg", [*CARRY, desk.BUY_BTC, desk.CLOSE_ETH, desk.TO_MARGIN, desk.SEND_OUT])
def test_a_plan_that_agrees_with_itself_is_silent(leg: Leg) -> None:
    assert told(leg) == []


def test_a_token_that_is_none_of_the_pair_is_told() -> None:
    assert told({**desk.SHORT_ETH, "target_token": "DOGEUSDT"}) == [
        "trades ETH/USDT, and its target_token is 'DOGEUSDT': the pair is what is traded"
    ]
    assert told({**desk.SELL_ETH, "source_token": "DOGE"}) == [
        "trades ETH/USDT, and its source_token is 'DOGE': the pair is what is traded"
    ]


def test_another_contract_than_the_pairs_is_told() -> None:
    assert told({**desk.SHORT_ETH, "expected_deltas": {"binance.usdm:Perp:SOLUSDT": "-1"}}) == [
        "trades ETH/USDT, and expects a change of 'binance.usdm:Perp:SOLUSDT': it would end outside its bounds"
    ]


def test_a_transfer_of_more_than_is_expected_to_leave_is_told() -> None:
    more = {**desk.TO_MARGIN["operation_details"], "amount": "1000.5"}
    assert told({**desk.TO_MARGIN, "operation_details": more}) == [
        "moves 1000.5, and expects 'binance:USDT' to change by -1000: it would end outside its bounds"
    ]
