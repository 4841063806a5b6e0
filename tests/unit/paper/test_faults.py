from pathlib import Path

import pytest

from allornone.errors import BadGroupError, RefusedError
from allornone.venues.paper.faults import Behaviour, PaperFaults, check_faults, read_faults
from allornone.venues.paper.ledger import PaperLedger
from tests.unit.paper.world import buy, perp


def fired(faults: PaperFaults, times: int) -> list[bool]:
    return [faults.of_execute("binance", buy("1")).wire is not None for _ in range(times)]


def faults_of(tmp_path: Path, text: str) -> PaperFaults:
    path = tmp_path / "paper-faults.yaml"
    path.write_text(text)
    return PaperFaults(PaperLedger(tmp_path / "paper.db"), path)


def test_a_rule_fires_once_where_no_count_is_given(tmp_path: Path) -> None:
    assert fired(faults_of(tmp_path, "- behaviour: lose_answer"), 3) == [True, False, False]


def test_a_rule_passes_over_the_first_calls_and_then_fires_count_times(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "- {behaviour: lose_answer, after: 1, count: 2}")

    assert fired(faults, 4) == [False, True, True, False]


def test_always_never_ends(tmp_path: Path) -> None:
    assert fired(faults_of(tmp_path, "rules: [{behaviour: not_sent, count: always}]"), 3) == [True] * 3


def test_counts_outlive_the_process(tmp_path: Path) -> None:
    before = fired(faults_of(tmp_path, "- {behaviour: lose_answer, count: 2}"), 1)

    after = fired(faults_of(tmp_path, "- {behaviour: lose_answer, count: 2}"), 2)

    assert (before, after) == ([True], [True, False])


def test_two_rules_alike_fire_twice(tmp_path: Path) -> None:
    assert fired(faults_of(tmp_path, "[{behaviour: late}, {behaviour: late}]"), 3) == [True, True, False]


def test_a_rule_of_another_operation_does_not_fire(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "- {behaviour: late, venue: binance, operation_type: PERP_TRADE}")

    assert faults.of_execute("binance", buy("1")).wire is None
    assert faults.of_execute("binance", perp("sell", "1")).wire is not None


def test_what_the_venue_does_and_what_the_wire_does_combine(tmp_path: Path) -> None:
    fate = faults_of(tmp_path, "[{behaviour: partial}, {behaviour: lose_answer}, {behaviour: drift}]").of_execute(
        "binance", buy("1")
    )

    assert fate.act is not None
    assert fate.wire is not None
    assert fate.drift is not None
    assert (fate.act.behaviour, fate.wire.behaviour) == (Behaviour.PARTIAL, Behaviour.LOSE_ANSWER)


def test_the_file_is_read_again_when_it_changes_and_may_go_away(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "- {behaviour: ok, count: always}")
    before = fired(faults, 1)
    (tmp_path / "paper-faults.yaml").write_text("- {behaviour: lose_request, count: always}")
    changed = fired(faults, 1)

    (tmp_path / "paper-faults.yaml").unlink()

    assert (before, changed, fired(faults, 1)) == ([False], [True], [False])


REFUZE = (
    "f.yaml, line 2: [1].behaviour must be one of 'ok', 'refuse', 'partial', 'open', 'open_then_fill', "
    "'lose_answer', 'lose_request', 'late', 'error_5xx_executed', 'error_5xx_not_executed', 'not_sent', "
    "'rate_limited', 'malformed', 'duplicate_ack', 'drift', 'stale_read' or 'unreadable', was 'refuze'; "
    "did you mean 'refuse'?"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "- {behaviour: ok}\n- behaviour: refuze\n",
            REFUZE,
        ),
        (
            "rules:\n  # one\n  - {behaviour: ok, venu: lido}",
            "f.yaml, line 3: [0].venu is no field; did you mean 'venue'?",
        ),
        ("- {behaviour: ok, count: twice}", "f.yaml, line 1: [0].count must be a whole number, was 'twice'"),
        (
            "- {behaviour: ok, ratio: half}",
            "f.yaml, line 1: [0].ratio is wrong: an amount must be a decimal string such as '1.5', was 'half'",
        ),
        ("- {behaviour: ok", "f.yaml, line 1: broken YAML: expected ',' or '}', but got '<stream end>'"),
        ("rule: []", "f.yaml: must be a list of rules, each with a behaviour"),
        ("- ok", "f.yaml, line 1: [0] must be a mapping, was 'ok'"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_file_its_line_and_its_field(text: str, said: str) -> None:
    with pytest.raises(BadGroupError) as wrong:
        read_faults(text, "f.yaml")

    assert str(wrong.value) == said


def test_a_folder_is_looked_at_before_anything_is_started(tmp_path: Path) -> None:
    check_faults(tmp_path)
    (tmp_path / "paper-faults.yaml").write_bytes(b"\xff")

    with pytest.raises(BadGroupError, match=r"paper-faults\.yaml: cannot be read"):
        check_faults(tmp_path)


def test_a_broken_file_is_a_refusal_before_anything_is_sent(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "- behaviour: refuze")

    with pytest.raises(RefusedError, match=r"paper-faults.yaml, line 1: \[0\].behaviour must be one of"):
        faults.check()
