"""What a venue shows is compared with what was expected; only what nothing explains counts."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.deltas import add, subtract, without_zero
from allornone.models.execution import ExecutionHandshake
from allornone.models.operation import OperationCommand, Tolerance
from allornone.models.reconciliation import Verdict
from allornone.reconcile import reconcile
from tests.unit.orders import BORROW, PURCHASE, SALE, SHORT, STAKE, SUPPLY, WITHDRAWAL, asked, shown

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=18)


def verdict(operation: OperationCommand, handshake: ExecutionHandshake, **more: Any) -> Verdict:
    return reconcile(operation, handshake, **more).verdict


def test_exactly_what_was_expected_matches() -> None:
    assert verdict(SALE, shown({"binance:ETH": "-1", "binance:USDT": "3000"})) is Verdict.MATCH


def test_another_spelling_of_a_holding_matches() -> None:
    actual = shown({"binance:BaseToken:ETH": "-1", "lido:BaseToken:stETH": "1"})

    assert verdict(STAKE, actual) is Verdict.MATCH


def test_a_listed_fee_explains_exactly_its_amount() -> None:
    result = reconcile(SALE, shown({"binance:ETH": "-1", "binance:USDT": "2997"}, "binance:USDT=3"))

    assert result.verdict is Verdict.MATCH
    assert result.explained == {"binance:BaseToken:USDT": Decimal(-3)}
    assert result.unexplained == {}


def test_a_fee_in_the_base_explains_the_base() -> None:
    actual = shown({"binance:ETH": "0.999", "binance:USDT": "-3000"}, "binance:ETH=0.001")

    assert verdict(PURCHASE, actual) is Verdict.MATCH


def test_a_fee_may_be_in_the_plan_already() -> None:
    net = PURCHASE.model_copy(update={"expected_deltas": {"binance:ETH": Decimal("0.999"), "USDT": Decimal(-3000)}})
    actual = shown({"binance:ETH": "0.999", "binance:USDT": "-3000"}, "binance:ETH=0.001")

    assert verdict(net, actual) is Verdict.MATCH


def test_a_fee_in_a_third_token_is_no_surprise() -> None:
    actual = shown({"binance:ETH": "-1", "binance:USDT": "3000", "binance:BNB": "-0.01"}, "binance:BNB=0.01")

    assert verdict(SALE, actual) is Verdict.MATCH


def test_a_fee_that_no_balance_shows_is_a_breach() -> None:
    actual = shown({"binance:ETH": "-1", "binance:USDT": "3000"}, "binance:BNB=0.01")

    assert reconcile(SALE, actual).unexplained == {"binance:BaseToken:BNB": Decimal("0.01")}


def test_a_fee_on_a_balance_that_did_not_move_is_a_breach() -> None:
    actual = shown({"binance:ETH": "-1", "binance:USDT": "3000", "binance:BNB": "0"}, "binance:BNB=0.01")

    assert verdict(SALE, actual) is Verdict.BREACH


def test_the_seeds_single_fee_falls_on_the_venue_that_executes() -> None:
    actual = shown({"binance:ETH": "-1.01", "wallet:ETH": "1"}, fee_amount="0.01", fee_currency="ETH")

    assert verdict(WITHDRAWAL, actual) is Verdict.MATCH


def test_a_worse_price_inside_its_bound_is_within() -> None:
    result = reconcile(SALE, shown({"binance:ETH": "-1", "binance:USDT": "2991"}))

    assert result.verdict is Verdict.WITHIN
    assert result.explained == {"binance:BaseToken:USDT": Decimal(-9)}


def test_a_worse_price_beyond_its_bound_is_a_breach() -> None:
    result = reconcile(SALE, shown({"binance:ETH": "-1", "binance:USDT": "2990.99"}))

    assert result.verdict is Verdict.BREACH
    assert result.unexplained == {"binance:BaseToken:USDT": Decimal("-9.01")}
    assert result.reason == ("binance:BaseToken:USDT is off by -9.01 beyond its fees, and -9 to any is allowed")


def test_paying_more_is_the_bad_side_of_a_purchase() -> None:
    assert verdict(PURCHASE, shown({"binance:ETH": "1", "binance:USDT": "-3009"})) is Verdict.WITHIN
    assert verdict(PURCHASE, shown({"binance:ETH": "1", "binance:USDT": "-3009.01"})) is Verdict.BREACH


@pytest.mark.parametrize(("operation", "quote"), [(SALE, "3500"), (PURCHASE, "-2500")], ids=["sale", "purchase"])
def test_a_better_price_is_always_within(operation: OperationCommand, quote: str) -> None:
    base = "-1" if operation is SALE else "1"

    assert verdict(operation, shown({"binance:ETH": base, "binance:USDT": quote})) is Verdict.WITHIN


def test_the_operations_tolerance_sets_the_price_bound() -> None:
    actual = shown({"binance:ETH": "-1", "binance:USDT": "2970"})

    assert verdict(SALE, actual, tolerance=Tolerance(price_bps=Decimal(100))) is Verdict.WITHIN
    assert verdict(SALE, actual, tolerance=Tolerance(price_bps=Decimal(99))) is Verdict.BREACH


def test_without_a_tolerance_the_operations_own_slippage_counts() -> None:
    details = SALE.operation_details.model_copy(update={"max_slippage_bps": Decimal(100)})
    patient = SALE.model_copy(update={"operation_details": details})

    assert verdict(patient, shown({"binance:ETH": "-1", "binance:USDT": "2970"})) is Verdict.WITHIN


@pytest.mark.parametrize("base", ["-0.999999999999999999", "-1.000000000000000001", "-2"])
def test_the_base_of_a_trade_is_exact(base: str) -> None:
    assert verdict(SALE, shown({"binance:ETH": base, "binance:USDT": "3000"})) is Verdict.BREACH


@pytest.mark.parametrize("base", ["-0.99", "-1.01"])
def test_an_absolute_tolerance_bounds_what_is_exact_on_both_sides(base: str) -> None:
    actual = shown({"binance:ETH": base, "binance:USDT": "3000"})

    assert verdict(SALE, actual, tolerance=Tolerance(absolute=Decimal("0.01"))) is Verdict.WITHIN
    assert verdict(SALE, actual, tolerance=Tolerance(absolute=Decimal("0.009"))) is Verdict.BREACH


def test_a_key_that_nobody_expected_is_a_breach() -> None:
    result = reconcile(SALE, shown({"binance:ETH": "-1", "binance:USDT": "3000", "binance:DOGE": "7"}))

    assert result.verdict is Verdict.BREACH
    assert result.unexplained == {"binance:BaseToken:DOGE": Decimal(7)}


def test_more_debt_is_never_a_better_price() -> None:
    leveraged = asked("swap", "wallet>uniswap", "ETH>USDC", {"wallet:ETH": "-1", "aave:debtUSDC": "3000"})

    assert verdict(leveraged, shown({"wallet:ETH": "-1", "aave:debtUSDC": "3500"})) is Verdict.BREACH


def test_debt_of_a_token_is_not_the_token() -> None:
    actual = shown({"wallet:WETH": "1", "aave:BaseToken:debtWETH": "1"})

    assert verdict(BORROW, actual) is Verdict.BREACH


def test_realised_profit_of_a_perp_is_explained() -> None:
    actual = shown(
        {"binance:ETHUSDT": "-1", "binance:USDT": "-43.2"},
        "binance:USDT=1.2",
        execution_details={"realised_pnl": "-42"},
    )

    assert verdict(SHORT, actual) is Verdict.MATCH


@pytest.mark.parametrize("profit", ["much", None, "NaN"])
def test_a_profit_that_is_no_amount_explains_nothing(profit: str | None) -> None:
    actual = shown({"binance:ETHUSDT": "-1", "binance:USDT": "-42"}, execution_details={"realised_pnl": profit})

    assert verdict(SHORT, actual) is Verdict.BREACH


@pytest.mark.parametrize(
    ("operation", "deltas"),
    [
        (STAKE, {"binance:ETH": "-1", "lido:stETH": "0.999999999999999998"}),
        (SUPPLY, {"wallet:USDC": "-1", "aave:aUSDC": "0.999998"}),
        (SUPPLY, {"wallet:USDC": "-1", "aave:aUSDC": "1.000002"}),
        (BORROW, {"wallet:WETH": "1", "aave:debtWETH": "1.000000000000000002"}),
    ],
    ids=["stETH", "aUSDC short", "aUSDC over", "debt"],
)
def test_two_atomic_units_are_rounding(operation: OperationCommand, deltas: dict[str, str]) -> None:
    assert verdict(operation, shown(deltas)) is Verdict.WITHIN


@pytest.mark.parametrize(
    ("operation", "deltas"),
    [
        (SUPPLY, {"wallet:USDC": "-1", "aave:aUSDC": "0.999997"}),
        (BORROW, {"wallet:WETH": "1", "aave:debtWETH": "1.000000000000000003"}),
    ],
    ids=["aUSDC", "debt"],
)
def test_three_atomic_units_are_a_breach(operation: OperationCommand, deltas: dict[str, str]) -> None:
    assert verdict(operation, shown(deltas)) is Verdict.BREACH


SALE_CHANGES = st.fixed_dictionaries({"binance:ETH": AMOUNTS, "binance:USDT": AMOUNTS, "binance:BNB": AMOUNTS})


@given(SALE_CHANGES, st.decimals(0, 1, places=18))
def test_every_difference_is_either_explained_or_not(actual: dict[str, Decimal], ratio: Decimal) -> None:
    result = reconcile(SALE, shown({k: str(v) for k, v in actual.items()}, filled_ratio=ratio))

    both = add(result.expected, result.explained, result.unexplained)
    assert result.verdict is Verdict.UNOBSERVED or without_zero(subtract(both, result.actual)) == {}


@given(SALE_CHANGES)
def test_only_a_breach_has_something_unexplained(actual: dict[str, Decimal]) -> None:
    result = reconcile(SALE, shown({k: str(v) for k, v in actual.items()}))

    assert bool(result.unexplained) is (result.verdict is Verdict.BREACH)
    assert bool(result.reason) is (result.verdict in (Verdict.BREACH, Verdict.UNOBSERVED))
