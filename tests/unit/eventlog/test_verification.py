"""Everything that is wrong with a log is found and named."""

from pathlib import Path
from typing import Any

import pytest

from allornone.eventlog.facts import plain
from allornone.eventlog.line import FIRST, encode, line_hash
from allornone.eventlog.verification import Verification
from tests.unit.eventlog.story import CONFIRMED, intent, operation


def log_of(directory: Path, *events: dict[str, Any], prev: str = FIRST) -> list[bytes]:
    """Write events as the only lines of a log, chained, and return the lines."""
    made: list[bytes] = []
    for fields in events:
        made.append(encode(fields, prev))
        prev = line_hash(made[-1])
    rewrite(directory, made)
    return made


def rewrite(directory: Path, made: list[bytes]) -> None:
    (directory / "events").mkdir(exist_ok=True)
    (directory / "events" / "operation_executions.jsonl").write_bytes(b"".join(line + b"\n" for line in made))


def found(directory: Path) -> list[tuple[int, str]]:
    return [(problem.line, problem.kind) for problem in Verification(directory).problems()]


def numbered(seq: int, status: str = "unknown", **more: Any) -> dict[str, Any]:
    return plain(operation(status, seq=seq, event_id=f"e{seq}")) | more


def test_a_sound_log_has_no_problems(tmp_path: Path) -> None:
    log_of(tmp_path, numbered(1), numbered(2))

    assert found(tmp_path) == []


def test_a_changed_line_breaks_its_checksum_and_the_chain_behind_it(tmp_path: Path) -> None:
    made = log_of(tmp_path, numbered(1), numbered(2), numbered(3))
    rewrite(tmp_path, [made[0].replace(b"desk-7", b"desk-8"), *made[1:]])

    assert found(tmp_path)[:2] == [(1, "checksum"), (2, "chain")]


def test_a_removed_line_breaks_the_chain_and_the_numbers(tmp_path: Path) -> None:
    made = log_of(tmp_path, numbered(1), numbered(2), numbered(3))
    rewrite(tmp_path, [made[0], made[2]])

    assert found(tmp_path) == [(2, "chain"), (0, "seq")]


def test_a_missing_number_is_named(tmp_path: Path) -> None:
    log_of(tmp_path, numbered(1), numbered(3))

    problems = list(Verification(tmp_path).problems())

    assert [problem.found for problem in problems] == [
        "group 'carry-1' must have 1..n once each, was without [2], twice []"
    ]


def test_an_event_id_used_twice_is_found(tmp_path: Path) -> None:
    log_of(tmp_path, plain(intent(seq=1)), plain(CONFIRMED) | {"seq": 2, "event_id": intent().event_id})

    assert found(tmp_path) == [(2, "duplicate")]


def test_a_line_that_is_no_event_is_found(tmp_path: Path) -> None:
    log_of(tmp_path, numbered(1), numbered(2, surprise=True))

    assert found(tmp_path) == [(2, "event")]


@pytest.mark.parametrize("tail", [b"{", b"\x00\x00"])
def test_a_torn_tail_of_a_live_log_is_no_problem(tmp_path: Path, tail: bytes) -> None:
    log_of(tmp_path, numbered(1))
    with (tmp_path / "events" / "operation_executions.jsonl").open("ab") as file:
        file.write(tail)

    assert found(tmp_path) == []
