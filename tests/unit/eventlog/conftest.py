"""A log of its own for each test."""

from pathlib import Path

import pytest

from allornone.eventlog.jsonl import JsonlEventLog


@pytest.fixture
def log(tmp_path: Path) -> JsonlEventLog:
    return JsonlEventLog(tmp_path)
