"""The commands of a strategy: run, submit, status, list, watch, events, simulate."""

import json
from pathlib import Path

import pytest

from tests.e2e.desk import Desk


def test_run_follows_a_group_to_its_end(desk: Desk) -> None:
    ran = desk.says("run", desk.plan("g-1"))

    assert ran.exit_code == 0
    assert ran.stdout.startswith("group g-1 is completed\n")
    assert "group g-1: submitted, 2 operation(s)" in ran.stderr


def test_run_with_json_prints_the_view_and_its_result(desk: Desk) -> None:
    view = json.loads(desk.says("run", desk.plan("g-2"), "--json").stdout)

    assert view["status"] == "completed"
    assert [operation["state"] for operation in view["operations"]] == ["confirmed", "confirmed"]
    assert view["result"]["atomic_group_id"] == "g-2"


def test_a_refused_operation_rolls_the_group_back(desk: Desk) -> None:
    desk.faults("{venue: binance.usdm, behaviour: refuse, count: always}")

    ran = desk.says("run", desk.plan("g-3"))

    assert ran.exit_code == 1
    assert ran.stdout.startswith("group g-3 is rolled_back: ")


def test_a_simulated_run_says_so(desk: Desk) -> None:
    ran = desk.says("run", desk.plan("g-sim"), "--simulated")

    assert ran.exit_code == 0
    assert ran.stdout.startswith("group g-sim is completed (simulated: nothing was sent)\n")


def test_a_group_that_the_log_does_not_know_has_no_events(desk: Desk) -> None:
    asked = desk.says("events", "g-never")

    assert asked.exit_code == 2
    assert asked.stderr == "error: the log knows no group 'g-never'; `allornone list` shows the groups there are\n"


def test_the_same_file_again_attaches(desk: Desk) -> None:
    desk.says("run", desk.plan("g-4"))

    again = desk.says("run", desk.plan("g-4"))

    assert again.exit_code == 0
    assert "group g-4: is there already; attached to it" in again.stderr


def test_another_plan_under_the_same_id_is_refused(desk: Desk) -> None:
    desk.says("run", desk.plan("g-5"))

    again = desk.says("run", desk.plan("g-5", amount="2"))

    assert again.exit_code == 2
    assert "group 'g-5' already exists with another plan: submitted " in again.stderr


def test_an_id_of_its_own_runs_the_same_file_twice(desk: Desk) -> None:
    file = desk.plan("g-6")

    assert desk.says("submit", file).stdout == "g-6\n"
    assert desk.says("submit", file, "--id", "g-6-again").stdout == "g-6-again\n"


def test_watch_follows_what_was_submitted(desk: Desk) -> None:
    submitted = json.loads(desk.says("submit", desk.plan("g-7"), "--json").stdout)

    watched = desk.says("watch", "g-7")

    assert submitted["attached"] is False
    assert watched.stdout.startswith("group g-7 is completed\n")


def test_status_shows_a_group_that_ended(desk: Desk) -> None:
    desk.says("run", desk.plan("g-8"))

    view = json.loads(desk.says("status", "g-8", "--json").stdout)

    assert view["operations"][0]["operation_type"] == "stake"
    assert view["operations"][0]["net_deltas"]["lido:StakingToken:stETH"] == "1"
    assert view["commands"] == []
    assert view["late_effects"] == []


def test_status_of_an_unknown_group_is_bad_input(desk: Desk) -> None:
    asked = desk.says("status", "nobody")

    assert asked.exit_code == 2
    assert asked.stderr == "error: no group 'nobody'; `allornone list` shows the groups there are\n"


def test_list_finds_groups_by_strategy_and_status(desk: Desk) -> None:
    desk.says("run", desk.plan("g-9", strategy='"o\'neil"'))

    desk.waits_for("g-9", "list", "--strategy", "o'neil", "--status", "completed", "--json")
    found = json.loads(desk.says("list", "--strategy", "o'neil", "--status", "blocked", "--json").stdout)

    assert found == []


def test_events_tell_a_group_in_its_order(desk: Desk) -> None:
    desk.says("run", desk.plan("g-10"))

    lines = desk.says("events", "g-10", "--json").stdout.splitlines()

    told = [json.loads(line) for line in lines]
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert told[0]["kind"] == "started"
    assert told[-1]["group_status"] == "completed"


def test_events_of_one_kind_are_only_those(desk: Desk) -> None:
    desk.says("run", desk.plan("g-11"))

    lines = desk.says("events", "g-11", "--kind", "operation").stdout.splitlines()

    assert len(lines) == 4
    assert "stake-1 stake on lido forward confirmed (match)" in lines[1]


def test_simulate_predicts_without_acting(desk: Desk) -> None:
    answer = json.loads(desk.says("simulate", desk.plan("g-12"), "--json").stdout)

    assert [operation["operation_id"] for operation in answer["operations"]] == ["stake-1", "hedge-1"]
    assert desk.says("status", "g-12").exit_code == 2


@pytest.mark.parametrize("command", ["run", "submit", "simulate"])
def test_bad_input_starts_nothing(desk: Desk, command: str) -> None:
    file = desk.plan("g-13", venue="lida")

    refused = desk.says(command, file)

    assert refused.exit_code == 2
    assert "unknown venue 'lida'" in refused.stderr
    assert refused.stdout == ""
    assert desk.says("status", "g-13").exit_code == 2


def test_broken_yaml_is_one_message(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("a: b: c", encoding="utf-8")

    refused = desk.says("run", str(file))

    assert refused.exit_code == 2
    assert refused.stderr == (
        f"error: {file}: broken YAML at line 1, column 5: mapping values are not allowed in this context\n"
    )
