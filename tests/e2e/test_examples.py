"""Every example runs as it stands and ends completed, on the paper venues with their own quotes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.desk import PATIENCE_S, Desk

EXAMPLES = Path(__file__).parents[2] / "examples"
GROUPS = sorted(EXAMPLES.glob("*.yaml"))
AS_EXPECTED = {"match", "within"}


def output(desk: Desk, example: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "ALLORNONE_"))}
    ended = subprocess.run(
        [sys.executable, str(EXAMPLES / example)],
        env=environment | desk.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("example", GROUPS, ids=lambda path: path.stem)
def test_a_group_completes_as_expected(desk: Desk, example: Path) -> None:
    ended = desk.says("run", str(example), "--json")

    view = json.loads(ended.stdout)
    assert ended.exit_code == 0, ended.stderr
    assert view["status"] == "completed"
    assert {operation["verdict"] for operation in view["operations"]} <= AS_EXPECTED


def test_the_strategy_reads_its_result_and_is_done_once_when_run_twice(desk: Desk) -> None:
    first, second = output(desk, "strategy.py"), output(desk, "strategy.py")

    assert first == "completed {'stake': 'confirmed', 'hedge': 'confirmed'}\n"
    assert second == first
    assert desk.says("events", "hedged-stake-1", "--kind", "operation").stdout.count(" pending") == 2


def test_the_execution_manager_returns_handshakes(desk: Desk) -> None:
    assert output(desk, "execution_manager.py") == (
        "stake_001 confirmed "
        "{'binance:BaseToken:ETH': '-1', 'lido:StakingToken:stETH': '1', 'wallet:BaseToken:ETH': '-0.0004'}\n"
    )
