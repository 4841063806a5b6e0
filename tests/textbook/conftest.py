"""Both sides on the real server, in real time, each in a folder of its own."""

from pathlib import Path

import pytest
from temporalio.client import Client

from tests.textbook.sides import Ours, Textbook
from tests.textbook.worker import HURRIED, SOON
from tests.workflows.house import House


@pytest.fixture
def textbook(tmp_path: Path, client: Client, task_queue: str) -> Textbook:
    """The saga as it is taught."""
    folder = tmp_path / "textbook"
    folder.mkdir()
    return Textbook(folder, client, task_queue)


@pytest.fixture
def ours(tmp_path: Path, client: Client, task_queue: str) -> Ours:
    """A group, at venues that behave."""
    folder = tmp_path / "ours"
    folder.mkdir()
    return Ours(House(folder, client, task_queue))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the workflows of this process the timeouts of the others."""
    for name in HURRIED:
        monkeypatch.setattr(f"workflows.calls.{name}", SOON)
