"""The commands without a worker, without a server, and interrupted."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from allornone.cli.app import app
from tests.e2e.desk import PATIENCE_S, Desk

COMMANDS = sorted(
    found.name or found.callback.__name__ for found in app.registered_commands if found.callback is not None
)
EXAMPLE = r"Example: (\S+=\S+ )?allornone {}\b"


def command(desk: Desk, *words: str) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "worker.main", *words],
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_without_a_server_a_process_exits_with_4_and_what_to_do(tmp_path: Path) -> None:
    nowhere = Desk(tmp_path, {"ALLORNONE_DATA_DIR": str(tmp_path)})

    with command(nowhere, "run", nowhere.plan("alone-1")) as process:
        result, talk = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 4
    assert result == ""
    assert talk.startswith(f"error: no Temporal server: {tmp_path} knows of none; run `allornone dev`")
    assert "Traceback" not in talk


def test_bad_input_is_said_before_a_server_is_looked_for(tmp_path: Path) -> None:
    nowhere = Desk(tmp_path, {"ALLORNONE_DATA_DIR": str(tmp_path)})

    assert nowhere.says("run", str(tmp_path / "none.yaml")).exit_code == 2


def test_run_says_within_ten_seconds_that_no_worker_is_there(lonely: Desk) -> None:
    ran = lonely.says("run", lonely.plan("alone-2"), "--timeout", "8")

    assert ran.exit_code == 0
    assert "no worker polls task queue" in ran.stderr
    assert "start one with `allornone worker`" in ran.stderr
    assert "still waiting" in ran.stderr


def test_status_without_a_worker_says_what_the_server_knows(lonely: Desk) -> None:
    lonely.says("submit", lonely.plan("alone-3"))

    asked = lonely.says("status", "alone-3", "--json")

    assert asked.exit_code == 0
    assert "no worker polls task queue" in asked.stderr
    view = json.loads(asked.stdout)
    assert (view["status"], view["operations"]) == ("running", [])


def test_a_command_without_a_worker_is_not_left_behind(lonely: Desk) -> None:
    lonely.says("submit", lonely.plan("alone-6"))

    told = lonely.says("cancel", "alone-6")

    assert told.exit_code == 4
    assert "no worker polls task queue" in told.stderr
    assert told.stderr.endswith("group 'alone-6' was told nothing\n")


def test_a_command_to_nobody_is_first_of_all_bad_input(lonely: Desk) -> None:
    assert lonely.says("cancel", "nobody").stderr == (
        "error: no group 'nobody'; `allornone list` shows the groups there are\n"
    )


def test_a_worker_that_was_killed_is_known_to_be_dead(lonely: Desk) -> None:
    with command(lonely, "worker") as worker:
        assert worker.stdout is not None
        assert any(line.startswith("worker") for line in worker.stdout)
        assert lonely.says("run", lonely.plan("alone-7")).exit_code == 0
        worker.kill()
    lonely.says("submit", lonely.plan("alone-8"))

    asked = lonely.says("status", "alone-8")

    assert "(dead); one that died is listed for a minute" in asked.stderr
    assert "start another with `allornone worker`" in asked.stderr
    assert lonely.says("cancel", "alone-8").exit_code == 4


def test_ctrl_c_leaves_the_group_and_says_how_to_follow_it(lonely: Desk) -> None:
    with command(lonely, "run", lonely.plan("alone-4")) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=PATIENCE_S)

    assert said == "group alone-4: submitted, 2 operation(s)\n"
    assert process.returncode == 130
    assert talk == "the group goes on; `allornone list` shows it, `allornone watch GROUP` follows it\n"
    assert json.loads(lonely.says("submit", lonely.plan("alone-4"), "--json").stdout)["attached"] is True


def test_a_terminated_group_is_said_to_be_abandoned(lonely: Desk) -> None:
    lonely.says("submit", lonely.plan("alone-5"))
    terminated = subprocess.run(
        [
            *(Path(sys.executable).parent / "temporal", "workflow", "terminate", "-w", "alone-5"),
            *("--address", lonely.environment["TEMPORAL_ADDRESS"], "--disable-config-file"),
        ],
        capture_output=True,
        check=False,
    )
    assert terminated.returncode == 0

    asked = lonely.says("status", "alone-5")

    assert asked.exit_code == 3
    assert "the workflow of group 'alone-5' was terminated; unless that was before it sent anything" in asked.stderr


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "verify"])
def test_the_help_of_every_command_has_an_example(name: str, tmp_path: Path) -> None:
    helped = Desk(tmp_path, {"COLUMNS": "200"}).says(name, "--help")

    assert helped.exit_code == 0
    assert re.search(EXAMPLE.format(name), helped.stdout)


def test_the_help_of_the_checker_which_is_a_process_of_its_own_has_an_example(tmp_path: Path) -> None:
    with command(Desk(tmp_path, {"COLUMNS": "200"}), "verify", "--help") as process:
        helped, _ = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 0
    assert re.search(EXAMPLE.format("verify"), helped)
