"""The commands of an operator: what is taken, what is refused and what is said."""

import json

from tests.e2e.desk import Desk


def blocked(desk: Desk, group_id: str, strategy: str = "", deadline: str = "") -> None:
    """Leave a group blocked: its hedge may have happened, and the venue cannot be read."""
    desk.faults(
        "{venue: binance.usdm, direction: forward, behaviour: lose_answer, count: always}",
        "{venue: binance.usdm, behaviour: unreadable, count: always}",
    )
    ran = desk.says("run", desk.plan(group_id, strategy=strategy, deadline=deadline, policy="{resolve_budget_s: 0.1}"))
    assert ran.exit_code == 3
    assert ran.stdout.startswith(f"group {group_id} is blocked")
    assert f"group {group_id} goes on; follow it with `allornone watch {group_id}`" in ran.stderr


def test_a_blocked_group_is_found_resolved_and_ends(desk: Desk) -> None:
    blocked(desk, "b-1")
    desk.waits_for("b-1", "list", "--needs-operator", "--json")

    changes = ("--delta", "binance.usdm:Perp:ETHUSDT=-1", "--delta", "binance.usdm:USDT=-1.5")
    taken = desk.says("resolve", "b-1", "--outcome", "confirmed", *changes, "--amount", "1")

    assert taken.exit_code == 0
    assert desk.says("watch", "b-1", "--timeout", "60").stdout.startswith("group b-1 is ")
    assert desk.says("cancel", "b-1").exit_code == 2


def test_retry_finds_its_reference_by_itself(desk: Desk) -> None:
    blocked(desk, "b-2")

    taken = desk.says("retry", "b-2", "--reason", "the venue is back", "--json")
    desk.faults()

    assert taken.exit_code == 0
    assert json.loads(taken.stdout)["message"]
    assert desk.says("watch", "b-2", "--timeout", "60").stdout.startswith("group b-2 is completed")


def test_the_command_is_recorded_with_actor_and_reason(desk: Desk) -> None:
    blocked(desk, "b-3")

    desk.says("retry", "b-3", "--actor", "ann", "--reason", "looked", "--command-id", "c-1")

    (event,) = map(json.loads, desk.says("events", "b-3", "--kind", "command", "--json").stdout.splitlines())
    assert (event["actor"], event["reason"]) == ("ann", "looked")


def test_a_command_that_makes_no_sense_names_those_that_do(desk: Desk) -> None:
    blocked(desk, "b-4")

    refused = desk.says("resume", "b-4")

    assert refused.exit_code == 2
    assert "retry" in refused.stderr
    assert "resolve" in refused.stderr


def test_did_not_happen_is_refused_while_it_may(desk: Desk) -> None:
    blocked(desk, "b-5")

    assert desk.says("resolve", "b-5", "--outcome", "failed").exit_code == 2


def test_pause_and_resume_are_taken(desk: Desk) -> None:
    blocked(desk, "b-6")

    assert desk.says("pause", "b-6").exit_code == 0
    assert desk.says("resume", "b-6").exit_code == 0


def test_pause_all_reaches_every_open_group(desk: Desk) -> None:
    blocked(desk, "b-7")
    desk.waits_for("b-7", "list", "--needs-operator", "--json")

    paused = desk.says("pause", "--all")
    desk.says("resume", "--all")

    assert paused.exit_code == 0
    assert "group b-7: " in paused.stderr


def test_a_delta_without_an_amount_is_told_how(desk: Desk) -> None:
    refused = desk.says("resolve", "b-8", "--outcome", "confirmed", "--ref", "0" * 32, "--delta", "binance:ETH")

    assert refused.exit_code == 2
    assert refused.stderr == "error: --delta must be key=amount such as binance:ETH=-1, was 'binance:ETH'\n"


def test_an_ended_group_takes_no_command(desk: Desk) -> None:
    desk.says("run", desk.plan("b-9"))

    refused = desk.says("cancel", "b-9")

    assert refused.exit_code == 2
    assert refused.stderr == "error: group 'b-9' has ended (completed); no command makes sense any more\n"
