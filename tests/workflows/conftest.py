"""A house of each test's own, on the server that skips time and on the one that does not."""

from collections.abc import Generator
from pathlib import Path

import pytest
from temporalio.client import Client

from tests.verified import verify_now
from tests.workflows.house import House


@pytest.fixture
def house(
    tmp_path: Path, skipping_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> Generator[House]:
    """Hours pass at once here, and so does the second between the two looks that absence takes."""
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)
    yield from _verified(House(tmp_path, skipping_client, task_queue))


@pytest.fixture
def slow_house(tmp_path: Path, client: Client, task_queue: str) -> Generator[House]:
    """Time passes as it does."""
    yield from _verified(House(tmp_path, client, task_queue))


def _verified(house: House) -> Generator[House]:
    """Let a test have its house, and hold what it left behind against the invariants."""
    yield house
    verify_now(house.folder, house.client.service_client.config.target_host, house.broken)
