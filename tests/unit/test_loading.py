"""What a command loads before it does anything: a prompt waits for that."""

import subprocess
import sys
from pathlib import Path

import pytest

import allornone

HEAVY = {"temporalio", "aiohttp", "workflows", "activities"}


def loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    told = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(allornone.__file__).parents[1])},
    )
    return set(told.stdout.split())


def test_the_commands_are_there_before_any_server_venue_or_workflow_is_loaded() -> None:
    assert loaded("worker.main") & HEAVY == set()


@pytest.mark.parametrize("module", ["allornone.client.groups", "allornone.cli.reading, allornone.client.groups"])
def test_asking_loads_temporal_and_no_transport_of_a_venue(module: str) -> None:
    assert loaded(module) & HEAVY == {"temporalio"}
