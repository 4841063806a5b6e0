"""The log that the journal is measured against answers as the journal does."""

from pathlib import Path

from allornone.eventlog import EventLog
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.events.transition import TransitionKind
from tests.bench.memorylog import MemoryLog
from tests.unit.eventlog.story import CONFIRMED, FIRST_REF, GROUP, NOON, STARTED, end, intent, operation, transition


async def answers(log: EventLog) -> list[object]:
    """Tell a group's whole story, with what happens twice, contradicts or comes too late, and return each answer."""
    return [
        await log.record((STARTED,), known_seq=0),
        await log.intend(intent(), known_seq=1),
        await log.intend(intent(), known_seq=1),
        await log.record((CONFIRMED,), known_seq=2),
        await log.record((CONFIRMED,), known_seq=2),
        await log.record((operation("failed"),), known_seq=3),
        await log.revoke(transition(TransitionKind.REVOKED, FIRST_REF), known_seq=4),
        await log.reference(GROUP, FIRST_REF),
        await log.open_groups(),
        await log.record((end(),), known_seq=5),
        await log.intend(intent(), known_seq=2),
        await log.group(GROUP),
        await log.references(GROUP),
        await log.ended_groups(NOON),
        await log.history(GROUP),
        await log.open_groups(),
    ]


async def test_the_log_in_memory_answers_as_the_journal_does(tmp_path: Path) -> None:
    assert await answers(MemoryLog(tmp_path)) == await answers(JsonlEventLog(tmp_path))
