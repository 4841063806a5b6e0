"""An office of each test's own."""

from pathlib import Path

import pytest

from tests.activities.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Nothing has happened here yet."""
    return Office(tmp_path)
