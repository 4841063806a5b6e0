"""What is wrong with a file or a setting is said before anything is started, in a sentence that says where."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from allornone.testexchange.keys import credentials_path, key_of
from allornone.testexchange.serving import serving

PATIENCE_S = 30
TYPO = "- {venue: lido, behaviour: refuze}\n"
SAID = "paper-faults.yaml, line 1: [0].behaviour must be one of 'ok', "
UNKNOWN = '{"venues": ["bianance"], "assets": {"ETH": 1}}'


def refused(folder: Path, *words: str, **environment: str) -> str:
    """Run a command that ends at once with exit code 2; return what it says."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "ALLORNONE_"))}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "worker.main", *words],
        env=clean | {"ALLORNONE_DATA_DIR": str(folder), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            shown, said = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.terminate()  # it has started after all: then it stops what it has started, too
            shown, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, shown) == (2, ""), said
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize("command", ["dev", "paper"])
def test_a_typo_in_the_faults_file_is_refused_at_the_start(tmp_path: Path, command: str) -> None:
    (tmp_path / "paper-faults.yaml").write_text(TYPO)

    said = refused(tmp_path, command)

    assert said.startswith(f"error: {tmp_path}/{SAID}")
    assert said.endswith("was 'refuze'; did you mean 'refuse'?\n")
    assert [path.name for path in tmp_path.iterdir()] == ["paper-faults.yaml"]


@pytest.mark.parametrize("command", ["dev", "worker"])
def test_limits_with_a_venue_that_is_not_there_are_refused_at_the_start(tmp_path: Path, command: str) -> None:
    said = refused(tmp_path, command, ALLORNONE_LIMITS=UNKNOWN)

    assert said.startswith("error: ALLORNONE_LIMITS at venues: this worker has no venue 'bianance'; it has aave, ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["dev", "worker"])
async def test_a_key_that_the_exchange_turns_down_is_refused_at_the_start(tmp_path: Path, command: str) -> None:
    (others := tmp_path / "others").mkdir()
    key_of(others, "binance", "desk")
    wrong = credentials_path(others, "binance", "desk")
    async with serving(tmp_path / "exchange") as exchange:
        place = {"connect_to": exchange.connect_to, "ca_file": str(exchange.ca_file)}
        venue = {"adapter": "ccxt", "exchange": "binance", "credentials_file": str(wrong), **place}

        said = await asyncio.to_thread(
            refused, tmp_path / "desk", command, ALLORNONE_VENUES=json.dumps({"binance": venue})
        )

    assert said == (
        "error: ALLORNONE_VENUES at binance: the key is turned down: binance answered -2015 Invalid API-key, IP, or "
        "permissions for action.\n"
    )
