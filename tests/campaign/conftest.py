"""A house of each test's own, on the server that skips time."""

from pathlib import Path

import pytest
from temporalio.client import Client

from tests.workflows.house import House


@pytest.fixture
def house(tmp_path: Path, skipping_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """Hours pass at once here, and so does the second between the two looks that absence takes."""
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)
    return House(tmp_path, skipping_client, task_queue)
