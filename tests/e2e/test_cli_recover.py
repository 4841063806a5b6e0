"""`allornone recover` and `status` of what a server does not know, from a prompt."""

import asyncio
import json
import os
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest_asyncio
from temporalio.client import Client
from typer.testing import CliRunner, Result

from allornone.cli.app import app
from tests.e2e.desk import Desk
from tests.e2e.test_namespace import new_namespace
from worker.namespace import register_search_attributes

import_module("worker.main")  # which adds the commands that run processes, and `recover`


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(desk: Desk, client: Client) -> Desk:
    """The same desk, before a server that knows nothing of it."""
    namespace = (await new_namespace(client, f"elsewhere-{uuid4().hex[:8]}")).namespace
    return Desk(desk.folder, {**desk.environment, "TEMPORAL_NAMESPACE": namespace})


@pytest_asyncio.fixture(loop_scope="session")
async def prepared(elsewhere: Desk) -> Desk:
    """The same, once a worker has prepared that server."""
    address, namespace = (elsewhere.environment[f"TEMPORAL_{name}"] for name in ("ADDRESS", "NAMESPACE"))
    await register_search_attributes(await Client.connect(address, namespace=namespace))
    return elsewhere


def says(desk: Desk, *words: str) -> Result:
    """Run one command of the console script in this process."""
    cleared = {key: None for key in os.environ if key.startswith(("TEMPORAL_", "ALLORNONE_"))}
    return CliRunner().invoke(app, list(words), env={**cleared, **desk.environment})


def blocked(desk: Desk, group_id: str) -> None:
    """Run a group that needs an operator."""
    note = f"note: {group_id}"  # which makes it another rule, that has not fired yet
    desk.faults(f"{{behaviour: lose_answer, operation_id: stake-1, {note}}}", "{behaviour: unreadable, count: always}")
    assert desk.says("run", desk.plan(group_id, policy="{resolve_budget_s: 1}")).exit_code == 3


def test_a_dry_run_tells_what_would_be_taken_up_and_does_nothing(desk: Desk, elsewhere: Desk) -> None:
    blocked(desk, "lost-1")

    told = says(elsewhere, "recover", "--group", "lost-1", "--dry-run", "--json")
    again = says(elsewhere, "recover", "--group", "lost-1", "--dry-run")

    assert (told.exit_code, again.exit_code) == (0, 0)
    (found,) = json.loads(told.stdout)
    assert (found["atomic_group_id"], found["fate"], found["taken_up"]) == ("lost-1", "lost", True)
    assert again.stdout == "lost-1  would be taken up: this server knows no workflow of it\n"
    assert "1 of 1 open groups would be taken up" in again.stderr
    assert "recovered" not in desk.says("events", "lost-1", "--kind", "transition").stdout


def test_a_group_that_the_server_runs_is_left_alone(desk: Desk) -> None:
    blocked(desk, "lost-2")

    told = says(desk, "recover", "--group", "lost-2")

    assert (told.exit_code, told.stdout) == (0, "lost-2  left alone: running\n")


def test_status_of_an_open_group_that_the_server_does_not_know_is_where_it_stood(desk: Desk, elsewhere: Desk) -> None:
    blocked(desk, "lost-3")

    told = elsewhere.says("status", "lost-3", "--json")

    assert told.exit_code == 3
    view = json.loads(told.stdout)
    assert view["reason"] == "this server does not run it; `allornone recover --group lost-3` goes on where it stood"
    assert [each["state"] for each in view["operations"]] == ["unknown", "planned"]
    assert "from the event log" in told.stderr


def test_status_of_a_group_that_has_ended_elsewhere_is_its_end(desk: Desk, elsewhere: Desk) -> None:
    assert desk.says("run", desk.plan("ended-1")).exit_code == 0

    told = elsewhere.says("status", "ended-1", "--json")

    assert told.exit_code == 0
    assert json.loads(told.stdout)["result"]["status"] == "completed"


def test_a_group_that_has_ended_is_left_alone_by_whoever_names_it(desk: Desk, elsewhere: Desk) -> None:
    assert desk.says("run", desk.plan("ended-3")).exit_code == 0

    told = says(elsewhere, "recover", "--group", "ended-3")

    assert (told.exit_code, told.stdout) == (0, "ended-3  left alone: ended\n")
    assert "recovered" not in desk.says("events", "ended-3", "--kind", "transition").stdout


def test_an_open_group_that_the_server_does_not_know_is_listed_as_lost(desk: Desk, elsewhere: Desk) -> None:
    blocked(desk, "lost-5")
    assert desk.says("run", desk.plan("ended-2")).exit_code == 0

    shown, known = elsewhere.says("list"), json.loads(elsewhere.says("list", "--json").stdout)

    (row,) = [line.split() for line in shown.stdout.splitlines() if line.startswith("lost-5 ")]
    assert row[:5] == ["lost-5", "lost", "needed", "-", "2"]
    assert "open group(s) of the event log; run `allornone recover`" in shown.stderr
    (lost,) = [group for group in known if group["atomic_group_id"] == "lost-5"]
    assert (lost["status"], lost["needs_operator"], lost["venues"]) == (
        "lost",
        True,
        ["binance", "binance.usdm", "lido"],
    )
    assert "ended-2" not in shown.stdout
    assert "lost" not in [group["status"] for group in json.loads(desk.says("list", "--json").stdout)]
    assert "event log" not in desk.says("list").stderr


def test_a_lost_group_needs_an_operator_and_the_command_that_helps_is_shown(desk: Desk, prepared: Desk) -> None:
    blocked(desk, "lost-6")

    shown = prepared.says("list", "--needs-operator").stdout
    known = json.loads(prepared.says("list", "--needs-operator", "--json").stdout)

    assert (
        "group lost-6 is lost: this server does not run it; `allornone recover --group lost-6` goes on where it stood\n"
        in shown
    )
    assert "  told by the event log, as this server does not know it\n  known: stake-1, stake at lido: unknown" in shown
    (lost,) = [group for group in known if group["atomic_group_id"] == "lost-6"]
    assert [each["command"] for each in lost["help"]] == ["allornone recover --group lost-6"]
    assert (lost["told_by"], lost["view"]["operations"][0]["state"]) == ("event log", "unknown")


def test_what_is_lost_is_listed_by_its_strategy_and_not_by_a_status_that_the_server_has(
    desk: Desk, prepared: Desk
) -> None:
    note = "note: lost-7"
    desk.faults(f"{{behaviour: lose_answer, operation_id: stake-1, {note}}}", "{behaviour: unreadable, count: always}")
    desk.says("run", desk.plan("lost-7", policy="{resolve_budget_s: 1}", strategy="basis"))

    ours, others = prepared.says("list", "--strategy", "basis"), prepared.says("list", "--strategy", "carry")
    blocked_ones = prepared.says("list", "--status", "blocked")

    assert "lost-7" in ours.stdout
    assert "lost-7" not in others.stdout
    assert "lost-7" not in blocked_ones.stdout
    assert "run `allornone recover`" in blocked_ones.stderr


def test_a_server_that_no_worker_has_prepared_yet_is_said_to_have_lost_them(desk: Desk, elsewhere: Desk) -> None:
    blocked(desk, "lost-9")

    told = elsewhere.says("list", "--needs-operator")

    assert told.exit_code == 4
    assert "open group(s) of the event log; run `allornone recover`" in told.stderr


def test_without_a_log_to_read_a_list_is_what_the_server_knows(elsewhere: Desk, tmp_path: Path) -> None:
    bare = Desk(tmp_path, {**elsewhere.environment, "ALLORNONE_DATA_DIR": str(tmp_path / "none")})

    told = bare.says("list", "--json")

    assert (told.exit_code, told.stdout, told.stderr) == (0, "[]\n", "")
    assert not (tmp_path / "none").exists()


def test_a_group_that_nobody_knows_is_still_unknown(elsewhere: Desk) -> None:
    assert elsewhere.says("status", "nobody").exit_code == 2
    told = says(elsewhere, "recover", "--group", "nobody")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "has no group 'nobody'" in told.stderr


def test_without_an_event_log_nothing_is_made(desk: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path, {**desk.environment, "ALLORNONE_DATA_DIR": str(tmp_path / "none")})

    told = says(other, "recover")

    assert told.exit_code == 2
    assert "no event log under" in told.stderr
    assert not (tmp_path / "none").exists()


def test_without_a_server_the_exit_code_says_so(desk: Desk) -> None:
    told = says(Desk(desk.folder, {**desk.environment, "TEMPORAL_ADDRESS": "127.0.0.1:1"}), "recover")

    assert told.exit_code == 4


async def test_a_group_that_somebody_terminated_is_taken_up_and_waits_for_an_operator(
    desk: Desk, client: Client
) -> None:
    await asyncio.to_thread(blocked, desk, "lost-4")
    await client.get_workflow_handle("lost-4").terminate()

    told = await asyncio.to_thread(says, desk, "recover", "--group", "lost-4", "--reason", "a mistake")

    assert told.exit_code == 3
    assert told.stdout == "lost-4  taken up: its workflow was terminated; waits for an operator\n"
    await asyncio.to_thread(
        desk.waits_for, "its workflow was terminated; rebuilt from the event log", "status", "lost-4"
    )
    listed = await asyncio.to_thread(desk.says, "list", "--needs-operator", "--json")
    assert "lost-4" in listed.stdout
    record = (await asyncio.to_thread(desk.says, "events", "lost-4", "--kind", "recovered", "--json")).stdout
    assert json.loads(record)["reason"] == "a mistake"
