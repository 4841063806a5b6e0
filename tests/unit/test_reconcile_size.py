"""How much took effect is read from the venue, and a confirmation needs evidence."""

from decimal import Decimal
from typing import Any

import pytest

from allornone.models.execution import ExecutionHandshake
from allornone.models.operation import OperationCommand
from allornone.models.reconciliation import Verdict
from allornone.reconcile import reconcile
from tests.unit.orders import SALE, STAKE, asked, shown


def verdict(operation: OperationCommand, handshake: ExecutionHandshake, **more: Any) -> Verdict:
    return reconcile(operation, handshake, **more).verdict


def test_half_of_everything_is_partial_when_the_ratio_says_so() -> None:
    half = shown({"binance:ETH": "-0.5", "binance:USDT": "1500"}, filled_ratio="0.5")

    result = reconcile(SALE, half)

    assert result.verdict is Verdict.PARTIAL
    assert result.explained == {
        "binance:BaseToken:ETH": Decimal("0.5"),
        "binance:BaseToken:USDT": Decimal(-1500),
    }


def test_half_of_everything_is_a_breach_when_nothing_says_so() -> None:
    assert verdict(SALE, shown({"binance:ETH": "-0.5", "binance:USDT": "1500"})) is Verdict.BREACH


def test_the_executed_amount_tells_a_part_too() -> None:
    half = shown({"binance:ETH": "-0.5", "binance:USDT": "1500"}, executed_amount="0.5")

    assert verdict(SALE, half) is Verdict.PARTIAL


def test_a_third_without_an_exact_decimal_is_no_breach() -> None:
    deltas = {"binance:ETH": "-3", "binance:USDT": "9000"}
    three = asked("spot_trade", "binance>binance", "ETH>USDT", deltas, pair="ETH/USDT", side="sell", amount="3")
    actual = shown({"binance:ETH": "-1", "binance:USDT": "3000"}, filled_ratio="0.333333333333333333")

    assert verdict(three, actual) is Verdict.PARTIAL


def test_a_part_may_not_touch_more_than_its_share() -> None:
    actual = shown({"binance:ETH": "-0.6", "binance:USDT": "1800"}, filled_ratio="0.5")

    assert verdict(SALE, actual) is Verdict.BREACH


def test_nothing_filled_is_a_part_of_size_zero() -> None:
    assert verdict(SALE, shown({}, filled_ratio="0")) is Verdict.PARTIAL


def test_an_amount_rounded_to_the_venues_step_is_within() -> None:
    actual = shown({"binance:ETH": "-0.9999", "binance:USDT": "2999.7"}, executed_amount="0.9999")

    assert verdict(SALE, actual, sent=Decimal("0.9999")) is Verdict.WITHIN
    assert verdict(SALE, actual) is Verdict.PARTIAL


def test_a_step_that_takes_much_of_the_amount_is_a_part() -> None:
    actual = shown({"binance:ETH": "-0.9", "binance:USDT": "2700"}, executed_amount="0.9")

    assert verdict(SALE, actual, sent=Decimal("0.9")) is Verdict.PARTIAL


def test_twice_the_amount_is_a_breach_whatever_the_venue_calls_it() -> None:
    actual = shown({"binance:ETH": "-2", "binance:USDT": "6000"}, executed_amount="2")

    assert verdict(SALE, actual) is Verdict.BREACH


def test_a_confirmation_without_a_change_is_unobserved() -> None:
    result = reconcile(SALE, shown({"binance:ETH": "0"}), reading=2)

    assert (result.verdict, result.reading) == (Verdict.UNOBSERVED, 2)


def test_a_confirmation_without_evidence_is_unobserved() -> None:
    actual = shown({"binance:ETH": "-1", "binance:USDT": "3000"}, evidence={"note": "looks fine"})

    assert verdict(SALE, actual) is Verdict.UNOBSERVED
    assert verdict(SALE, actual, predicted=True) is Verdict.MATCH


@pytest.mark.parametrize("evidence", [{"tx_hash": "0xabc"}, {"fills": [{"id": "1"}]}, {"attested": True}], ids=str)
def test_any_of_the_venues_own_traces_is_evidence(evidence: dict[str, Any]) -> None:
    actual = shown({"binance:ETH": "-1", "binance:USDT": "3000"}, evidence=evidence)

    assert verdict(SALE, actual) is Verdict.MATCH


@pytest.mark.parametrize("status", ["pending", "unknown"])
def test_what_is_not_settled_is_unobserved(status: str) -> None:
    actual = shown({"binance:ETH": "-1", "binance:USDT": "3000"}, status=status)

    assert verdict(SALE, actual) is Verdict.UNOBSERVED


def test_a_failure_that_only_burned_gas_matches() -> None:
    assert verdict(STAKE, shown({"wallet:ETH": "-0.002"}, "wallet:ETH=0.002", status="failed")) is Verdict.MATCH


@pytest.mark.parametrize("deltas", [{"binance:ETH": "-1"}, {"binance:USDT": "1"}], ids=str)
def test_a_failure_that_changed_anything_else_is_a_breach(deltas: dict[str, str]) -> None:
    assert verdict(SALE, shown(deltas, status="failed")) is Verdict.BREACH
