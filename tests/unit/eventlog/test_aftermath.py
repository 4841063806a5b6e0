"""What is asked of the log once a group has ended: which did, and what each had taken its references for."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import EndedGroup, SentReference
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.transition import TransitionKind
from tests.unit.eventlog.story import (
    CONFIRMED,
    FIRST_REF,
    GROUP,
    NOON,
    SECOND_REF,
    STARTED,
    end,
    intent,
    operation,
    transition,
)

FAILED = operation("failed")
LATE = transition(TransitionKind.LATE_EFFECT, FIRST_REF)


def ended(group_id: str, minutes: int) -> AtomicOperationGroupEvent:
    at = (NOON + timedelta(minutes=minutes)).isoformat()
    return end(atomic_group_id=group_id, event_id=f"end-{group_id}", real_utc_time=at)


async def known(log: JsonlEventLog, *story: Any) -> str | None:
    """Record a story of one reference, and return what the group took it for: a status, or None."""
    await log.intend(intent(), known_seq=0)
    for number, event in enumerate(story):
        await log.record((event,), known_seq=number + 1)
    (found,) = await log.references(GROUP)
    return found.known.status if found.known is not None else None


async def test_the_groups_that_ended_since_a_moment_are_told_the_newest_first(log: JsonlEventLog) -> None:
    await log.record((STARTED,), known_seq=0)
    for group_id, minutes in (("old", 1), ("newer", 5), ("newest", 9)):
        await log.record((ended(group_id, minutes),), known_seq=0)

    found = await log.ended_groups(NOON + timedelta(minutes=5))

    assert found == (
        EndedGroup("newest", datetime(2025, 1, 27, 12, 9, tzinfo=UTC)),
        EndedGroup("newer", datetime(2025, 1, 27, 12, 5, tzinfo=UTC)),
    )


async def test_an_end_whose_time_cannot_be_read_is_passed_over(log: JsonlEventLog) -> None:
    await log.record((ended("newer", 5),), known_seq=0)
    await log.record((end(atomic_group_id="spoilt", real_utc_time="noon"),), known_seq=0)

    assert [each.group_id for each in await log.ended_groups(NOON)] == ["newer"]


async def test_a_new_reader_of_the_log_finds_the_same(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)
    await log.record((CONFIRMED, end(real_utc_time=NOON.isoformat())), known_seq=1)

    again = JsonlEventLog(log.directory)

    assert await again.ended_groups(NOON) == await log.ended_groups(NOON) == (EndedGroup(GROUP, NOON),)
    assert await again.references(GROUP) == await log.references(GROUP)


async def test_references_come_with_their_intent_and_their_outcome(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)
    await log.intend(intent(SECOND_REF), known_seq=1)
    await log.record((CONFIRMED, end()), known_seq=2)

    found = await log.references(GROUP)

    assert found == (
        SentReference(intent().model_copy(update={"seq": 1}), CONFIRMED.model_copy(update={"seq": 3})),
        SentReference(intent(SECOND_REF).model_copy(update={"seq": 2})),
    )


async def test_a_reference_without_an_intent_was_never_sent(log: JsonlEventLog) -> None:
    await log.record((FAILED, end()), known_seq=0)

    assert await log.references(GROUP) == ()


async def test_a_group_that_has_not_ended_tells_no_references(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)

    assert await log.references(GROUP) == ()


async def test_an_outcome_that_is_recorded_after_the_end_was_not_known(log: JsonlEventLog) -> None:
    assert await known(log, end(), CONFIRMED) is None


async def test_what_contradicts_the_outcome_after_the_end_was_not_known(log: JsonlEventLog) -> None:
    assert await known(log, FAILED, end(), CONFIRMED, LATE) == "failed"


async def test_what_a_look_before_the_end_showed_instead_of_the_outcome_was_known(log: JsonlEventLog) -> None:
    assert await known(log, FAILED, CONFIRMED, LATE, end()) == "confirmed"


async def test_an_order_that_a_look_found_open_was_known_as_what_became_of_it(log: JsonlEventLog) -> None:
    assert await known(log, FAILED, LATE, CONFIRMED, end()) == "confirmed"


async def test_a_contradiction_that_the_group_did_not_take_up_was_not_known(log: JsonlEventLog) -> None:
    assert await known(log, FAILED, CONFIRMED, end()) == "failed"


async def test_what_the_end_lists_as_a_range_was_not_known(log: JsonlEventLog) -> None:
    assert await known(log, CONFIRMED, end("partial", unfenced=[{"client_ref": FIRST_REF}])) is None


FILLED = CONFIRMED.model_copy(update={"actual_deltas": {"binance:BaseToken:ETH": Decimal("-1.5")}})


async def unknown_to_the_group(log: JsonlEventLog, *story: Any) -> str | None:
    """Record a story of one reference, and return the status of the effect that the group ended without."""
    await log.intend(intent(), known_seq=0)
    for number, event in enumerate(story):
        await log.record((event,), known_seq=number + 1)
    (found,) = await log.references(GROUP)
    return found.since.status if found.since is not None else None


async def test_an_effect_that_was_recorded_of_a_range_before_the_end_is_unknown_to_the_group(
    log: JsonlEventLog,
) -> None:
    end_of_a_range = end("partial", unfenced=[{"client_ref": FIRST_REF}])
    assert await unknown_to_the_group(log, FILLED, end_of_a_range) == "confirmed"


async def test_an_effect_that_contradicts_the_outcome_and_was_not_taken_up_is_unknown_to_the_group(
    log: JsonlEventLog,
) -> None:
    assert await unknown_to_the_group(log, FAILED, FILLED, end()) == "confirmed"


async def test_the_outcome_that_a_group_went_by_is_not_unknown_to_it(log: JsonlEventLog) -> None:
    assert await unknown_to_the_group(log, FILLED, end()) is None


async def test_the_contradiction_that_a_group_went_by_is_not_unknown_to_it(log: JsonlEventLog) -> None:
    assert await unknown_to_the_group(log, FAILED, FILLED, LATE, end()) is None


async def test_of_two_contradictions_the_group_knew_the_one_that_the_look_showed(log: JsonlEventLog) -> None:
    shown = LATE.model_copy(update={"facts": {"shown": {"binance:BaseToken:ETH": "-1.5"}}})
    more = FILLED.model_copy(update={"actual_deltas": {"binance:BaseToken:ETH": Decimal(-2)}})

    assert await known(log, FAILED, FILLED, shown, more, end()) == "confirmed"

    (found,) = await log.references(GROUP)
    assert found.known is not None
    assert found.known.actual_deltas == FILLED.actual_deltas
    assert found.since is not None
    assert found.since.actual_deltas == more.actual_deltas
