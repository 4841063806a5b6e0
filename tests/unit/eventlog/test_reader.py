"""Reading what others write."""

from pathlib import Path

import pytest

from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.reader import EventReader
from allornone.events.transition import TransitionKind
from tests.unit.eventlog.story import CONFIRMED, GROUP, STARTED, delta, end, intent, transition


@pytest.fixture
def reader(tmp_path: Path) -> EventReader:
    return EventReader(tmp_path)


def ids(reader: EventReader, group_id: str | None = None, kind: str | None = None) -> list[str]:
    return [event.event_id for event in reader.events(group_id, kind)]


def test_a_log_that_is_not_there_is_empty(reader: EventReader) -> None:
    assert list(reader.events()) == []
    assert reader.after({}) == ((), {})


async def test_events_of_a_group_come_in_the_order_they_happened(log: JsonlEventLog, reader: EventReader) -> None:
    await log.record((STARTED, intent(), CONFIRMED, delta(), end()), known_seq=0)
    await log.intend(intent(group="carry-2"), known_seq=0)

    assert ids(reader, GROUP) == [e.event_id for e in (STARTED, intent(), CONFIRMED, delta(), end())]


async def test_events_are_what_was_recorded_with_their_seq(log: JsonlEventLog, reader: EventReader) -> None:
    await log.record((STARTED, CONFIRMED), known_seq=0)

    assert list(reader.events(GROUP)) == [
        STARTED.model_copy(update={"seq": 1}),
        CONFIRMED.model_copy(update={"seq": 2}),
    ]


async def test_all_events_come_file_by_file(log: JsonlEventLog, reader: EventReader) -> None:
    await log.record((STARTED, intent()), known_seq=0)
    await log.intend(intent(group="carry-2"), known_seq=0)

    assert ids(reader) == [intent().event_id, intent(group="carry-2").event_id, STARTED.event_id]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("operation", ["pending", "confirmed"]),
        ("delta", ["delta"]),
        ("group", ["end"]),
        ("transition", ["started", "blocked"]),
        ("blocked", ["blocked"]),
    ],
)
async def test_events_are_chosen_by_kind(
    log: JsonlEventLog, reader: EventReader, kind: str, expected: list[str]
) -> None:
    blocked = transition(TransitionKind.BLOCKED)
    names = {
        STARTED.event_id: "started",
        intent().event_id: "pending",
        CONFIRMED.event_id: "confirmed",
        delta().event_id: "delta",
        blocked.event_id: "blocked",
        end().event_id: "end",
    }
    await log.record((STARTED, intent(), CONFIRMED, delta(), blocked, end()), known_seq=0)

    assert [names[found] for found in ids(reader, GROUP, kind)] == expected


async def test_a_torn_tail_of_a_live_file_is_not_there_yet(
    log: JsonlEventLog, reader: EventReader, tmp_path: Path
) -> None:
    await log.record((STARTED, intent()), known_seq=0)
    with (tmp_path / "events" / "operation_executions.jsonl").open("ab") as file:
        file.write(b'{"v":1,"time')

    assert ids(reader, GROUP) == [STARTED.event_id, intent().event_id]


async def test_a_follower_gets_each_event_once(log: JsonlEventLog, reader: EventReader) -> None:
    await log.record((STARTED, intent()), known_seq=0)
    first, position = reader.after({})
    await log.record((CONFIRMED, end()), known_seq=2)

    second, position = reader.after(position)

    assert [event.seq for event in first] == [1, 2]
    assert [event.seq for event in second] == [3, 4]
    assert reader.after(position) == ((), position)


async def test_a_reader_tells_of_damage(log: JsonlEventLog, reader: EventReader, tmp_path: Path) -> None:
    await log.record((STARTED,), known_seq=0)
    path = tmp_path / "events" / "group_transitions.jsonl"
    path.write_bytes(path.read_bytes().replace(b"desk-7", b"desk-8"))

    with pytest.raises(DamagedLogError, match=r"group_transitions\.jsonl line 1: the checksum does not match"):
        ids(reader)


async def test_a_line_longer_than_a_chunk_is_read_whole(log: JsonlEventLog, reader: EventReader) -> None:
    long = intent(venue_metadata={"receipt": "x" * 3_000_000})
    await log.intend(long, known_seq=0)
    await log.record((CONFIRMED,), known_seq=1)

    assert ids(reader, GROUP) == [long.event_id, CONFIRMED.event_id]
