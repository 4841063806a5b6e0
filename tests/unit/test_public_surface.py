"""What `from allornone import ...` offers."""

import subprocess
import sys
from pathlib import Path

import allornone
from allornone.client.execution import ExecutionManager
from allornone.client.groups import GroupClient


def test_the_surface_is_what_the_design_names() -> None:
    assert allornone.__all__ == [
        "AtomicGroup",
        "ExecutionHandshake",
        "ExecutionManager",
        "ExecutionStatus",
        "GroupClient",
        "GroupResult",
        "GroupStatus",
        "OperationCommand",
        "OperationType",
    ]


def test_the_surface_is_sorted_and_there() -> None:
    assert allornone.__all__ == sorted(allornone.__all__)
    assert all(getattr(allornone, name).__name__ == name for name in allornone.__all__)


def test_the_client_is_the_client() -> None:
    assert allornone.GroupClient is GroupClient
    assert allornone.ExecutionManager is ExecutionManager


def test_what_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(allornone, "Nothing")


def test_the_models_come_without_a_client() -> None:
    code = "import sys, allornone; sys.exit('temporalio' in sys.modules or 'typer' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(allornone.__file__).parents[1])

    assert found.returncode == 0
