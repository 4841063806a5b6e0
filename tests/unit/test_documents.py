"""Group files: what is read, and what is said about what cannot be."""

import copy
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.documents import read_group
from allornone.documents.notations import from_json, from_yaml
from allornone.errors import BadGroupError

OPERATION: dict[str, Any] = {
    "operation_id": "stake-1",
    "operation_type": "STAKE",
    "source_venue": "binance",
    "target_venue": "lido",
    "source_token": "ETH",
    "target_token": "stETH",
    "expected_deltas": {"binance:ETH": "-1", "lido:stETH": "1"},
    "operation_details": {"amount": "1"},
}
GROUP: dict[str, Any] = {"atomic_group_id": "g-1", "operations": [OPERATION]}
YAML = """
atomic_group_id: g-1
deadline: 2030-01-31T12:00:00Z
operations:
  - operation_id: stake-1
    operation_type: stake
    source_venue: binance
    target_venue: lido
    source_token: ETH
    target_token: stETH
    expected_deltas: {"binance:ETH": -1.10, lido:stETH: 1.10}
    operation_details: {amount: 1.10}
"""


def written(folder: Path, content: object, name: str = "group.json") -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def complaint_about(folder: Path, content: object, name: str = "group.json") -> str:
    path = written(folder, content, name)
    with pytest.raises(BadGroupError) as refused:
        read_group(path)
    message = str(refused.value)
    assert message.startswith(f"{path}: ")
    assert "pydantic" not in message
    assert "http" not in message
    return message.removeprefix(f"{path}: ")


def with_operation(**fields: Any) -> dict[str, Any]:
    changed = copy.deepcopy(GROUP)
    changed["operations"][0].update(fields)
    return changed


def test_json_and_yaml_of_the_same_plan_are_the_same_group(tmp_path: Path) -> None:
    plan = with_operation(
        expected_deltas={"binance:ETH": "-1.1", "lido:stETH": "1.1"}, operation_details={"amount": "1.1"}
    )

    from_json_file = read_group(written(tmp_path, {**plan, "deadline": "2030-01-31T12:00:00Z"}))
    from_yaml_file = read_group(written(tmp_path, YAML, "group.yaml"))

    assert from_json_file.plan_hash == from_yaml_file.plan_hash


def test_an_unquoted_number_keeps_its_digits(tmp_path: Path) -> None:
    group = read_group(written(tmp_path, YAML.replace("-1.10", "-0.100000000000001"), "group.yml"))

    assert group.operations[0].expected_deltas["binance:ETH"] == Decimal("-0.100000000000001")


def test_a_given_id_renames_the_group_and_its_operations(tmp_path: Path) -> None:
    group = read_group(written(tmp_path, with_operation(atomic_group_id="g-1")), group_id="g-2")

    assert group.atomic_group_id == "g-2"
    assert group.operations[0].atomic_group_id == "g-2"


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(YAML.encode())))

    assert read_group("-").atomic_group_id == "g-1"


def test_words_that_older_yaml_converts_stay_text() -> None:
    assert from_yaml("[no, on, 2030-01-31, 1:30, 010, 0x1f, .nan, ~, true, 'true']") == [
        *("no", "on", "2030-01-31", "1:30", "010", "0x1f", ".nan"),
        None,
        True,
        "true",
    ]


@given(st.recursive(st.none() | st.booleans() | st.integers(-999, 999) | st.text("ab:- #", max_size=6), st.lists))
def test_every_json_text_reads_the_same_as_yaml(value: object) -> None:
    text = json.dumps(value)

    assert from_yaml(text) == from_json(text) == value


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"venu": "x"}, "operations[0].venu is no field; the fields are operation_id, "),
        ({"prioritty": 1}, "operations[0].prioritty is no field; did you mean 'priority'?"),
        ({"operation_type": "stak"}, "was 'stak'; did you mean 'stake'?"),
        (
            {"source_venue": "Bin ance"},
            "must be a venue in lower case such as 'binance' or 'binance.usdm', was 'Bin ance'",
        ),
        (
            {"expected_deltas": {"a:b:c:d": "1"}},
            "operations[0].expected_deltas.a:b:c:d is wrong: a position key must be 'venue:token' or ",
        ),
        (
            {"expected_deltas": {"binance:ETH": float("nan")}},
            "operations[0].expected_deltas.binance:ETH must be a finite amount of at most 38 digits, was NaN",
        ),
        ({"sequence_in_group": -1}, "operations[0].sequence_in_group must be at least 0, was -1"),
        ({"sequence_in_group": 2}, "sequence_in_group must count from 0 or 1 without gaps or repeats, was [2]"),
        (
            {"sequence_in_group": "1"},
            "operations[0].sequence_in_group must be a whole number, without quotes, was '1'",
        ),
        ({"operation_id": 7}, "operations[0].operation_id must be text in quotes, was 7"),
        ({"operation_details": {"amount": "0"}}, "operation_details.amount must be greater than 0, was '0'"),
        ({"operation_details": {"amuont": "1", "amount": "1"}}, "did you mean 'amount'?"),
        ({"operation_details": 5}, "operations[0].operation_details must be a mapping, was 5"),
        ({"expected_deltas": {}}, "operations[0].expected_deltas must not be empty; write the changes"),
        ({"rollback": "defalt"}, "must be one of 'default' or 'none', was 'defalt'; did you mean 'default'?"),
        ({"rollback": {"source_venue": "lido"}}, "operations[0].rollback.operation_type is missing; add it"),
        ({"pivot": "yes"}, "operations[0].pivot must be true or false, without quotes, was 'yes'"),
        ({"min_fill": "2"}, "operations[0].min_fill must be at most 1, was '2'"),
    ],
)
def test_a_wrong_field_is_named_with_what_to_write(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    assert said in complaint_about(tmp_path, with_operation(**fields))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "operations is missing; write a list of operations"),
        ({"atomic_group_id": "g", "operations": []}, "operations must not be empty; write a list of operations"),
        ({"atomic_group_id": "g", "operations": {"a": 1}}, "operations must be a list, was a mapping"),
        (
            {"atomic_group_id": "g", "operations": [OPERATION, OPERATION]},
            "operation_id 'stake-1' appears twice; give each operation an id of its own",
        ),
        ([1], "a group must be a mapping with atomic_group_id and operations, was a list"),
        ({**GROUP, "deadline": "2030-01-31"}, "deadline must be a time with its offset, such as"),
        ({**GROUP, "policy": {"on_stuck": "wait"}}, "policy.on_stuck is no field; did you mean 'on_stuck_undo'?"),
        (b"\xff\xfe", "must be UTF-8 text, byte 0 is not"),
        ("  ", "is empty; write a mapping with atomic_group_id and operations"),
        ('{"a": 1,\n ,}', "broken JSON at line 2, column 2: expecting property name"),
        ('{"operations": [{"a": 1, "a": 2}]}', "operations[0].a is written twice; keep one of them"),
        ("[" * 100_000, "is nested too deeply"),
        (" " * (1 << 20) + "{}", "must have at most 1 MiB (1048576 bytes), was larger"),
    ],
)
def test_a_wrong_document_is_told_what_to_be(tmp_path: Path, content: object, said: str) -> None:
    assert said in complaint_about(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [1, 2", "broken YAML at line 2, column 1: while parsing a flow sequence did not find"),
        ("a: b: c", "broken YAML at line 1, column 5: mapping values are not allowed in this context"),
        ("a: &x [1]\nb: *x", "YAML: an alias at line 2, column 4; write the value out where it is used"),
        ("a: !!python/object:os.system x", "YAML: the tag 'tag:yaml.org,2002:python/object:os.system'"),
        ("a: 1\n---\nb: 2", "more than one YAML document; write each group into a file of its own"),
        ("a: 1\na: 2", "a is written twice; keep one of them"),
        ("[" * 100_000, "is nested too deeply"),
        ("? [a]\n: b", "YAML: a key at line 1, column 3 must be text"),
    ],
)
def test_broken_yaml_names_its_line(tmp_path: Path, content: str, said: str) -> None:
    assert said in complaint_about(tmp_path, content, "group.yaml")


def test_a_number_that_readers_spoil_must_be_quoted(tmp_path: Path) -> None:
    text = json.dumps(GROUP).replace('"-1"', "-1.00000000000000001")

    assert complaint_about(tmp_path, text) == (
        "operations[0].expected_deltas.binance:ETH is wrong: a number of more than 15 digits must be a quoted "
        "string, was -1.00000000000000001"
    )


@pytest.mark.parametrize("huge", ["1e9999999", "1" * 5000, '"1E+9999999"'])
def test_a_huge_number_is_refused_without_writing_it_out(tmp_path: Path, huge: str) -> None:
    message = complaint_about(tmp_path, json.dumps(GROUP).replace('"-1"', huge))

    assert "must be an amount of at most 38 digits, 18 of them after the point" in message
    assert len(message) < 300


def test_ten_places_are_enough(tmp_path: Path) -> None:
    operations = [{**OPERATION, "operation_id": f"o-{number}", "pivot": 5} for number in range(30)]

    lines = complaint_about(tmp_path, {"atomic_group_id": "g", "operations": operations}).splitlines()

    assert lines[0] == "wrong in 30 places"
    assert lines[1] == "  operations[0].pivot must be true or false, without quotes, was 5"
    assert lines[11:] == ["  and 20 more"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadGroupError, match="cannot be read: No such file or directory; name a JSON or YAML"):
        read_group(tmp_path / "none.json")
