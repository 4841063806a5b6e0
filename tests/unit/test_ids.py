"""Ids are functions of their cause, and of nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.ids import client_ref, digest, event_id, loose_group_id

CAUSE = ("group-1", "f" * 64, "sell", "forward", 1)
TEXT = st.text(max_size=40)


def test_a_reference_never_changes() -> None:
    # Written into venues and logs: another value here orphans every reference ever sent.
    assert client_ref(*CAUSE) == "8fb66e20e693f60853b1b10bff24eb44"


def test_a_reference_has_32_hex_characters() -> None:
    assert len(client_ref(*CAUSE)) == 32
    assert int(client_ref(*CAUSE), 16) >= 0


@pytest.mark.parametrize(
    "other",
    [
        ("group-2", "f" * 64, "sell", "forward", 1),
        ("group-1", "e" * 64, "sell", "forward", 1),
        ("group-1", "f" * 64, "stake", "forward", 1),
        ("group-1", "f" * 64, "sell", "rollback", 1),
        ("group-1", "f" * 64, "sell", "forward", 2),
    ],
    ids=["group", "plan", "operation", "direction", "epoch"],
)
def test_another_cause_has_another_reference(other: tuple[str, str, str, str, int]) -> None:
    assert client_ref(*other) != client_ref(*CAUSE)


@given(TEXT, TEXT, TEXT)
def test_parts_do_not_run_together(group: str, plan: str, operation: str) -> None:
    assert client_ref(group + "x", plan, operation, "forward", 1) != client_ref(
        group, "x" + plan, operation, "forward", 1
    )


def test_the_order_of_a_map_is_no_part_of_the_cause() -> None:
    assert digest({"a": 1, "b": "2"}) == digest({"b": "2", "a": 1})


def test_a_number_is_not_its_text() -> None:
    assert digest([1]) != digest(["1"])


def test_event_ids_and_references_never_meet() -> None:
    assert event_id(*CAUSE) != client_ref(*CAUSE)


def test_a_loose_operation_has_a_group_of_its_own() -> None:
    first = loose_group_id("run-1", "2026-03-01T00:00:00+00:00", "sell")
    second = loose_group_id("run-1", "2026-03-01T00:01:00+00:00", "sell")

    assert first.startswith("loose-")
    assert first != second
    assert first == loose_group_id("run-1", "2026-03-01T00:00:00+00:00", "sell")
