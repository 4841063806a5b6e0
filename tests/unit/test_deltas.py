"""Signed changes add up exactly, by holding and not by spelling."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.deltas import add, by_identity, in_proportion, located, negate, scaled, subtract, without_zero
from allornone.units import total

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**19), max_value=10**19, places=18)
PLACED = st.builds(
    "{}:{}{}".format,
    st.sampled_from(["binance", "binance.usdm", "aave", "lido", "wallet"]),
    st.sampled_from(["", "BaseToken:", "DebtToken:", "Perp:"]),
    st.sampled_from(["ETH", "USDT", "stETH", "aUSDT", "debtUSDT", "ETHUSDT"]),
)
CHANGES = st.dictionaries(PLACED, AMOUNTS, max_size=8)


@given(CHANGES)
def test_doing_and_undoing_exactly_leaves_nothing(changes: dict[str, Decimal]) -> None:
    assert without_zero(add(changes, negate(changes))) == {}


@given(CHANGES, CHANGES)
def test_addition_preserves_every_sum(left: dict[str, Decimal], right: dict[str, Decimal]) -> None:
    assert total(add(left, right).values()) == total((*left.values(), *right.values()))


@given(CHANGES, CHANGES)
def test_subtraction_takes_addition_back(left: dict[str, Decimal], right: dict[str, Decimal]) -> None:
    back = subtract(add(left, right), right)

    assert without_zero(subtract(back, left)) == {}


@given(CHANGES)
def test_no_holding_has_two_keys_in_a_sum(changes: dict[str, Decimal]) -> None:
    assert len(by_identity(changes)) == len(add(changes))


def test_two_spellings_are_added_up_under_the_first() -> None:
    assert add({"lido:BaseToken:stETH": Decimal(1)}, {"lido:stETH": Decimal("0.5")}) == {
        "lido:BaseToken:stETH": Decimal("1.5")
    }


def test_a_third_of_a_position_is_exact_to_the_last_place() -> None:
    assert scaled({"lido:stETH": Decimal("0.000000000000000003")}, Decimal("0.333333333333333333")) == {
        "lido:stETH": Decimal("0.000000000000000000999999999999999999")
    }


def test_a_bare_token_cannot_be_added() -> None:
    with pytest.raises(ValueError, match="without a venue"):
        add({"ETH": Decimal(1)})


def test_locating_adds_a_bare_token_to_its_holding() -> None:
    changes = {"ETH": Decimal(-1), "binance:BaseToken:ETH": Decimal("-0.5"), "stETH": Decimal(1)}

    assert located(changes, "binance", "lido") == {
        "binance:BaseToken:ETH": Decimal("-1.5"),
        "lido:StakingToken:stETH": Decimal(1),
    }


def test_a_third_of_a_change_is_rounded_to_eighteen_places() -> None:
    assert in_proportion({"binance:ETH": Decimal(1)}, Decimal(1), Decimal(3)) == {
        "binance:ETH": Decimal("0.333333333333333333")
    }


def test_the_whole_of_a_change_is_the_change() -> None:
    assert in_proportion({"binance:ETH": Decimal("0.1")}, Decimal(7), Decimal(7)) == {"binance:ETH": Decimal("0.1")}
