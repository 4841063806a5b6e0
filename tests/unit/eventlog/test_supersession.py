"""Decisions of another life of a group are refused; evidence is always kept."""

from pathlib import Path

import pytest

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.events import Event
from allornone.events.transition import TransitionKind
from tests.unit.eventlog.story import (
    COMMAND,
    CONFIRMED,
    FIRST_REF,
    GROUP,
    SECOND_REF,
    STARTED,
    delta,
    end,
    intent,
    operation,
    revocation,
    transition,
    written,
)


@pytest.mark.parametrize(
    "decision",
    [
        transition(TransitionKind.STARTED),
        transition(TransitionKind.BLOCKED),
        transition(TransitionKind.UNBLOCKED),
        transition(TransitionKind.ROLLING_BACK),
        transition(TransitionKind.COMMAND),
        transition(TransitionKind.DEADLINE),
        end("rolled_back"),
    ],
    ids=lambda event: getattr(event, "kind", "end"),
)
async def test_a_decision_of_a_superseded_life_is_not_written(
    log: JsonlEventLog, tmp_path: Path, decision: Event
) -> None:
    await log.record((intent(SECOND_REF),), known_seq=0)

    recorded = await log.record((decision,), known_seq=0)

    assert (recorded.seq, recorded.superseded) == (1, True)
    assert written(tmp_path) == [(1, "pending")]


@pytest.mark.parametrize(
    "evidence",
    [
        CONFIRMED,
        delta(),
        revocation(),
        transition(TransitionKind.CONFLICT),
        transition(TransitionKind.LATE_EFFECT),
        transition(TransitionKind.ABANDONED),
    ],
    ids=lambda event: getattr(event, "kind", type(event).__name__),
)
async def test_evidence_of_a_superseded_life_is_written(log: JsonlEventLog, evidence: Event) -> None:
    await log.record((intent(SECOND_REF),), known_seq=0)

    recorded = await log.record((evidence,), known_seq=0)

    assert (recorded.seq, recorded.superseded) == (2, True)


async def test_a_superseded_life_writes_the_outcome_beside_its_refused_end(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((intent(SECOND_REF),), known_seq=0)

    await log.record((CONFIRMED, end()), known_seq=0)

    assert written(tmp_path) == [(1, "pending"), (2, "confirmed")]


async def test_the_end_written_again_is_not_superseded_by_itself(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((STARTED, end()), known_seq=0)

    recorded = await log.record((end(),), known_seq=1)

    assert (recorded.seq, recorded.superseded) == (2, False)
    assert written(tmp_path) == [(1, "started"), (2, "completed")]


async def test_another_end_is_not_written(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((end("completed"),), known_seq=0)

    recorded = await log.record((end("rolled_back"),), known_seq=1)

    assert recorded.superseded
    assert written(tmp_path) == [(1, "completed")]


@pytest.mark.parametrize("event", [COMMAND, transition(TransitionKind.LATE_EFFECT, FIRST_REF)], ids=["command", "late"])
async def test_what_happens_after_the_end_is_written(log: JsonlEventLog, event: Event) -> None:
    await log.record((end(),), known_seq=0)

    recorded = await log.record((event,), known_seq=1)

    assert (recorded.seq, recorded.superseded) == (2, False)


async def test_the_group_tells_its_start_its_end_and_its_last_record(log: JsonlEventLog) -> None:
    await log.record((STARTED,), known_seq=0)
    before = await log.group(GROUP)
    await log.record((end(),), known_seq=1)
    after = await log.group(GROUP)

    assert (before.seq, before.started, before.ended) == (1, STARTED.model_copy(update={"seq": 1}), False)
    assert (after.seq, after.ended) == (2, True)


async def test_a_group_is_open_from_its_start_to_its_end(log: JsonlEventLog) -> None:
    await log.record((STARTED,), known_seq=0)
    before = await log.open_groups()
    await log.record((end(),), known_seq=1)
    after = await log.open_groups()

    assert (before, after) == (("carry-1",), ())


async def test_a_group_without_a_start_is_not_open(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)

    assert await log.open_groups() == ()


async def test_an_abandoned_group_is_open_again_when_it_is_started_again(log: JsonlEventLog) -> None:
    await log.record((STARTED, transition(TransitionKind.ABANDONED)), known_seq=0)
    before = await log.open_groups()
    await log.record((transition(TransitionKind.STARTED, event_id="again"),), known_seq=2)
    after = await log.open_groups()

    assert (before, after) == ((), ("carry-1",))


async def test_events_of_two_groups_are_refused(log: JsonlEventLog) -> None:
    with pytest.raises(ValueError, match=r"exactly one group .* were of \['carry-1', 'carry-2'\]"):
        await log.record((STARTED, intent(group="carry-2")), known_seq=0)


async def test_an_event_without_an_id_is_refused(log: JsonlEventLog) -> None:
    with pytest.raises(ValueError, match="without an event_id cannot be recorded once"):
        await log.record((operation("confirmed", event_id=""),), known_seq=0)


async def test_the_intent_in_flight_does_not_supersede_a_command(log: JsonlEventLog) -> None:
    await log.record((intent(FIRST_REF),), known_seq=0)

    recorded = await log.record((COMMAND,), known_seq=0, in_flight=FIRST_REF)

    assert (recorded.seq, recorded.superseded) == (2, False)


@pytest.mark.parametrize("evidence", [CONFIRMED, delta(), revocation()], ids=["outcome", "delta", "revoked"])
async def test_late_evidence_of_an_older_reference_supersedes_nothing(log: JsonlEventLog, evidence: Event) -> None:
    await log.record((evidence,), known_seq=0)

    recorded = await log.record((COMMAND,), known_seq=0)

    assert not recorded.superseded
