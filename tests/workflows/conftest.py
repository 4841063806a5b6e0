"""A house of each test's own, on the server that skips time and on the one that does not."""

from pathlib import Path

import pytest
from temporalio.client import Client

from tests.workflows.house import House


@pytest.fixture
def house(tmp_path: Path, skipping_client: Client, task_queue: str) -> House:
    """Hours pass at once here."""
    return House(tmp_path, skipping_client, task_queue)


@pytest.fixture
def slow_house(tmp_path: Path, client: Client, task_queue: str) -> House:
    """Time passes as it does."""
    return House(tmp_path, client, task_queue)
