"""The checker as a program: `python -m allornone_verify`, and `allornone verify`, which starts it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.verify.installation import Installation, end

Good = Callable[[str], Installation]
PATIENCE_S = 60


def says(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as a user does."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "ALLORNONE_"))}
    return subprocess.run(
        [sys.executable, "-P", "-m", *words],
        env=environment | {"COLUMNS": "250"} | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_an_installation_that_holds_exits_with_0_and_says_what_was_not_checked(good: Good) -> None:
    told = says("allornone_verify", ALLORNONE_DATA_DIR=str(good("rolled_back").folder))

    assert (told.returncode, told.stderr) == (0, "")
    assert "nothing is broken" in told.stdout
    assert "knows of no server, and TEMPORAL_ADDRESS names none" in told.stdout
    assert "S1, S2, S3" in told.stdout


def test_a_violation_exits_with_1_and_shows_its_witness(good: Good) -> None:
    spoilt = good("failed")
    spoilt.change(end, friction={"binance:ETH": "-7"})

    told = says("allornone_verify", ALLORNONE_DATA_DIR=str(spoilt.folder))

    assert told.returncode == 1
    assert "the ledger differs from the end 'failed' by binance:ETH +7" in told.stdout
    assert "atomic_operation_groups.jsonl line 1" in told.stdout


def test_the_command_of_the_house_starts_it_with_all_that_it_was_given(good: Good) -> None:
    held = good("rolled_back")

    told = says("worker.main", "verify", "--json", "--server", held.target, ALLORNONE_DATA_DIR=str(held.folder))

    report = json.loads(told.stdout)
    assert (told.returncode, told.stderr) == (0, "")
    assert (report["groups"], report["histories"], report["orders"]) == (1, 1, 5)
    assert {each["name"]: each["state"] for each in report["verdicts"]}["E8"] == "held"


def test_its_exit_code_is_its_own_whatever_the_interpreters_shutdown_does(good: Good, tmp_path: Path) -> None:
    (tmp_path / "aborting.py").write_text(
        "import atexit, os\natexit.register(os.abort)\nfrom allornone_verify.main import main\nmain()\n"
    )
    for name, code in (("rolled_back", 0), ("failed", 1)):
        here = good(name)
        if code:
            here.change(end, friction={"binance:ETH": "-7"})

        told = says("aborting", ALLORNONE_DATA_DIR=str(here.folder), PYTHONPATH=str(tmp_path))

        assert told.returncode == code
        assert "witnessed: " in told.stdout


def test_its_help_has_an_example() -> None:
    told = says("worker.main", "verify", "--help")

    assert told.returncode == 0
    assert "Example: allornone verify --group basis-1 --json" in told.stdout
    assert "--testexchange rehearsal/testexchange.db" in told.stdout
    assert "Exit codes: 0 everything that was checked holds; 1 something is broken; 2 bad input." in told.stdout


def test_bad_input_exits_with_2_and_says_what_it_should_be(good: Good, tmp_path: Path) -> None:
    folder = str(good("failed").folder)
    for words, found in {
        ("--log-dir", str(tmp_path)): f"error: no event log: {tmp_path} has no folder 'events'\n",
        ("--ledger", str(tmp_path / "no.db")): f"error: --ledger must be a file, was {tmp_path / 'no.db'}\n",
        ("--group", "nobody"): "error: neither the log nor a ledger knows a group 'nobody'\n",
        ("--server", "127.0.0.1:1"): "error: no server answers at 127.0.0.1:1",
    }.items():
        told = says("allornone_verify", *words, ALLORNONE_DATA_DIR=folder)
        assert told.returncode == 2
        assert told.stderr.startswith(found)


def test_one_group_alone_can_be_asked_for(good: Good) -> None:
    held = good("rolled_back")
    group = held.log()[0]["atomic_group_id"]

    told = says("allornone_verify", "--group", group, "--json", "--no-server", ALLORNONE_DATA_DIR=str(held.folder))

    assert told.returncode == 0
    assert json.loads(told.stdout)["groups"] == 1


def test_it_runs_without_the_rest_of_the_project(good: Good) -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('allornone', 'workflows', 'activities', 'worker')));"
        "from allornone_verify.main import main; main()"
    )
    environment = {**os.environ, "ALLORNONE_DATA_DIR": str(good("completed").folder)}
    told = subprocess.run(
        [sys.executable, "-c", code, "--no-server"], env=environment, capture_output=True, text=True, check=False
    )

    assert told.returncode == 0
