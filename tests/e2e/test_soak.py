"""Many short processes in a row: what ends one in six wrongly is seen here, and in no single run."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.desk import PATIENCE_S, Desk

RUNS = int(os.environ.get("ALLORNONE_SOAK_RUNS", "12"))
AT_ONCE = 2


def status(desk: Desk, group_id: str) -> tuple[int, bool, str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "ALLORNONE_"))}
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "worker.main", "status", group_id],
        env=environment | desk.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return ended.returncode, ended.stdout.startswith(f"group {group_id} is completed"), ended.stderr


@pytest.mark.soak
def test_every_run_of_status_ends_with_its_own_code(desk: Desk) -> None:
    assert desk.says("run", desk.plan("soak-1")).exit_code == 0

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(status, [desk] * RUNS, ["soak-1"] * RUNS))

    assert ends == [(0, True, "")] * RUNS


STRATEGY = """
import asyncio, sys
from allornone import GroupClient

async def main() -> None:
    client = await GroupClient.connect()
    print((await client.status(sys.argv[1])).status.value)

asyncio.run(main())
"""


def strategy(desk: Desk, group_id: str) -> tuple[int, str, str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "ALLORNONE_"))}
    ended = subprocess.run(
        [sys.executable, "-P", "-c", STRATEGY, group_id],
        env=environment | desk.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.soak
def test_every_strategy_that_just_ends_ends_well(desk: Desk) -> None:
    runs = max(RUNS // 4, 1)
    assert desk.says("run", desk.plan("soak-2")).exit_code == 0

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(strategy, [desk] * runs, ["soak-2"] * runs))

    assert ends == [(0, "completed\n", "")] * runs
