"""A desk with a worker, one for each module."""

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.e2e.desk import PATIENCE_S, Desk
from tests.verified import verify_now


def desk_at(server: WorkflowEnvironment, folder: Path) -> Desk:
    """Return a desk without a worker, on a task queue of its own."""
    target = server.client.service_client.config.target_host
    return Desk(
        folder,
        {
            "TEMPORAL_ADDRESS": target,
            "ALLORNONE_DATA_DIR": str(folder),
            "ALLORNONE_TASK_QUEUE": f"desk-{uuid4().hex}",
        },
    )


@pytest.fixture(scope="module")
def manned(temporal_server: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    """A desk whose worker runs as a process, as in production."""
    desk = desk_at(temporal_server, tmp_path_factory.mktemp("desk"))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "worker.main", "worker"],
        env=environment | desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stderr is not None
            if not any(line.startswith("worker") for line in worker.stdout):
                pytest.fail(worker.stderr.read())
            yield desk
        finally:
            worker.terminate()
            worker.communicate(timeout=PATIENCE_S)
    verify_now(desk.folder, desk.environment["TEMPORAL_ADDRESS"])


@pytest.fixture
def desk(manned: Desk) -> Desk:
    """The module's desk, with venues that behave."""
    manned.faults()
    return manned


@pytest.fixture
def lonely(temporal_server: WorkflowEnvironment, tmp_path: Path) -> Desk:
    """A desk without a worker."""
    return desk_at(temporal_server, tmp_path)
