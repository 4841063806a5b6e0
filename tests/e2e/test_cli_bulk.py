"""`retry` and `cancel` for every open group that fits."""

import json
from uuid import uuid4

from tests.e2e.desk import Desk
from tests.e2e.test_cli_operating import blocked


def several_blocked(desk: Desk, count: int) -> tuple[str, list[str]]:
    """Leave groups of a strategy of their own blocked, and return it and their ids."""
    strategy = f"carry-{uuid4().hex[:8]}"
    names = [f"{strategy}-{number}" for number in range(count)]
    for name in names:
        blocked(desk, name, strategy=strategy)
    desk.waits_for(names[-1], "list", "--needs-operator", "--strategy", strategy)
    return strategy, names


def test_cancel_by_query_rolls_each_group_back_and_tells_each(desk: Desk) -> None:
    strategy, names = several_blocked(desk, 3)
    where = f'Strategy = "{strategy}" AND NeedsOperator = true'

    told = desk.says("cancel", "--where", where, "--yes", "--command-id", "c-1", "--json")
    again = desk.says("cancel", "--where", where, "--yes", "--command-id", "c-1", "--json")
    desk.faults()

    assert told.exit_code == 0
    assert {each["atomic_group_id"]: each["reception"] for each in json.loads(told.stdout)} == dict.fromkeys(
        names, "taken"
    )
    assert told.stderr.endswith("3 taken\n")
    assert again.exit_code == 0
    for name in names:
        desk.says("retry", name)
        assert desk.says("watch", name, "--timeout", "60").stdout.startswith(f"group {name} is rolled_back")
        commands = desk.says("events", name, "--kind", "command", "--json").stdout.splitlines()
        assert [json.loads(line)["facts"]["command"] for line in commands].count("cancel") == 1


def test_retry_finds_the_reference_of_each_group(desk: Desk) -> None:
    strategy, names = several_blocked(desk, 2)
    desk.faults()

    told = desk.says("retry", "--strategy", strategy, "--status", "blocked", "--venue", "lido", "--yes")

    assert told.exit_code in {0, 2}  # a blocked group goes on by itself, and may have been quicker
    for name in names:
        assert f"group {name}: " in told.stderr
        assert desk.says("watch", name, "--timeout", "60").stdout.startswith(f"group {name} is completed")


def test_what_some_refuse_is_told_and_exits_with_2(desk: Desk) -> None:
    strategy, (first, second) = several_blocked(desk, 2)
    desk.says("cancel", first)

    told = desk.says("cancel", "--strategy", strategy, "--yes")

    assert told.exit_code == 2
    assert f"group {first}: refused: the group is already rolling back" in told.stderr
    assert f"group {second}: taken: cancel taken" in told.stderr
    assert told.stderr.endswith("1 taken, 1 refused\n")


def test_a_dry_run_tells_nobody(desk: Desk) -> None:
    strategy, (name,) = several_blocked(desk, 1)

    shown = desk.says("cancel", "--strategy", strategy, "--dry-run")

    assert shown.exit_code == 0
    assert name in shown.stdout
    assert shown.stderr == "cancel would go to 1 open group(s)\n"
    assert json.loads(desk.says("status", name, "--json").stdout)["cancelling"] is False


def test_without_a_yes_nobody_is_told(desk: Desk) -> None:
    strategy, (name,) = several_blocked(desk, 1)

    asked = desk.says("cancel", "--strategy", strategy)

    assert asked.exit_code == 2
    assert f"  {name}  blocked  {strategy}\n" in asked.stderr
    assert "nothing was told to any group" in asked.stderr
    assert json.loads(desk.says("status", name, "--json").stdout)["cancelling"] is False


def test_no_group_that_fits_is_no_failure(desk: Desk) -> None:
    told = desk.says("cancel", "--strategy", "nobody-s", "--yes")

    assert (told.exit_code, told.stderr) == (0, "cancel would go to 0 open group(s)\n")


def test_a_condition_that_the_server_cannot_read_is_bad_input(desk: Desk) -> None:
    told = desk.says("cancel", "--where", "Strat = 'a'", "--yes")

    assert told.exit_code == 2
    assert "the server cannot read --where \"Strat = 'a'\": invalid query" in told.stderr


def test_a_group_and_a_condition_contradict_each_other(desk: Desk) -> None:
    assert desk.says("cancel", "g-1", "--strategy", "s").exit_code == 2
    assert desk.says("retry").exit_code == 2
    assert desk.says("retry", "--needs-operator", "--ref", "0" * 32).exit_code == 2


def test_without_a_worker_nobody_is_told(lonely: Desk) -> None:
    lonely.says("submit", lonely.plan("lonely-1", strategy="lonely"))
    lonely.waits_for("lonely-1", "list", "--strategy", "lonely")

    told = lonely.says("cancel", "--strategy", "lonely", "--yes")

    assert told.exit_code == 4
    assert "no other group was told anything" in told.stderr
