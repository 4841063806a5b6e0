from pathlib import Path

import pytest

from allornone.testexchange.behaviour import Behaviour
from allornone.testexchange.door import Kind, Told
from allornone.testexchange.faults import BadFaultsError, Faults, read_rules

ORDER = Told(kind=Kind.ORDER, account="desk", client_id="a", symbol="BTCUSDT")


def faults_of(tmp_path: Path, text: str) -> Faults:
    path = tmp_path / "exchange-faults.yaml"
    path.write_text(text)
    return Faults(path)


def fired(faults: Faults, times: int, told: Told = ORDER) -> list[bool]:
    return [faults.fate("binance", told).outcome is not None for _ in range(times)]


def test_a_rule_fires_once_where_no_count_is_given(tmp_path: Path) -> None:
    assert fired(faults_of(tmp_path, "- behaviour: hang"), 3) == [True, False, False]


def test_a_rule_passes_over_the_first_calls_and_then_fires_count_times(tmp_path: Path) -> None:
    assert fired(faults_of(tmp_path, "- {behaviour: hang, after: 1, count: 2}"), 4) == [False, True, True, False]


def test_always_never_ends(tmp_path: Path) -> None:
    assert fired(faults_of(tmp_path, "- {behaviour: hang, count: always}"), 3) == [True, True, True]


def test_a_rule_fires_at_each_so_many_th_call(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "- {behaviour: hang, after: 1, every: 3, count: always}")

    assert fired(faults, 8) == [False, True, False, False, True, False, False, True]


def test_a_rule_that_fires_now_and_then_stops_after_count_times(tmp_path: Path) -> None:
    assert fired(faults_of(tmp_path, "- {behaviour: hang, every: 2, count: 2}"), 6) == [
        True,
        False,
        True,
        False,
        False,
        False,
    ]


def test_a_rule_is_silent_until_it_fired(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "[{behaviour: hang, after: 1}, {behaviour: slow}]")

    fired(faults, 1)
    assert [rule.behaviour for rule in faults.silent()] == [Behaviour.HANG]

    fired(faults, 1)
    assert faults.silent() == ()


def test_two_rules_alike_fire_twice(tmp_path: Path) -> None:
    assert fired(faults_of(tmp_path, "[{behaviour: hang}, {behaviour: hang}]"), 3) == [True, True, False]


@pytest.mark.parametrize(
    "other", ["kind: cancel", "account: rival", "client_id: b", "symbol: ETHUSDT", "exchange: kraken"]
)
def test_a_rule_that_speaks_of_another_call_does_not_fire_and_does_not_count(tmp_path: Path, other: str) -> None:
    faults = faults_of(tmp_path, f"- {{behaviour: hang, {other}}}")

    assert fired(faults, 2) == [False, False]


def test_the_file_is_read_again_when_it_changes_and_what_stays_keeps_its_count(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "- behaviour: hang")
    assert fired(faults, 1) == [True]

    faults.path.write_text("[{behaviour: reset}, {behaviour: hang}]")

    first = faults.fate("binance", ORDER).outcome
    assert first is not None
    assert first.behaviour is Behaviour.RESET
    assert fired(faults, 1) == [False]


def test_rules_that_are_set_anew_count_from_nothing(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "- behaviour: hang")
    assert fired(faults, 2) == [True, False]

    faults.replace(faults.rules())

    assert fired(faults, 2) == [True, False]


def test_no_file_is_no_faults(tmp_path: Path) -> None:
    assert fired(Faults(tmp_path / "missing.yaml"), 1) == [False]


def test_a_part_and_a_lost_answer_combine(tmp_path: Path) -> None:
    fate = faults_of(tmp_path, "[{behaviour: partial, ratio: 0.4}, {behaviour: hang}]").fate("binance", ORDER)

    assert (str(fate.quirks.fill_ratio), fate.outcome is not None) == ("0.4", True)


def test_of_two_outcomes_the_first_fires_and_the_other_waits_for_the_next_call(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "[{behaviour: hang}, {behaviour: reset}]")

    fates = [faults.fate("binance", ORDER).outcome for _ in range(3)]

    assert [None if rule is None else rule.behaviour.value for rule in fates] == ["hang", "reset", None]


@pytest.mark.parametrize(
    "text",
    [
        "- behaviour: explode",
        "- {behaviour: hang, sometimes: true}",
        "- {behaviour: hang, count: 0}",
        "- {behaviour: partial, ratio: 1.5}",
        "- {behaviour: late, executed: true}",
    ],
)
def test_a_wrong_rule_is_told(text: str) -> None:
    with pytest.raises(BadFaultsError, match=r"^fault rules: "):
        read_rules(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{behaviour: hang}", "fault rules must be a list of rules, each with a behaviour"),
        ("- [", "fault rules: broken YAML: expected the node content, but found '<stream end>'"),
        ("- {kind: order}", "fault rules: [0].behaviour is missing; add it"),
        ("- {behaviour: hang, cnt: 2}", "fault rules: [0].cnt is no field; did you mean 'count'?"),
    ],
)
def test_a_wrong_file_is_told_in_words_that_help(text: str, said: str) -> None:
    with pytest.raises(BadFaultsError) as raised:
        read_rules(text)

    assert str(raised.value) == said
