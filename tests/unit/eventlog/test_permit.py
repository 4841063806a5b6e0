"""Who may send: exactly one, and nobody once the group went on."""

from decimal import Decimal
from pathlib import Path

import pytest

from allornone.eventlog import EventLog
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import PermitState
from allornone.events.transition import TransitionKind
from tests.unit.eventlog.story import (
    COMMAND,
    CONFIRMED,
    FIRST_REF,
    GROUP,
    SECOND_REF,
    STARTED,
    end,
    intent,
    operation,
    revocation,
    transition,
    written,
)


def test_the_log_is_an_event_log(log: JsonlEventLog, tmp_path: Path) -> None:
    event_log: EventLog = log

    assert event_log.directory == tmp_path


async def test_the_first_intent_of_a_reference_is_written(log: JsonlEventLog) -> None:
    permit = await log.intend(intent(), known_seq=0)

    assert permit.state is PermitState.WRITTEN
    assert permit.trace.seq == 1
    assert permit.trace.intent == intent(seq=1)


async def test_the_second_intent_of_a_reference_finds_the_first(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)

    permit = await log.intend(intent(), known_seq=1)

    assert permit.state is PermitState.FOUND


async def test_an_intent_with_other_contents_finds_the_first(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.intend(intent(prepared={"nonce": "1"}), known_seq=0)

    permit = await log.intend(intent(prepared={"nonce": "2"}), known_seq=0)

    assert permit.state is PermitState.FOUND
    assert permit.trace.intent == intent(prepared={"nonce": "1"}, seq=1)
    assert written(tmp_path) == [(1, "pending")]


async def test_a_found_intent_comes_with_its_outcome(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)
    await log.record((CONFIRMED,), known_seq=1)

    permit = await log.intend(intent(), known_seq=0)

    assert permit.state is PermitState.FOUND
    assert permit.trace.outcome == operation("confirmed", seq=2)


async def test_an_intent_after_its_revocation_is_revoked(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.revoke(revocation(), known_seq=0)

    permit = await log.intend(intent(), known_seq=0)

    assert permit.state is PermitState.REVOKED
    assert permit.trace.revoked
    assert written(tmp_path) == [(1, "revoked")]


async def test_an_intent_revoked_later_is_still_found(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)
    await log.revoke(revocation(), known_seq=1)

    permit = await log.intend(intent(), known_seq=1)

    assert permit.state is PermitState.FOUND


async def test_a_later_record_of_another_reference_supersedes_an_intent(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((STARTED,), known_seq=0)
    await log.intend(intent(), known_seq=1)

    permit = await log.intend(intent(SECOND_REF), known_seq=1)

    assert permit.state is PermitState.SUPERSEDED
    assert permit.trace.superseded
    assert written(tmp_path) == [(1, "started"), (2, "pending")]


async def test_an_intent_that_knows_the_last_record_is_not_superseded(log: JsonlEventLog) -> None:
    await log.record((STARTED,), known_seq=0)
    await log.intend(intent(), known_seq=1)

    permit = await log.intend(intent(SECOND_REF), known_seq=2)

    assert permit.state is PermitState.WRITTEN


async def test_superseded_is_looked_at_before_found(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)
    await log.record((COMMAND,), known_seq=1)

    permit = await log.intend(intent(), known_seq=1)

    assert permit.state is PermitState.SUPERSEDED
    assert permit.trace.intent == intent(seq=1)


@pytest.mark.parametrize("kind", [TransitionKind.CONFLICT, TransitionKind.LATE_EFFECT, TransitionKind.SUPERSEDED])
async def test_an_observation_supersedes_nothing(log: JsonlEventLog, kind: TransitionKind) -> None:
    await log.record((STARTED,), known_seq=0)
    await log.record((transition(kind, SECOND_REF),), known_seq=1)

    permit = await log.intend(intent(), known_seq=1)

    assert permit.state is PermitState.WRITTEN


async def test_the_end_supersedes_an_intent_that_knows_of_it(log: JsonlEventLog) -> None:
    await log.record((STARTED, end()), known_seq=0)

    permit = await log.intend(intent(), known_seq=2)

    assert permit.state is PermitState.SUPERSEDED


async def test_another_group_supersedes_nothing(log: JsonlEventLog) -> None:
    await log.record((STARTED, end()), known_seq=0)

    permit = await log.intend(intent(group="carry-2"), known_seq=0)

    assert permit.state is PermitState.WRITTEN
    assert permit.trace.seq == 1


async def test_a_reference_is_revoked_once(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.revoke(revocation(), known_seq=0)

    trace = await log.revoke(revocation(event_id="another"), known_seq=0)

    assert trace.revoked
    assert written(tmp_path) == [(1, "revoked")]


async def test_a_revocation_is_written_beside_an_intent(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.intend(intent(), known_seq=0)

    trace = await log.revoke(revocation(), known_seq=1)

    assert trace.intent == intent(seq=1)
    assert written(tmp_path) == [(1, "pending"), (2, "revoked")]


async def test_a_revocation_by_a_superseded_life_is_written_and_told(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.record((STARTED, end()), known_seq=0)

    trace = await log.revoke(revocation(), known_seq=0)

    assert trace.superseded
    assert written(tmp_path) == [(1, "started"), (2, "completed"), (3, "revoked")]


async def test_a_reference_never_heard_of_has_an_empty_trace(log: JsonlEventLog) -> None:
    trace = await log.reference(GROUP, FIRST_REF)

    assert (trace.seq, trace.intent, trace.revoked, trace.outcome, trace.superseded) == (
        0,
        None,
        False,
        None,
        False,
    )


async def test_an_intent_without_a_reference_is_refused(log: JsonlEventLog) -> None:
    with pytest.raises(ValueError, match="must name its atomic_group_id, client_ref and event_id"):
        await log.intend(intent(client_ref=None), known_seq=0)


async def test_an_intent_that_is_not_pending_is_refused(log: JsonlEventLog) -> None:
    with pytest.raises(ValueError, match="must have the status 'pending', was 'confirmed'"):
        await log.intend(CONFIRMED, known_seq=0)


async def test_an_intent_under_the_id_of_another_record_is_refused(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)

    with pytest.raises(ValueError, match=r"already names another record, in operation_executions\.jsonl"):
        await log.intend(intent(SECOND_REF, event_id=intent().event_id), known_seq=1)


async def test_a_log_opened_anew_knows_every_reference(log: JsonlEventLog, tmp_path: Path) -> None:
    await log.intend(intent(), known_seq=0)
    await log.revoke(revocation(SECOND_REF), known_seq=1)
    reopened = JsonlEventLog(tmp_path)

    assert (await reopened.intend(intent(), known_seq=2)).state is PermitState.FOUND
    assert (await reopened.intend(intent(SECOND_REF), known_seq=2)).state is PermitState.REVOKED


async def test_an_effect_that_contradicts_the_outcome_comes_with_its_trace(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)
    await log.record((operation("failed"),), known_seq=1)
    filled = CONFIRMED.model_copy(update={"actual_deltas": {"binance:BaseToken:ETH": Decimal("-1.5")}})
    await log.record((filled,), known_seq=2)

    trace = await log.reference(GROUP, FIRST_REF)

    assert trace.outcome is not None
    assert trace.outcome.status == "failed"
    assert trace.effect is not None
    assert trace.effect.actual_deltas == filled.actual_deltas


async def test_an_operators_word_contradicts_nothing_that_a_venue_said(log: JsonlEventLog) -> None:
    await log.intend(intent(), known_seq=0)
    moved = {"actual_deltas": {"binance:BaseToken:ETH": Decimal("-1.5")}}
    await log.record((CONFIRMED.model_copy(update=moved),), known_seq=1)
    word = {"actual_deltas": {"binance:BaseToken:ETH": Decimal(-1)}, "evidence": {"attested": True}}
    await log.record((CONFIRMED.model_copy(update=word),), known_seq=2)

    trace = await log.reference(GROUP, FIRST_REF)

    assert trace.contradiction is None
    assert trace.effect == trace.outcome
