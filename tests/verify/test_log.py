"""The files of the log: E1, E4, E9, U4, V; segments, and a log that is being written."""

from collections.abc import Callable

import orjson
import pytest

from allornone.eventlog.line import FIRST, encode, line_hash
from allornone_verify.journal import Journal
from tests.verify.installation import FAMILIES, Installation, deltas, first, names

Good = Callable[[str], Installation]
OPERATIONS = FAMILIES[0]


async def test_e1_two_records_of_one_id(good: Good) -> None:
    spoilt = good("completed")
    (other,) = [fields for fields in spoilt.log() if deltas("sell")(fields)]
    spoilt.change(deltas("stake"), event_id=other["event_id"])

    report = await spoilt.report()

    assert names(report) == {"E1"}
    assert first(report, "E1") == (
        f"event_id {other['event_id']} is already that of another record",
        "execution_deltas.jsonl line 2",
    )


async def test_e4_a_line_whose_bytes_were_changed(good: Good) -> None:
    spoilt = good("completed")
    path = spoilt.path(OPERATIONS)
    path.write_bytes(path.read_bytes().replace(b"2997", b"2998", 1))

    report = await spoilt.report(ledger=False)

    assert first(report, "E4") == (
        "the checksum does not match: bytes of this line were changed",
        "operation_executions.jsonl line 2",
    )


async def test_e4_a_line_that_was_taken_out(good: Good) -> None:
    spoilt = good("completed")
    path = spoilt.path(OPERATIONS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))

    report = await spoilt.report(ledger=False)

    assert "E4" in names(report)
    assert first(report, "E4") == (
        "the hash of the line before does not match: a line was changed, lost or inserted",
        "operation_executions.jsonl line 3",
    )


async def test_e4_a_record_that_was_cut_off(good: Good) -> None:
    spoilt = good("completed")
    with spoilt.path(OPERATIONS).open("ab") as file:
        file.write(b'{"v":1,"timest')

    report = await spoilt.report()

    assert names(report) == {"E4"}
    assert first(report, "E4") == (
        "14 bytes without a newline at its end: a record was cut off there",
        "operation_executions.jsonl line 7",
    )


async def test_e4_a_record_glued_to_the_rest_of_another(good: Good) -> None:
    spoilt = good("completed")
    path = spoilt.path(OPERATIONS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5]) + b'{"v":1,"timest' + lines[5])

    report = await spoilt.report(ledger=False)

    assert "E4" in names(report)


async def test_e4_a_whole_line_that_is_no_record(good: Good) -> None:
    spoilt = good("failed")
    path = spoilt.path("execution_deltas")
    path.write_bytes(encode({"event_id": "x", "seq": "one", "real_utc_time": "now"}, FIRST) + b"\n")

    report = await spoilt.report()

    assert names(report) == {"E4"}
    assert first(report, "E4")[0] == "no record of execution_deltas: 'seq' was 'one'"


async def test_e9_a_file_that_has_a_group_out_of_order(good: Good) -> None:
    spoilt = good("completed")
    log = spoilt.log()
    spoilt.write(sorted(log, key=deltas("sell")), renumber=False)

    report = await spoilt.report()

    assert names(report) == {"E9"}
    assert first(report, "E9")[1] == "execution_deltas.jsonl line 3"


async def test_u4_a_line_of_a_version_that_nobody_knows(good: Good) -> None:
    spoilt = good("completed")
    path = spoilt.path("execution_deltas")
    chain, changed = FIRST, b""
    for line in path.read_bytes().splitlines():
        fields = orjson.loads(line)
        bare = {name: value for name, value in fields.items() if name not in {"v", "prev", "crc"}}
        changed += encode(bare | {"v": 2}, chain) + b"\n"
        chain = line_hash(changed.splitlines()[-1])
    path.write_bytes(changed)

    report = await spoilt.report(ledger=False)

    assert names(report) == {"U4", "E2"}
    assert first(report, "U4") == ("version was 2, known is 1", "execution_deltas.jsonl line 1")


async def test_v_a_ledger_that_is_none(good: Good) -> None:
    spoilt = good("completed")
    (spoilt.folder / "paper.db").write_bytes(b"not a database" * 100)

    report = await spoilt.report()

    assert names(report) == {"V"}
    assert first(report, "V")[0] == "paper.db cannot be read: file is not a database"
    assert report.verdict("S1").state == "not checked"


@pytest.mark.parametrize(("column", "value"), [("requested", "much"), ("received_at", "noon"), ("filled", "NaN")])
async def test_v_a_row_that_is_none(good: Good, column: str, value: str) -> None:
    spoilt = good("completed")
    spoilt.sql(f"UPDATE orders SET {column} = '{value}' WHERE order_id = 2")  # noqa: S608

    report = await spoilt.report()

    assert names(report) == {"V"}
    assert first(report, "V")[0].startswith("paper.db order 2: ")


def split(installation: Installation, family: str, *sizes: int) -> None:
    """Rotate a file: so many lines in each closed segment, the rest in the active one."""
    path = installation.path(family)
    lines = path.read_bytes().splitlines(keepends=True)
    for number, size in enumerate(sizes, start=1):
        path.with_name(f"{family}.{number:06}.jsonl").write_bytes(b"".join(lines[:size]))
        lines = lines[size:]
    path.write_bytes(b"".join(lines))


async def test_a_log_in_segments_is_one_log(good: Good) -> None:
    rotated = good("rolled_back")
    split(rotated, OPERATIONS, 3, 2)
    split(rotated, "group_transitions", 1)

    report = await rotated.report(history=True)

    assert str(report) == ""
    assert report.records == 17


async def test_e4_a_segment_that_is_missing(good: Good) -> None:
    spoilt = good("rolled_back")
    split(spoilt, OPERATIONS, 3, 2)
    spoilt.path(f"{OPERATIONS}.000002").unlink()

    report = await spoilt.report(ledger=False)

    assert "E4" in names(report)
    assert first(report, "E4")[1] == "operation_executions.jsonl line 1"


def test_a_group_that_goes_on_while_the_witnesses_are_looked_at_is_known_as_moving(good: Good) -> None:
    busy = good("completed")
    ended = busy.path("atomic_operation_groups").read_bytes()
    busy.path("atomic_operation_groups").write_bytes(b"")
    journal = Journal(busy.folder / "logs")
    journal.begin()
    busy.path("atomic_operation_groups").write_bytes(ended)
    journal.open()
    findings = list(journal.scan())
    (group,) = journal.groups()

    assert findings == []
    assert journal.is_moving(group)
    journal.close()


def test_a_group_that_stands_still_is_not_moving(good: Good) -> None:
    journal = Journal(good("completed").folder / "logs")
    journal.begin()
    journal.open()
    assert list(journal.scan()) == []
    (group,) = journal.groups()

    assert not journal.is_moving(group)
    assert len(journal.records(group)) == 11
    journal.close()
