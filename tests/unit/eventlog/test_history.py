"""A group's whole story, as the log itself tells it."""

from allornone.eventlog.jsonl import JsonlEventLog
from tests.unit.eventlog.story import CONFIRMED, FIRST_REF, GROUP, STARTED, delta, end, intent, operation


async def test_a_history_is_every_event_of_the_group_in_the_order_of_seq(log: JsonlEventLog) -> None:
    story = (STARTED, intent(), CONFIRMED, delta(), end())
    await log.record(story, known_seq=0)
    await log.intend(intent(group="carry-2"), known_seq=0)

    found = await log.history(GROUP)

    assert found == tuple(event.model_copy(update={"seq": seq}) for seq, event in enumerate(story, start=1))


async def test_a_history_holds_the_conflicts_too(log: JsonlEventLog) -> None:
    await log.record((CONFIRMED,), known_seq=0)
    await log.record((operation("confirmed", executed_amount="0.5"),), known_seq=1, in_flight=FIRST_REF)

    assert [event.seq for event in await log.history(GROUP)] == [1, 2]


async def test_a_group_never_heard_of_has_no_history(log: JsonlEventLog) -> None:
    assert await log.history("never") == ()


async def test_a_log_opened_anew_tells_the_same_history(log: JsonlEventLog) -> None:
    await log.record((STARTED, intent(), CONFIRMED), known_seq=0)

    assert await JsonlEventLog(log.directory).history(GROUP) == await log.history(GROUP)
