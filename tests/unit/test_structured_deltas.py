"""Delta dictionaries become the seed's structured rows, and nothing is lost on the way."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.deltas import convert_deltas_to_structured_format
from allornone.events.operation import OperationExecutionEvent
from allornone.models.details import OperationType
from allornone.models.execution import Evidence, Fee
from allornone.units import total

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**19), max_value=10**19, places=18)
PLACED = st.builds(
    "{}:{}{}".format,
    st.sampled_from(["binance", "binance.usdm", "aave", "lido", "wallet"]),
    st.sampled_from(["", "BaseToken:", "DebtToken:", "Perp:"]),
    st.sampled_from(["ETH", "USDT", "stETH", "aUSDT", "debtUSDT", "ETHUSDT"]),
)
KEYS = PLACED | st.sampled_from(["ETH", "USDT", "BNB", "debtUSDT"])


def row(rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next(each for each in rows if each["position_key"] == key)


def test_the_example_of_the_seed_keeps_its_five_keys() -> None:
    rows = convert_deltas_to_structured_format(
        {"binance:USDT": -1000.0, "aave:aUSDT": 1000.0}, "SUPPLY", "binance", "aave"
    )

    assert [(each["position_key"], each["delta_amount"], each["source"]) for each in rows] == [
        ("binance:BaseToken:USDT", Decimal(-1000), "supply"),
        ("aave:LendingToken:aUSDT", Decimal(1000), "supply"),
    ]
    assert all(each["price"] is None and each["fee"] == 0 for each in rows)


def test_the_wider_systems_name_of_the_key_stands_beside_it() -> None:
    [only] = convert_deltas_to_structured_format({"binance:ETH": 1}, "transfer", "wallet", "binance")

    assert only["instrument_key"] == only["position_key"] == "binance:BaseToken:ETH"


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("binance:BaseToken:ETH", "binance:BaseToken:ETH"),
        ("lido:BaseToken:stETH", "lido:BaseToken:stETH"),
        ("aave_v3:debtToken:debtUSDT", "aave_v3:debtToken:debtUSDT"),
        ("aave:debtUSDT", "aave:DebtToken:debtUSDT"),
        ("binance:ETHUSDT", "binance:Perp:ETHUSDT"),
        ("lido:stETH", "lido:StakingToken:stETH"),
        ("instadapp:USDT", "instadapp:BaseToken:USDT"),
    ],
)
def test_a_key_is_typed_once_and_by_its_instrument_first(key: str, written: str) -> None:
    [only] = convert_deltas_to_structured_format({key: 1}, "transfer", "binance", "lido")

    assert only["position_key"] == written


def test_bare_tokens_leave_the_source_and_arrive_at_the_target() -> None:
    rows = convert_deltas_to_structured_format({"ETH": -1, "stETH": "0.999"}, "stake", "binance", "lido")

    assert [each["position_key"] for each in rows] == ["binance:BaseToken:ETH", "lido:StakingToken:stETH"]


@pytest.mark.parametrize("amount", [0.1, "0.1", Decimal("0.10")], ids=["float", "text", "decimal"])
def test_floats_texts_and_decimals_are_the_same_amount(amount: Any) -> None:
    [only] = convert_deltas_to_structured_format({"binance:ETH": amount}, "transfer", "wallet", "binance")

    assert str(only["delta_amount"]) == "0.1"


@pytest.mark.parametrize("amount", [math.nan, math.inf, "NaN", True, "much", None], ids=repr)
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(ValueError, match="an amount must be a"):
        convert_deltas_to_structured_format({"binance:ETH": amount}, "transfer", "wallet", "binance")


def test_an_operation_type_is_written_in_lower_case() -> None:
    [only] = convert_deltas_to_structured_format({"ETH": 1}, OperationType.UNSTAKE, "lido", "wallet")

    assert only["source"] == "unstake"


def sale(**more: Any) -> list[dict[str, Any]]:
    deltas = {"binance:ETH": Decimal(-1), "binance:USDT": Decimal(2998)}
    return convert_deltas_to_structured_format(deltas, "spot_trade", "binance", "binance", 3000, **more)


def test_the_price_stands_on_the_base_alone() -> None:
    rows = sale()

    assert row(rows, "binance:BaseToken:ETH")["price"] == 3000
    assert row(rows, "binance:BaseToken:USDT")["price"] is None


def test_a_named_row_has_the_price() -> None:
    rows = sale(price_key="USDT")

    assert row(rows, "binance:BaseToken:ETH")["price"] is None
    assert row(rows, "binance:BaseToken:USDT")["price"] == 3000


def test_the_price_of_a_perp_stands_on_the_contract() -> None:
    deltas: dict[str, Any] = {"binance:ETHUSDT": -2, "binance:USDT": "-3"}

    rows = convert_deltas_to_structured_format(deltas, "perp_trade", "binance", "binance", "3000.5")

    assert row(rows, "binance:Perp:ETHUSDT")["price"] == Decimal("3000.5")
    assert row(rows, "binance:BaseToken:USDT")["price"] is None


def test_a_price_that_fits_no_row_is_left_out() -> None:
    rows = convert_deltas_to_structured_format({"binance:ETH": -1, "lido:stETH": 1}, "stake", "binance", "lido", 3)

    assert [each["price"] for each in rows] == [None, None]


def test_a_price_of_one_fits_both_sides_and_so_neither() -> None:
    rows = convert_deltas_to_structured_format(
        {"binance:USDT": -1000, "aave:aUSDT": 1000}, "supply", "binance", "aave", 1.0
    )

    assert [each["price"] for each in rows] == [None, None]


def test_the_seeds_fee_stands_on_one_row_of_its_currency() -> None:
    rows = convert_deltas_to_structured_format(
        {"wallet:USDT": 5, "binance:USDT": 2998, "binance:ETH": -1},
        "spot_trade",
        "binance",
        "binance",
        None,
        2.0,
    )

    assert [(each["fee"], each["fee_currency"]) for each in rows] == [(0, None), (2, "USDT"), (0, None)]
    assert row(rows, "binance:BaseToken:USDT")["delta_amount"] == 2998


def test_a_fee_in_a_third_token_has_a_row_of_its_own() -> None:
    rows = sale(fee_amount="0.01", fee_currency="BNB")

    assert row(rows, "binance:BaseToken:BNB") == {
        "position_key": "binance:BaseToken:BNB",
        "instrument_key": "binance:BaseToken:BNB",
        "delta_amount": Decimal("-0.01"),
        "source": "fee",
        "price": None,
        "fee": Decimal("0.01"),
        "fee_currency": "BNB",
        "evidence": [],
    }


def test_a_fee_without_a_place_falls_on_the_venue_that_executes() -> None:
    rows = convert_deltas_to_structured_format(
        {"binance:ETH": -1, "wallet:ETH": 1}, "withdraw", "binance", "wallet", None, 3, "USDT"
    )

    assert rows[-1]["position_key"] == "binance:BaseToken:USDT"


def test_listed_fees_stand_where_each_was_taken() -> None:
    fees = [
        Fee(position_key="binance:ETH", amount=Decimal("0.001"), currency="ETH"),
        Fee(position_key="wallet:ETH", amount=Decimal("0.002"), currency="ETH", kind="gas"),
        Fee(position_key="wallet:BaseToken:ETH", amount=Decimal("0.003"), currency="ETH", kind="gas"),
    ]

    rows = convert_deltas_to_structured_format({"binance:ETH": -1}, "transfer", "binance", "wallet", fees=fees)

    assert row(rows, "binance:BaseToken:ETH")["fee"] == Decimal("0.001")
    assert row(rows, "binance:BaseToken:ETH")["delta_amount"] == -1
    assert row(rows, "wallet:BaseToken:ETH")["delta_amount"] == Decimal("-0.005")
    assert row(rows, "wallet:BaseToken:ETH")["fee"] == Decimal("0.005")


def test_listed_fees_count_before_the_seeds_single_one() -> None:
    fee = Fee(position_key="binance:USDT", amount=Decimal(2), currency="USDT")

    rows = sale(fee_amount=2, fee_currency="USDT", fees=[fee])

    assert row(rows, "binance:BaseToken:USDT")["fee"] == 2


def test_rows_name_the_venues_own_ids() -> None:
    rows = sale(evidence=Evidence(venue_ids=("order-7",), tx_hash="0xabc"))

    assert rows[0]["evidence"] == ["order-7", "0xabc"]


def test_an_event_writes_the_amounts_of_its_rows_as_texts() -> None:
    event = OperationExecutionEvent(
        timestamp="",
        real_utc_time="",
        correlation_id="",
        pid=1,
        operation_id="sell",
        order_id="sell",
        operation_type="spot_trade",
        venue="binance",
        status="confirmed",
        source_venue="binance",
        target_venue="binance",
        source_token="ETH",  # noqa: S106 (an asset)
        target_token="USDT",  # noqa: S106 (an asset)
        operation_details={},
        position_deltas=sale(fee_amount=2.0),
        submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
    )

    written = event.model_dump(mode="json")["position_deltas"]

    assert [(each["delta_amount"], each["price"], each["fee"]) for each in written] == [
        ("-1", "3000", "0"),
        ("2998", None, "2"),
    ]


@given(
    st.dictionaries(
        KEYS,
        AMOUNTS | st.floats(allow_nan=False, allow_infinity=False).map(lambda value: round(value, 9)) | st.integers(),
        max_size=8,
    ),
    st.sampled_from([each.value for each in OperationType]),
    AMOUNTS.filter(lambda amount: amount >= 0),
)
def test_any_deltas_convert_and_none_is_typed_twice(deltas: dict[str, Any], kind: str, fee: Decimal) -> None:
    rows = convert_deltas_to_structured_format(deltas, kind, "binance", "lido", None, fee, "USDT")

    assert all(each["position_key"].count(":") == 2 for each in rows)
    assert len(rows) - len(deltas) in (0, 1)
    own = rows[: len(deltas)]
    assert [each["delta_amount"] for each in own] == [
        Decimal(repr(a)) if isinstance(a, float) else a for a in deltas.values()
    ]
    assert total(each["fee"] for each in rows) == fee
