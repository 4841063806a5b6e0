"""An undo is done when its principal is back; what a group leaves is friction or residual."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.deltas import add, subtract, without_zero
from allornone.models.execution import Fee
from allornone.models.operation import OperationCommand
from allornone.reconcile import friction_and_residual, principal_keys, undone
from tests.unit.orders import (
    BORROW,
    FLASH,
    FLASH_BACK,
    PURCHASE,
    REDEEM,
    REDEEM_AS_USDC,
    REPAY,
    SALE,
    SHORT,
    STAKE,
    SUPPLY,
    SWAP,
    UNSTAKE,
    WITHDRAWAL,
)

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=18)
CHANGES = st.dictionaries(
    st.sampled_from(["binance:ETH", "binance:USDT", "lido:stETH", "lido:BaseToken:stETH", "wallet:ETH"]),
    AMOUNTS,
    max_size=5,
)


@pytest.mark.parametrize(
    ("operation", "holding"),
    [
        (SALE, ("binance", "asset", "ETH")),
        (PURCHASE, ("binance", "asset", "ETH")),
        (SHORT, ("binance", "Perp", "ETHUSDT")),
        (STAKE, ("lido", "asset", "stETH")),
        (UNSTAKE, ("lido", "asset", "stETH")),
        (SUPPLY, ("aave", "asset", "aUSDC")),
        (REDEEM, ("aave", "asset", "aUSDC")),
        (REDEEM_AS_USDC, ("aave", "asset", "aUSDC")),
        (BORROW, ("aave", "DebtToken", "debtWETH")),
        (REPAY, ("aave", "DebtToken", "debtWETH")),
        (WITHDRAWAL, ("wallet", "asset", "ETH")),
        (SWAP, ("wallet", "asset", "USDC")),
        (FLASH, ("wallet", "asset", "WETH")),
        (FLASH_BACK, ("wallet", "asset", "WETH")),
    ],
)
def test_an_undo_restores_the_principal(operation: OperationCommand, holding: tuple[str, str, str]) -> None:
    assert principal_keys(operation) == {holding}


def test_the_principal_is_where_the_venue_really_moved_it() -> None:
    # The wider system plans the base of an exchange trade on the wallet.
    planned = SALE.model_copy(update={"expected_deltas": {"wallet:ETH": Decimal(-1)}})

    assert principal_keys(planned, {"binance:ETH": Decimal(-1)}) == {("binance", "asset", "ETH")}


def test_where_only_the_debit_of_a_withdrawal_shows_that_is_the_principal() -> None:
    assert principal_keys(WITHDRAWAL, {"binance:ETH": Decimal(-1)}) == {("binance", "asset", "ETH")}


def test_an_undo_that_took_too_much_does_not_change_the_principal() -> None:
    oversold = {"lido:stETH": Decimal("-0.1"), "binance:ETH": Decimal("0.1")}

    assert principal_keys(STAKE, oversold) == {("lido", "asset", "stETH")}


BASE = principal_keys(SALE)


def test_an_undo_that_restored_the_base_is_done_whatever_it_cost() -> None:
    assert undone({"binance:ETH": Decimal(0), "binance:USDT": Decimal(-12)}, BASE, {})


def test_an_undo_that_left_some_of_the_base_is_not_done() -> None:
    assert not undone({"binance:ETH": Decimal("-0.0001")}, BASE, {})


@pytest.mark.parametrize("left", ["-0.0001", "0.0001"])
def test_an_undo_is_done_when_only_dust_is_left(left: str) -> None:
    assert undone({"binance:ETH": Decimal(left)}, BASE, {"ETH": Decimal("0.0001")})
    assert not undone({"binance:ETH": Decimal(left)}, BASE, {"ETH": Decimal("0.00009")})


def test_a_rest_inside_the_operations_tolerance_is_done() -> None:
    assert undone({"binance:ETH": Decimal("0.01")}, BASE, {}, absolute=Decimal("0.01"))


def test_what_a_fee_took_from_the_base_is_friction() -> None:
    fee = Fee(position_key="binance:ETH", amount=Decimal("0.001"), currency="ETH")

    assert undone({"binance:ETH": Decimal("-0.001")}, BASE, {}, fees=[fee])
    assert not undone({"binance:ETH": Decimal("0.001")}, BASE, {}, fees=[fee])


def test_all_that_an_undone_operation_left_is_friction() -> None:
    effects = [
        {"binance:ETH": Decimal(-1), "binance:USDT": Decimal(2997)},
        {"binance:ETH": Decimal(1), "binance:USDT": Decimal(-3003)},
    ]

    split = friction_and_residual(effects, undone=True)

    assert split.friction == {"binance:BaseToken:USDT": Decimal(-6)}
    assert split.residual == {}


def test_of_an_operation_left_in_effect_only_the_fees_are_friction() -> None:
    fee = Fee(position_key="binance:USDT", amount=Decimal(3), currency="USDT")

    split = friction_and_residual([{"binance:ETH": Decimal(-1), "binance:USDT": Decimal(2997)}], [fee], undone=False)

    assert split.friction == {"binance:BaseToken:USDT": Decimal(-3)}
    assert split.residual == {"binance:BaseToken:ETH": Decimal(-1), "binance:BaseToken:USDT": Decimal(3000)}


@given(
    effects=st.lists(CHANGES, max_size=4),
    paid=st.lists(AMOUNTS.map(Decimal.copy_abs), max_size=3),
    done=st.booleans(),
)
def test_friction_and_residual_are_everything_that_changed(
    effects: list[dict[str, Decimal]], paid: list[Decimal], *, done: bool
) -> None:
    fees = [Fee(position_key="binance:USDT", amount=amount, currency="USDT") for amount in paid]

    split = friction_and_residual(effects, fees, undone=done)

    assert without_zero(subtract(add(*effects), add(split.friction, split.residual))) == {}
