"""A file that is full is closed, and the chain goes on in the next: for writers, for readers, for followers."""

from pathlib import Path

import pytest

from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.domainlogger import DomainEventLogger
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.line import line_hash
from allornone.eventlog.reader import EventReader
from allornone.eventlog.trace import PermitState
from allornone.eventlog.verification import Verification
from allornone.events.transition import GroupTransitionEvent, TransitionKind
from tests.unit.eventlog.story import CONFIRMED, FIRST_REF, GROUP, STARTED, delta, end, intent, transition

ACTIVE = "group_transitions.jsonl"
FIRST, SECOND = "group_transitions.000001.jsonl", "group_transitions.000002.jsonl"


def note(number: int) -> GroupTransitionEvent:
    return transition(TransitionKind.LATE_EFFECT, event_id=f"note-{number}")


def small(directory: Path) -> JsonlEventLog:
    """A log in which every line fills a segment."""
    return JsonlEventLog(directory, rotate_bytes=1)


async def write(log: JsonlEventLog, *numbers: int) -> None:
    for number in numbers:
        await log.record((note(number),), known_seq=0)


def raw(directory: Path, name: str) -> bytes:
    return (directory / "events" / name).read_bytes()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "events").glob("group_transitions*"))


def ids(directory: Path) -> list[str]:
    return [event.event_id for event in EventReader(directory).events()]


async def test_a_file_is_closed_before_the_line_that_finds_it_full(tmp_path: Path) -> None:
    await write(JsonlEventLog(tmp_path), 1, 2)
    limit = len(raw(tmp_path, ACTIVE)) + 1

    await write(JsonlEventLog(tmp_path, rotate_bytes=limit), 3, 4)

    assert raw(tmp_path, FIRST).count(b"\n") == 3
    assert raw(tmp_path, ACTIVE).count(b"\n") == 1


async def test_the_first_line_of_a_segment_carries_the_hash_of_the_last_line_before(tmp_path: Path) -> None:
    await write(small(tmp_path), 1, 2, 3)

    assert names(tmp_path) == [FIRST, SECOND, ACTIVE]
    last = raw(tmp_path, FIRST).removesuffix(b"\n")
    assert b'"prev":"%s"' % line_hash(last).encode() in raw(tmp_path, SECOND)
    assert list(Verification(tmp_path).problems()) == []


async def test_only_the_file_that_is_full_is_closed(tmp_path: Path) -> None:
    await write(small(tmp_path), 1, 2)

    await JsonlEventLog(tmp_path).record((intent(), CONFIRMED), known_seq=2)

    assert not (tmp_path / "events" / "operation_executions.000001.jsonl").exists()


async def test_another_process_follows_through_several_rotations(tmp_path: Path) -> None:
    other = JsonlEventLog(tmp_path)
    await write(other, 1)
    await write(small(tmp_path), 2, 3, 4)

    recorded = await other.record((note(2), note(5)), known_seq=0)

    assert recorded.seq == 5
    assert ids(tmp_path) == [f"note-{number}" for number in range(1, 6)]
    assert list(Verification(tmp_path).problems()) == []


async def test_two_writers_close_segments_in_turn(tmp_path: Path) -> None:
    one, two = small(tmp_path), small(tmp_path)
    for number in range(1, 7, 2):
        await write(one, number)
        await write(two, number + 1)

    assert ids(tmp_path) == [f"note-{number}" for number in range(1, 7)]
    assert list(Verification(tmp_path).problems()) == []


async def test_a_log_opened_anew_knows_what_lies_in_closed_segments(tmp_path: Path) -> None:
    log = small(tmp_path)
    await log.record((STARTED,), known_seq=0)
    await log.intend(intent(), known_seq=1)
    await log.record((CONFIRMED, delta(), end()), known_seq=2)

    again = small(tmp_path)
    permit = await again.intend(intent(), known_seq=5)
    recorded = await again.record((CONFIRMED,), known_seq=5)

    assert permit.state is PermitState.SUPERSEDED
    assert recorded.seq == 5
    assert [event.seq for event in await again.history(GROUP)] == [1, 2, 3, 4, 5]
    assert (await again.references(GROUP))[0].intent.client_ref == FIRST_REF


async def test_the_intent_of_a_closed_segment_still_holds_the_permit(tmp_path: Path) -> None:
    log = small(tmp_path)
    await log.intend(intent(), known_seq=0)
    await log.intend(intent("c" * 32, group="carry-2"), known_seq=0)

    permit = await small(tmp_path).intend(intent(), known_seq=1)

    assert permit.state is PermitState.FOUND
    assert permit.trace.intent == intent().model_copy(update={"seq": 1})


async def test_a_follower_gets_each_event_once_whatever_is_closed_meanwhile(tmp_path: Path) -> None:
    reader = EventReader(tmp_path)
    log = small(tmp_path)
    await write(log, 1)
    first, position = reader.after({})
    await write(log, 2, 3)

    second, position = reader.after(position)

    assert [event.event_id for event in first] == ["note-1"]
    assert [event.event_id for event in second] == ["note-2", "note-3"]
    assert reader.after(position) == ((), position)


async def test_a_position_in_the_middle_of_a_segment_outlives_its_closing(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    await write(log, 1, 2)
    _, position = EventReader(tmp_path).after({})
    await write(log, 3)
    await write(small(tmp_path), 4)

    found, _ = EventReader(tmp_path).after(position)

    assert [event.event_id for event in found] == ["note-3", "note-4"]


async def test_the_seeds_logger_writes_on_in_a_rotated_log(tmp_path: Path) -> None:
    logger = DomainEventLogger(tmp_path)
    logger.log_transition(note(1))
    await write(small(tmp_path), 2)

    logger.log_transition(note(3))

    assert ids(tmp_path) == ["note-1", "note-2", "note-3"]


async def test_a_line_lost_from_the_end_of_a_segment_is_named_where_the_chain_breaks(tmp_path: Path) -> None:
    await write(JsonlEventLog(tmp_path), 1, 2)
    await write(small(tmp_path), 3)
    whole = raw(tmp_path, FIRST).splitlines(keepends=True)
    (tmp_path / "events" / FIRST).write_bytes(whole[0])

    with pytest.raises(DamagedLogError, match=r"group_transitions\.jsonl line 1: the hash of the line before"):
        await JsonlEventLog(tmp_path).refresh()
    problem = next(Verification(tmp_path).problems())
    assert (problem.file, problem.line, problem.kind) == (ACTIVE, 1, "chain")


@pytest.mark.parametrize("tail", [b'{"v":1', b"\x00"])
async def test_a_torn_tail_of_a_closed_segment_is_damage(tmp_path: Path, tail: bytes) -> None:
    await write(small(tmp_path), 1, 2)
    with (tmp_path / "events" / FIRST).open("ab") as file:
        file.write(tail)

    with pytest.raises(DamagedLogError, match=r"000001\.jsonl line 1: a segment is closed behind a whole line"):
        await JsonlEventLog(tmp_path).refresh()
    with pytest.raises(DamagedLogError, match=r"000001\.jsonl line 2: no newline at its end"):
        ids(tmp_path)
    assert [(found.file, found.line, found.kind) for found in Verification(tmp_path).problems()] == [
        (FIRST, 2, "checksum")
    ]


async def test_a_closed_segment_without_its_last_newline_is_damage(tmp_path: Path) -> None:
    await write(small(tmp_path), 1, 2)
    path = tmp_path / "events" / FIRST
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(DamagedLogError, match="closed behind a whole line"):
        await JsonlEventLog(tmp_path).refresh()


async def test_a_missing_segment_is_named_by_writers_readers_and_verification(tmp_path: Path) -> None:
    log = small(tmp_path)
    await write(log, 1, 2, 3)
    (tmp_path / "events" / FIRST).unlink()

    with pytest.raises(DamagedLogError, match=r"000001\.jsonl line 0: the segment is missing"):
        await small(tmp_path).refresh()
    with pytest.raises(DamagedLogError, match="the segment is missing"):
        ids(tmp_path)
    assert [(found.file, found.kind) for found in Verification(tmp_path).problems()] == [(FIRST, "segment")]


async def test_another_file_in_the_place_of_an_active_one_is_damage_also_beside_closed_segments(tmp_path: Path) -> None:
    log = small(tmp_path)
    await write(log, 1, 2)
    path = tmp_path / "events" / ACTIVE
    path.rename(path.with_suffix(".old"))
    path.touch()

    with pytest.raises(DamagedLogError, match="another file was put in its place"):
        await write(log, 3)


async def test_a_name_that_is_taken_is_never_written_over(tmp_path: Path) -> None:
    log = small(tmp_path)
    await write(log, 1)
    taken = tmp_path / "events" / FIRST
    taken.write_bytes(b"somebody's\n")

    with pytest.raises(DamagedLogError, match=r"000001\.jsonl is there already"):
        await write(log, 2)
    assert taken.read_bytes() == b"somebody's\n"


async def test_a_reader_that_was_ahead_of_a_file_cut_short_says_so(tmp_path: Path) -> None:
    await write(JsonlEventLog(tmp_path), 1, 2)
    _, position = EventReader(tmp_path).after({})
    path = tmp_path / "events" / ACTIVE
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])

    with pytest.raises(DamagedLogError, match="the file was cut short since it was read"):
        EventReader(tmp_path).after(position)


def test_a_log_cannot_rotate_at_no_size(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rotate_bytes must be at least 1, was 0"):
        JsonlEventLog(tmp_path, rotate_bytes=0)
