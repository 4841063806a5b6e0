"""What is known of the older part of a log lies beside it: opening is cheap, and the log alone is believed."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from allornone.eventlog.checkpoint import Checkpoint
from allornone.eventlog.cursor import Cursor
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.entry import Entry, Place
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import EndedGroup, PermitState
from allornone.eventlog.verification import Verification
from allornone.events.transition import TransitionKind
from tests.unit.eventlog.story import (
    CONFIRMED,
    FIRST_REF,
    GROUP,
    NOON,
    STARTED,
    delta,
    end,
    intent,
    operation,
    transition,
    written,
)

OPERATIONS = "operation_executions.jsonl"


def log_of(directory: Path) -> JsonlEventLog:
    """A log that keeps nothing in memory: each call begins with all before it in the checkpoint."""
    return JsonlEventLog(directory, fresh=1)


def checkpoints(directory: Path) -> list[Path]:
    return list((directory / "events").glob(".index.*.db"))


async def told(directory: Path) -> None:
    """A log of one group that ended, all of it in the checkpoint."""
    log = log_of(directory)
    await log.record((STARTED,), known_seq=0)
    await log.intend(intent(), known_seq=1)
    await log.record((CONFIRMED, delta(), end(real_utc_time=NOON.isoformat())), known_seq=2)
    await log.refresh()


def spoil(directory: Path, file: str, old: bytes, new: bytes) -> None:
    path = directory / "events" / file
    path.write_bytes(path.read_bytes().replace(old, new))


async def test_a_small_log_has_no_checkpoint(tmp_path: Path) -> None:
    await JsonlEventLog(tmp_path).record((STARTED, CONFIRMED), known_seq=0)
    await JsonlEventLog(tmp_path).refresh()

    assert checkpoints(tmp_path) == []


async def test_what_a_checkpoint_covers_is_not_read_again_and_verification_reads_it(tmp_path: Path) -> None:
    await told(tmp_path)
    spoil(tmp_path, OPERATIONS, b'"status":"pending"', b'"status":"unknown"')

    await log_of(tmp_path).refresh()

    assert next((found.line, found.kind) for found in Verification(tmp_path).problems()) == (1, "checksum")


async def test_a_line_that_was_changed_under_a_checkpoint_is_never_answered_with(tmp_path: Path) -> None:
    await told(tmp_path)
    spoil(tmp_path, OPERATIONS, b'"status":"pending"', b'"status":"unknown"')

    with pytest.raises(DamagedLogError, match="at byte 0: the checksum does not match"):
        await log_of(tmp_path).reference(GROUP, FIRST_REF)


async def test_a_log_with_a_checkpoint_answers_as_one_without(tmp_path: Path) -> None:
    await told(tmp_path)
    log = log_of(tmp_path)

    assert await log.history(GROUP) == await JsonlEventLog(tmp_path).history(GROUP)
    assert [event.seq for event in await log.history(GROUP)] == [1, 2, 3, 4, 5]
    assert (await log.intend(intent("b" * 32), known_seq=5)).state is PermitState.SUPERSEDED
    assert (await log.group(GROUP)).ended
    assert [sent.known for sent in await log.references(GROUP)] == [CONFIRMED.model_copy(update={"seq": 3})]


async def test_an_event_of_long_ago_is_still_written_once_and_contradicted_once(tmp_path: Path) -> None:
    await told(tmp_path)
    other = operation("confirmed", executed_amount="0.5")

    for _ in range(2):
        await log_of(tmp_path).record((CONFIRMED,), known_seq=5)
        await log_of(tmp_path).record((other,), known_seq=5)

    assert [word for _, word in written(tmp_path)] == [
        "started",
        "pending",
        "confirmed",
        "delta",
        "completed",
        "conflict",
    ]


async def test_the_open_groups_are_those_of_the_checkpoint_and_of_memory(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path, fresh=4)
    for name in ("one", "two", "three", "four", "five"):
        await log.record((STARTED.model_copy(update={"atomic_group_id": name, "event_id": name}),), known_seq=0)
    await log.record((end(atomic_group_id="two"),), known_seq=1)
    abandoned = transition(TransitionKind.ABANDONED, atomic_group_id="three", event_id="abandoned")
    await log.record((abandoned,), known_seq=1)

    assert await log.open_groups() == ("one", "four", "five")
    assert await log_of(tmp_path).open_groups() == ("one", "four", "five")


async def test_the_ended_groups_come_the_newest_first_wherever_they_are_kept(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path, fresh=2)
    for minute in range(5):
        at = (NOON + timedelta(minutes=minute)).isoformat()
        await log.record((end(atomic_group_id=f"g{minute}", event_id=f"e{minute}", real_utc_time=at),), known_seq=0)

    found = await log.ended_groups(NOON + timedelta(minutes=1))

    assert [each.group_id for each in found] == ["g4", "g3", "g2", "g1"]
    assert found[-1] == EndedGroup("g1", NOON + timedelta(minutes=1))


async def test_several_processes_share_one_checkpoint(tmp_path: Path) -> None:
    one, two = log_of(tmp_path), JsonlEventLog(tmp_path, fresh=3)
    for number in range(12):
        log = (one, two)[number % 2]
        await log.record((transition(TransitionKind.LATE_EFFECT, event_id=f"e{number}"),), known_seq=0)

    assert len(checkpoints(tmp_path)) == 1
    assert [event.event_id for event in await log_of(tmp_path).history(GROUP)] == [f"e{n}" for n in range(12)]
    assert [event.seq for event in await two.history(GROUP)] == list(range(1, 13))


async def test_a_log_that_was_cut_back_behind_a_checkpoint_is_read_anew(tmp_path: Path) -> None:
    await told(tmp_path)
    path = tmp_path / "events" / OPERATIONS
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])

    trace = await log_of(tmp_path).reference(GROUP, FIRST_REF)

    assert (trace.intent is not None, trace.outcome) == (True, None)


async def test_a_log_whose_last_covered_line_is_another_is_read_anew(tmp_path: Path) -> None:
    await told(tmp_path)
    spoil(tmp_path, OPERATIONS, b'"status":"confirmed"', b'"status":"confirmeD"')

    with pytest.raises(DamagedLogError, match="line 2: the checksum does not match"):
        await log_of(tmp_path).refresh()


async def test_a_checkpoint_that_cannot_be_read_is_made_again(tmp_path: Path) -> None:
    await told(tmp_path)
    (path,) = checkpoints(tmp_path)
    for each in (tmp_path / "events").glob(".index.*"):
        each.unlink()
    path.write_bytes(b"no database" * 1000)

    assert [event.seq for event in await log_of(tmp_path).history(GROUP)] == [1, 2, 3, 4, 5]
    assert path not in checkpoints(tmp_path)


async def test_a_checkpoint_that_is_held_by_another_is_neither_waited_for_nor_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allornone.eventlog.checkpoint.PATIENCE_S", 0)
    await told(tmp_path)
    (path,) = checkpoints(tmp_path)
    holder = sqlite3.connect(path)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")

    assert [event.seq for event in await log_of(tmp_path).history(GROUP)] == [1, 2, 3, 4, 5]
    assert checkpoints(tmp_path) == [path]
    holder.close()


async def test_a_checkpoint_of_another_format_is_made_again(tmp_path: Path) -> None:
    await told(tmp_path)
    (path,) = checkpoints(tmp_path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()

    assert [event.seq for event in await log_of(tmp_path).history(GROUP)] == [1, 2, 3, 4, 5]
    assert path not in checkpoints(tmp_path)


async def test_a_checkpoint_that_is_deleted_under_a_log_loses_nothing(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    await log.record((STARTED, intent()), known_seq=0)
    await log.refresh()
    for each in (tmp_path / "events").glob(".index.*"):
        each.unlink()

    await asyncio.gather(*(log.record((event,), known_seq=2) for event in (CONFIRMED, delta())))
    await log.refresh()

    assert [event.seq for event in await log.history(GROUP)] == [1, 2, 3, 4]
    assert [event.seq for event in await log_of(tmp_path).history(GROUP)] == [1, 2, 3, 4]


def test_what_is_covered_already_is_taken_in_once(tmp_path: Path) -> None:
    one, two = Checkpoint(tmp_path), Checkpoint(tmp_path)
    place = Place(OPERATIONS, 1, 0, 99)
    entry = Entry(place, "e1", GROUP, 1, FIRST_REF, "pending", "pending", "2025-01-27T12:00:00Z")
    cursors = {OPERATIONS: Cursor(100, 1, "a" * 64)}

    assert one.save([entry], cursors)
    assert two.save([entry], cursors)

    assert list(two.group(GROUP)) == [entry]
    assert Checkpoint(tmp_path).open() == cursors
