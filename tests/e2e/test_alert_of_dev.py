"""`dev` says at its start what it may touch and whom it calls, and calls them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.desk import Desk, until

PATIENCE_S = 60
KEEPS = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())"
LIMITS = (
    '{"venues": ["binance", "binance.usdm", "lido"], "assets": {"ETH": 5, "stETH": 5, "ETHUSDT": 5, "USDT": 20000}}'
)


def test_dev_calls_the_command_it_was_given(tmp_path: Path) -> None:
    script, heard = tmp_path / "keeps.py", tmp_path / "heard"
    script.write_text(KEEPS)
    desk = Desk(tmp_path, {"ALLORNONE_DATA_DIR": str(tmp_path / "data")})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "paper-faults.yaml").write_text(
        "- {venue: binance.usdm, behaviour: lose_answer}\n"
        "- {venue: binance.usdm, behaviour: unreadable, count: always}\n"
    )
    given = {"ALLORNONE_ALERT": f"{sys.executable} {script} {heard}", "ALLORNONE_LIMITS": LIMITS}
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
    said: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "worker.main", "dev"],
        env=clean | desk.environment | given,
        stdout=subprocess.PIPE,
        text=True,
    ) as dev:
        try:
            assert dev.stdout is not None
            for line in dev.stdout:
                said.append(line)
                if line.startswith("worker"):
                    break
            desk.says("submit", desk.plan("a-1", policy="{resolve_budget_s: 0.1}"))
            until(lambda: heard.exists() and heard.read_text().endswith("}"), "an alert")
        finally:
            dev.terminate()
            dev.communicate(timeout=PATIENCE_S)

    told = json.loads(heard.read_text())
    assert (told["group"], told["status"]) == ("a-1", "blocked")
    assert told["ui"].startswith("http://127.0.0.1:")
    assert told["ui"].endswith("/namespaces/default/workflows/a-1")
    assert "alerts    a command is run\n" in said
    (binance,) = [line for line in said if line.startswith("venue     binance:")]
    assert binance.startswith("venue     binance: paper, 127.0.0.1:")
    assert f"log       {tmp_path / 'data' / 'worker.log'}, and stderr\n" in said
    (limits,) = [line for line in said if line.startswith("limits")]
    assert limits.startswith("limits    venues binance, binance.usdm, lido; at most 5 ETH, ")
