"""A group is one sequence of operations, and its hash tells another plan apart."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from allornone.models.group import AtomicGroup

SELL: dict[str, Any] = {
    "operation_id": "sell",
    "operation_type": "spot_trade",
    "source_venue": "binance",
    "target_venue": "binance",
    "source_token": "ETH",
    "target_token": "USDT",
    "expected_deltas": {"binance:ETH": "-1", "binance:USDT": "3000"},
    "operation_details": {"pair": "ETH/USDT", "side": "sell", "amount": "1"},
}
STAKE: dict[str, Any] = {
    "operation_id": "stake_001",
    "operation_type": "STAKE",
    "source_venue": "binance",
    "target_venue": "lido",
    "source_token": "ETH",
    "target_token": "stETH",
    "expected_deltas": {"binance:ETH": -1.0, "lido:stETH": 1.0},
    "operation_details": {"token_in": "ETH", "token_out": "stETH", "amount": 1.0, "staking_rate": 0.04},
}
GROUP: dict[str, Any] = {"atomic_group_id": "g-1", "operations": [SELL, STAKE]}


def group(**more: Any) -> AtomicGroup:
    return AtomicGroup.model_validate({**GROUP, **more})


def numbered(*numbers: int | None) -> list[dict[str, Any]]:
    return [{**SELL, "operation_id": f"op-{i}", "sequence_in_group": n} for i, n in enumerate(numbers)]


def test_operations_without_numbers_count_from_one() -> None:
    assert [each.sequence_in_group for each in group().operations] == [1, 2]


@pytest.mark.parametrize("first", [0, 1])
def test_operations_stand_in_the_order_of_their_numbers(first: int) -> None:
    operations = group(operations=numbered(first + 1, first)).operations

    assert [each.operation_id for each in operations] == ["op-1", "op-0"]


@pytest.mark.parametrize("numbers", [(1, 3), (1, 1), (2, 3), (0, 2)], ids=str)
def test_a_gap_or_a_repeat_in_the_sequence_is_refused(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match=r"must count from 0 or 1 without gaps or repeats, was \["):
        group(operations=numbered(*numbers))


def test_numbers_for_some_operations_are_refused() -> None:
    with pytest.raises(ValidationError, match="for every operation of the group, or for none"):
        group(operations=numbered(1, None))


def test_two_operations_of_one_id_are_refused() -> None:
    with pytest.raises(ValidationError, match="operation_id 'sell' appears twice"):
        group(operations=[SELL, SELL])


def test_an_operation_of_another_group_is_refused() -> None:
    with pytest.raises(ValidationError, match="belongs to group 'g-2', not to 'g-1'"):
        group(operations=[{**SELL, "atomic_group_id": "g-2"}])


def test_a_group_without_operations_is_refused() -> None:
    with pytest.raises(ValidationError, match="operations"):
        group(operations=[])


def test_an_operation_of_a_group_carries_its_id() -> None:
    assert {each.atomic_group_id for each in group().operations} == {"g-1"}


@pytest.mark.parametrize("more", [{"metadata": {"note": "x"}}, {"correlation_id": "run-2"}], ids=["metadata", "run"])
def test_notes_are_no_part_of_the_plan(more: dict[str, Any]) -> None:
    assert group(**more).plan_hash == group().plan_hash


@pytest.mark.parametrize(
    "more",
    [
        {"atomic_group_id": "g-2"},
        {"operations": [STAKE, SELL]},
        {"operations": [SELL]},
        {"operations": [SELL, {**STAKE, "priority": 1}]},
        {"operations": [SELL, {**STAKE, "pivot": True}]},
        {"operations": [SELL, {**STAKE, "timeout_s": 61}]},
        {"operations": [SELL, {**STAKE, "expected_deltas": {"binance:ETH": "-1.000000000000000001"}}]},
        {"strategy": "basis"},
        {"deadline": "2026-01-01T00:00:00Z"},
        {"policy": {"forward_retries": 1}},
        {"simulated": True},
    ],
    ids=[
        "id",
        "order",
        "fewer",
        "priority",
        "pivot",
        "timeout",
        "wei",
        "strategy",
        "deadline",
        "policy",
        "simulated",
    ],
)
def test_another_plan_has_another_hash(more: dict[str, Any]) -> None:
    assert group(**more).plan_hash != group().plan_hash


def test_another_spelling_of_the_plan_has_the_same_hash() -> None:
    stake = {
        **STAKE,
        "operation_type": "stake",
        "expected_deltas": {"lido:stETH": "1.00", "binance:ETH": "-1E+0"},
    }

    assert group(operations=[SELL, stake]).plan_hash == group().plan_hash


def test_a_plan_keeps_its_hash_over_the_wire() -> None:
    plan = group(deadline="2026-01-01T02:00:00+02:00", policy={"max_friction": {"USDT": "10.0"}})

    assert AtomicGroup.model_validate_json(plan.model_dump_json()).plan_hash == plan.plan_hash


def test_a_group_names_each_of_its_venues_once() -> None:
    assert group().venues == ("binance", "lido")


@given(st.permutations([("binance:ETH", "-1"), ("binance:USDT", "3000"), ("binance:BNB", "-0.1")]))
def test_the_order_of_deltas_is_no_part_of_the_plan(deltas: list[tuple[str, str]]) -> None:
    first = {"binance:BNB": "-0.1", "binance:USDT": "3000", "binance:ETH": "-1"}

    shuffled = group(operations=[{**SELL, "expected_deltas": dict(deltas)}])
    assert shuffled.plan_hash == group(operations=[{**SELL, "expected_deltas": first}]).plan_hash
