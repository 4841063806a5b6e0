"""A record that says `recovered` begins a new life: whatever lives on of the old one sends and decides nothing."""

from pathlib import Path

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import PermitState
from allornone.events.transition import TransitionKind
from tests.unit.eventlog.story import (
    CONFIRMED,
    FIRST_REF,
    GROUP,
    SECOND_REF,
    STARTED,
    end,
    intent,
    revocation,
    transition,
    written,
)

RECOVERED = transition(TransitionKind.RECOVERED)


async def recovered(log: JsonlEventLog) -> int:
    """Start a group, send once, and recover it; return what the old life has seen."""
    seen = (await log.record((STARTED,), known_seq=0)).seq
    await log.intend(intent(), seen)
    await log.record((RECOVERED,), known_seq=seen + 1)
    return seen


async def test_the_old_life_may_send_nothing_more_not_even_what_the_new_one_has_not_sent(log: JsonlEventLog) -> None:
    seen = await recovered(log)

    permit = await log.intend(intent(SECOND_REF), seen + 1)

    assert permit.state is PermitState.SUPERSEDED


async def test_the_old_life_may_not_send_what_the_new_one_sends_under_the_same_reference(log: JsonlEventLog) -> None:
    seen = await recovered(log)
    assert (await log.intend(intent(SECOND_REF), seen + 2)).state is PermitState.WRITTEN

    permit = await log.intend(intent(SECOND_REF), seen + 1)

    assert permit.state is PermitState.SUPERSEDED


async def test_the_old_lifes_decisions_are_refused_and_its_end_is(log: JsonlEventLog, tmp_path: Path) -> None:
    seen = await recovered(log)

    for decision in (transition(TransitionKind.ROLLING_BACK), transition(TransitionKind.JUDGED), end("completed")):
        told = await log.record((decision,), seen + 1, in_flight=FIRST_REF)
        assert told.superseded

    assert written(tmp_path)[-1] == (3, "recovered")


async def test_the_old_lifes_look_is_told_that_another_went_on(log: JsonlEventLog) -> None:
    seen = await recovered(log)

    assert (await log.revoke(revocation(), seen + 1)).superseded


async def test_what_the_old_life_learns_is_kept(log: JsonlEventLog) -> None:
    seen = await recovered(log)

    told = await log.record((CONFIRMED,), seen + 1)

    assert told.superseded
    outcome = (await log.reference(GROUP, FIRST_REF)).outcome
    assert outcome is not None
    assert outcome.status == "confirmed"


async def test_the_new_life_sends_and_decides(log: JsonlEventLog) -> None:
    seen = await recovered(log)

    assert (await log.intend(intent(SECOND_REF), seen + 2)).state is PermitState.WRITTEN
    assert not (await log.record((transition(TransitionKind.BLOCKED),), seen + 3)).superseded


async def test_a_recovery_whose_records_are_old_is_refused(log: JsonlEventLog, tmp_path: Path) -> None:
    seen = (await log.record((STARTED,), known_seq=0)).seq
    await log.intend(intent(), seen)

    told = await log.record((RECOVERED,), known_seq=seen)

    assert told.superseded
    assert "recovered" not in {kind for _, kind in written(tmp_path)}


async def test_the_same_recovery_twice_is_one(log: JsonlEventLog, tmp_path: Path) -> None:
    seen = (await log.record((STARTED,), known_seq=0)).seq

    first = await log.record((RECOVERED,), known_seq=seen)
    again = await log.record((RECOVERED,), known_seq=seen)

    assert (first.superseded, again.superseded) == (False, False)
    assert [kind for _, kind in written(tmp_path)] == ["started", "recovered"]


async def test_an_abandoned_group_is_open_again_when_it_is_recovered(log: JsonlEventLog) -> None:
    await log.record((STARTED,), known_seq=0)
    await log.record((transition(TransitionKind.ABANDONED),), known_seq=1)
    assert await log.open_groups() == ()

    await log.record((RECOVERED,), known_seq=2)

    assert await log.open_groups() == (GROUP,)
