from pathlib import Path

import pytest

from allornone.errors import BadGroupError, RefusedError
from allornone.venues.paper.faults import Behaviour, PaperFaults, read_faults
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


def test_an_unknown_behaviour_is_refused_with_the_name_of_the_file() -> None:
    with pytest.raises(BadGroupError, match=r"faults\.yaml is no faults file"):
        read_faults("- behaviour: explode", "faults.yaml")


def test_a_broken_file_is_a_refusal_before_anything_is_sent(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "- behaviour: refuze")

    with pytest.raises(RefusedError, match=r"paper-faults.yaml is no faults file"):
        faults.check()
