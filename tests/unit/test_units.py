"""Amounts are exact and equal amounts are spelt alike; times are UTC; names are closed."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from allornone.units import (
    Amount,
    ClientRef,
    GroupId,
    Ratio,
    UnquotedNumber,
    UtcTime,
    VenueName,
    exact,
    normalised,
    times,
    total,
)

AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)
VENUE: TypeAdapter[str] = TypeAdapter(VenueName)
GROUP: TypeAdapter[str] = TypeAdapter(GroupId)
REFERENCE: TypeAdapter[str] = TypeAdapter(ClientRef)
TIME: TypeAdapter[datetime] = TypeAdapter(UtcTime)
FINITE = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**19), max_value=10**19, places=18)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-inf", float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_not_finite_is_no_amount(value: object) -> None:
    with pytest.raises(ValidationError, match="finite"):
        AMOUNT.validate_python(value)


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_no_amount(value: object) -> None:
    with pytest.raises(ValidationError, match=f"an amount must be a decimal string, was {value}"):
        AMOUNT.validate_python(value)


@pytest.mark.parametrize("value", ["one", "", "1,5", "0x10", None, [1]])
def test_what_is_no_number_is_no_amount(value: object) -> None:
    with pytest.raises(ValidationError):
        AMOUNT.validate_python(value)


def test_a_float_counts_as_the_decimal_it_prints_as() -> None:
    assert AMOUNT.validate_python(0.1) == Decimal("0.1")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1.10", '"1.1"'),
        (Decimal("1.1"), '"1.1"'),
        (1.10, '"1.1"'),
        ("1E+3", '"1000"'),
        (1000, '"1000"'),
        ("-0", '"0"'),
        ("0.000", '"0"'),
        ("-2.50", '"-2.5"'),
    ],
)
def test_equal_amounts_are_written_alike(value: object, written: str) -> None:
    assert AMOUNT.dump_json(AMOUNT.validate_python(value)).decode() == written


def test_one_wei_beside_a_quintillion_is_kept() -> None:
    written = AMOUNT.dump_json(AMOUNT.validate_python("1000000000000000000.000000000000000001"))

    assert written == b'"1000000000000000000.000000000000000001"'


def test_more_than_eighteen_places_are_refused() -> None:
    with pytest.raises(ValidationError, match="18 decimal places"):
        AMOUNT.validate_python("0.0000000000000000001")


def test_an_unquoted_number_of_sixteen_digits_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"must be a quoted string, was 0\.1234567890123456"):
        AMOUNT.validate_python(UnquotedNumber("0.1234567890123456"))


def test_an_unquoted_number_of_fifteen_digits_is_read_as_written() -> None:
    assert AMOUNT.validate_python(UnquotedNumber("0.123456789012345")) == Decimal("0.123456789012345")


def test_trailing_zeros_of_an_unquoted_number_are_no_digits() -> None:
    assert AMOUNT.validate_python(UnquotedNumber("5000000000000000000")) == Decimal(5) * 10**18


@given(FINITE)
def test_what_is_written_reads_back_as_the_same_amount(value: Decimal) -> None:
    assert AMOUNT.validate_json(AMOUNT.dump_json(AMOUNT.validate_python(value))) == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_no_float_changes_on_its_way_in(value: float) -> None:
    written = Decimal(repr(value))
    if written.as_tuple().exponent < -18:  # type: ignore[operator]
        return

    assert float(AMOUNT.validate_python(value)) == value


@given(FINITE, FINITE)
def test_sums_are_never_rounded(left: Decimal, right: Decimal) -> None:
    assert total((left, right, left.copy_negate())) == right


def test_products_of_eighteen_places_keep_thirty_six() -> None:
    assert times(Decimal("1E-18"), Decimal("1E-18")) == Decimal("1E-36")


def test_an_empty_sum_is_zero() -> None:
    assert total(()) == Decimal(0)


@given(FINITE)
def test_normalising_twice_is_normalising_once(value: Decimal) -> None:
    assert str(normalised(normalised(value))) == str(normalised(value))


@pytest.mark.parametrize("value", ["-0.1", "1.0000000001"])
def test_a_ratio_lies_between_nothing_and_all(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Ratio).validate_python(value)


def test_a_time_is_kept_in_utc() -> None:
    read = TIME.validate_python("2026-03-01T12:00:00+02:00")

    assert read == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert read.tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        TIME.validate_python("2026-03-01T12:00:00")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (VENUE, "Binance"),
        (VENUE, "binance:spot"),
        (GROUP, ""),
        (GROUP, "a group"),
        (GROUP, "g\n"),
        (REFERENCE, "not-hex"),
        (REFERENCE, "0" * 33),
    ],
)
def test_a_name_outside_its_alphabet_is_refused(name: TypeAdapter[str], value: str) -> None:
    with pytest.raises(ValidationError):
        name.validate_python(value)


def test_a_venue_may_carry_an_account() -> None:
    assert VENUE.validate_python("binance.usdm") == "binance.usdm"


def test_an_unquoted_number_is_still_the_number() -> None:
    assert json.loads("2.5", parse_float=UnquotedNumber) == 2.5


def test_a_float_of_a_division_is_read_to_eighteen_places() -> None:
    assert exact(1 / 300) == Decimal("0.003333333333333334")
