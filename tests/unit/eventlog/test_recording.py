"""Each event once, contradictions kept, decisions of another life refused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allornone.eventlog.jsonl import JsonlEventLog
from tests.unit.eventlog.story import (
    CONFIRMED,
    FIRST_REF,
    GROUP,
    STARTED,
    delta,
    end,
    intent,
    lines,
    operation,
    written,
)


async def test_events_of_a_group_are_numbered_over_all_files(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((STARTED, intent(), CONFIRMED, delta(), end()), known_seq=0)

    assert written(tmp_path) == [
        (1, "started"),
        (2, "pending"),
        (3, "confirmed"),
        (4, "delta"),
        (5, "completed"),
    ]


async def test_each_event_lies_in_the_file_of_its_type(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((STARTED, CONFIRMED, delta(), end()), known_seq=0)

    assert lines(tmp_path, "group_transitions.jsonl")[0]["event_id"] == STARTED.event_id
    assert lines(tmp_path, "operation_executions.jsonl")[0]["event_id"] == CONFIRMED.event_id
    assert lines(tmp_path, "execution_deltas.jsonl")[0]["event_id"] == delta().event_id
    assert lines(tmp_path, "atomic_operation_groups.jsonl")[0]["event_id"] == end().event_id


async def test_amounts_are_strings_on_disk(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((operation("confirmed", executed_amount=Decimal("1.10")),), known_seq=0)

    assert lines(tmp_path, "operation_executions.jsonl")[0]["executed_amount"] == "1.1"


async def test_an_integer_beyond_64_bits_is_a_string_on_disk(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((operation("confirmed", venue_metadata={"wei": [10**21]}),), known_seq=0)

    assert lines(tmp_path, "operation_executions.jsonl")[0]["venue_metadata"] == {"wei": ["1000000000000000000000"]}


async def test_a_record_made_twice_is_written_once(log: JsonlEventLog, tmp_path: Path) -> None:
    first = await log.record((STARTED, CONFIRMED), known_seq=0)

    second = await log.record((STARTED, CONFIRMED), known_seq=0)

    assert (first.seq, second.seq, second.superseded) == (2, 2, False)
    assert written(tmp_path) == [(1, "started"), (2, "confirmed")]


async def test_a_record_made_half_is_finished_by_the_next_attempt(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((STARTED,), known_seq=0)

    recorded = await log.record((STARTED, CONFIRMED), known_seq=0)

    assert (recorded.seq, recorded.superseded) == (2, False)
    assert written(tmp_path) == [(1, "started"), (2, "confirmed")]


@pytest.mark.parametrize(
    "circumstances",
    [
        {"pid": 1},
        {"attempt": 2},
        {"timestamp": "2025-01-28T00:00:00+00:00"},
        {"real_utc_time": "2025-01-28T00:00:00+00:00"},
        {"submitted_at": "2025-01-28T00:00:00Z"},
        {"executed_at": "2025-01-28T00:00:00Z"},
        {"seq": 9},
    ],
    ids=lambda circumstances: next(iter(circumstances)),
)
async def test_other_circumstances_are_the_same_facts(
    log: JsonlEventLog, tmp_path: Path, circumstances: dict[str, Any]
) -> None:
    await log.record((CONFIRMED,), known_seq=0)
    await log.record((operation("confirmed", **circumstances),), known_seq=0)

    assert written(tmp_path) == [(1, "confirmed")]


async def test_another_order_of_keys_is_the_same_facts(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((operation("confirmed", evidence={"block": 7, "tx": "0x1"}),), known_seq=0)
    await log.record((operation("confirmed", evidence={"tx": "0x1", "block": 7}),), known_seq=0)

    assert written(tmp_path) == [(1, "confirmed")]


async def test_the_same_facts_are_known_after_reopening(log: JsonlEventLog, tmp_path: Path) -> None:
    odd = operation("confirmed", evidence={"wei": 10**21, "rate": 0.1, "none": None, "text": "é\n"}, fee_amount="0.30")
    await log.record((odd,), known_seq=0)

    await JsonlEventLog(tmp_path).record((odd,), known_seq=0)

    assert written(tmp_path) == [(1, "confirmed")]


async def test_the_same_id_with_other_facts_is_kept_as_a_conflict(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((operation("confirmed", executed_amount="1"),), known_seq=0)

    await log.record((operation("confirmed", executed_amount="2"),), known_seq=1)

    kept = lines(tmp_path, "group_transitions.jsonl")[0]
    assert (kept["seq"], kept["kind"], kept["client_ref"]) == (2, "conflict", FIRST_REF)
    assert kept["facts"]["kept"]["executed_amount"] == "1"
    assert kept["facts"]["found"]["executed_amount"] == "2"


async def test_a_conflict_is_kept_once(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((operation("confirmed", executed_amount="1"),), known_seq=0)
    for _ in range(2):
        await log.record((operation("confirmed", executed_amount="2"),), known_seq=1)

    assert written(tmp_path) == [(1, "confirmed"), (2, "conflict")]


async def test_a_second_outcome_of_a_reference_is_kept_as_a_conflict(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((operation("failed"),), known_seq=0)

    await log.record((CONFIRMED,), known_seq=1)

    trace = await log.reference(GROUP, FIRST_REF)
    assert written(tmp_path) == [(1, "failed"), (2, "conflict")]
    assert trace.outcome == operation("failed", seq=1)


async def test_the_first_of_two_intents_counts(log: JsonlEventLog) -> None:
    await log.record((intent(), intent(event_id="another", prepared={"nonce": "2"})), known_seq=0)

    assert (await log.reference(GROUP, FIRST_REF)).intent == intent(seq=1)


async def test_unknown_is_no_outcome_and_gives_way_to_one(log: JsonlEventLog) -> None:
    await log.record((operation("unknown"),), known_seq=0)
    assert (await log.reference(GROUP, FIRST_REF)).outcome is None

    await log.record((CONFIRMED,), known_seq=1)
    assert (await log.reference(GROUP, FIRST_REF)).outcome == operation("confirmed", seq=2)


async def test_who_does_not_know_an_outcome_that_is_recorded_adds_nothing(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((STARTED, CONFIRMED, end()), known_seq=0)

    late = await log.record((operation("unknown"),), known_seq=1)

    assert written(tmp_path) == [(1, "started"), (2, "confirmed"), (3, "completed")]
    assert late.seq == 3


async def test_an_outcome_may_follow_what_was_unknown(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((STARTED, operation("unknown"), CONFIRMED), known_seq=0)

    assert written(tmp_path) == [(1, "started"), (2, "unknown"), (3, "confirmed")]
