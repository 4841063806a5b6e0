"""What a crash leaves behind is repaired and noted; what no crash can leave behind stops the log."""

import hashlib
from pathlib import Path

import pytest

from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.reader import EventReader
from allornone.eventlog.trace import PermitState
from allornone.eventlog.verification import Verification
from tests.unit.eventlog.story import (
    CONFIRMED,
    FIRST_REF,
    GROUP,
    STARTED,
    delta,
    intent,
    lines,
    operation,
    written,
)

OPERATIONS = "operation_executions.jsonl"
TRANSITIONS = "group_transitions.jsonl"


def append(directory: Path, file: str, data: bytes) -> None:
    with (directory / "events" / file).open("ab") as stream:
        stream.write(data)


def last_line(directory: Path, file: str) -> bytes:
    return (directory / "events" / file).read_bytes().splitlines(keepends=True)[-1]


def drop_last_line(directory: Path, file: str) -> bytes:
    path = directory / "events" / file
    dropped = last_line(directory, file)
    path.write_bytes(path.read_bytes()[: -len(dropped)])
    return dropped


async def test_a_torn_tail_is_cut_off_and_the_record_written_again(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    await log.intend(intent(), known_seq=0)
    await log.record((CONFIRMED,), known_seq=1)
    torn = drop_last_line(tmp_path, OPERATIONS)[:-9]
    append(tmp_path, OPERATIONS, torn)

    recorded = await JsonlEventLog(tmp_path).record((CONFIRMED,), known_seq=1)

    assert recorded.seq == 2
    assert written(tmp_path) == [(1, "pending"), (2, "confirmed")]
    assert list(Verification(tmp_path).problems()) == []


@pytest.mark.parametrize("file", [OPERATIONS, TRANSITIONS])
async def test_a_repair_is_noted(tmp_path: Path, file: str) -> None:
    await JsonlEventLog(tmp_path).record((STARTED, intent()), known_seq=0)
    append(tmp_path, file, b'{"v":1,"timest')

    await JsonlEventLog(tmp_path).refresh()

    note = lines(tmp_path, TRANSITIONS)[-1]
    assert (note["kind"], note["file"], note["bytes"]) == ("log_recovered", file, 14)
    assert note["sha256"] == hashlib.sha256(b'{"v":1,"timest').hexdigest()


async def test_a_tail_that_lacks_only_its_newline_is_cut_off(tmp_path: Path) -> None:
    await JsonlEventLog(tmp_path).intend(intent(), known_seq=0)
    append(tmp_path, OPERATIONS, drop_last_line(tmp_path, OPERATIONS)[:-1])

    permit = await JsonlEventLog(tmp_path).intend(intent(), known_seq=0)

    assert permit.state is PermitState.WRITTEN


async def test_a_tail_left_by_another_process_is_repaired_before_the_next_append(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    await log.record((STARTED,), known_seq=0)
    append(tmp_path, TRANSITIONS, b"\x00" * 100)

    await log.record((intent(),), known_seq=1)

    assert [line["kind"] for line in lines(tmp_path, TRANSITIONS)] == ["started", "log_recovered"]
    assert written(tmp_path) == [(1, "started"), (2, "pending")]


async def test_a_repair_is_noted_once(tmp_path: Path) -> None:
    append_to = JsonlEventLog(tmp_path)
    await append_to.refresh()
    append(tmp_path, OPERATIONS, b"{")
    for _ in range(2):
        await JsonlEventLog(tmp_path).refresh()

    assert len(list(EventReader(tmp_path).recoveries())) == 1


async def test_a_record_that_a_power_cut_took_gets_its_old_place(tmp_path: Path) -> None:
    await JsonlEventLog(tmp_path).record((STARTED, CONFIRMED, delta()), known_seq=0)
    drop_last_line(tmp_path, OPERATIONS)

    recorded = await JsonlEventLog(tmp_path).record((CONFIRMED, delta()), known_seq=1)

    assert (recorded.seq, recorded.superseded) == (3, False)
    assert written(tmp_path) == [(1, "started"), (2, "confirmed"), (3, "delta")]


async def test_a_changed_byte_in_the_middle_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    await JsonlEventLog(tmp_path).record((intent(), CONFIRMED), known_seq=0)
    path = tmp_path / "events" / OPERATIONS
    path.write_bytes(path.read_bytes().replace(b'"status":"pending"', b'"status":"unknown"'))
    before = path.read_bytes()

    with pytest.raises(DamagedLogError, match=r"operation_executions\.jsonl line 1: the checksum does not match"):
        await JsonlEventLog(tmp_path).intend(intent(), known_seq=2)
    assert path.read_bytes() == before


async def test_a_removed_line_is_named_where_the_chain_breaks(tmp_path: Path) -> None:
    await JsonlEventLog(tmp_path).record((intent(), operation("unknown"), CONFIRMED), known_seq=0)
    path = tmp_path / "events" / OPERATIONS
    first, _, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + third)

    with pytest.raises(DamagedLogError, match=r"operation_executions\.jsonl line 2: the hash of the line before"):
        await JsonlEventLog(tmp_path).refresh()


async def test_damage_stops_a_log_every_time_it_is_asked(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    await log.refresh()
    append(tmp_path, OPERATIONS, b"{}\n")

    for _ in range(2):
        with pytest.raises(DamagedLogError, match="line 1: no checksum at its end"):
            await log.reference(GROUP, FIRST_REF)


async def test_damage_is_an_operating_system_error_so_that_nothing_is_sent(tmp_path: Path) -> None:
    await JsonlEventLog(tmp_path).refresh()
    append(tmp_path, OPERATIONS, b"{}\n")

    with pytest.raises(OSError, match="never edit lines"):
        await JsonlEventLog(tmp_path).intend(intent(), known_seq=0)


async def test_a_log_deleted_while_in_use_stops(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    await log.record((STARTED,), known_seq=0)
    (tmp_path / "events" / TRANSITIONS).unlink()

    with pytest.raises(DamagedLogError, match=r"group_transitions\.jsonl line 1: the file is gone while it was in use"):
        await log.intend(intent(), known_seq=1)


async def test_a_log_replaced_while_in_use_stops(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    await log.record((STARTED,), known_seq=0)
    path = tmp_path / "events" / TRANSITIONS
    path.rename(path.with_suffix(".old"))
    path.touch()

    with pytest.raises(DamagedLogError, match="another file was put in its place"):
        await log.intend(intent(), known_seq=1)


async def test_a_log_cut_short_while_in_use_stops(tmp_path: Path) -> None:
    log = JsonlEventLog(tmp_path)
    await log.record((STARTED,), known_seq=0)
    drop_last_line(tmp_path, TRANSITIONS)

    with pytest.raises(DamagedLogError, match="the file was cut short"):
        await log.intend(intent(), known_seq=1)
