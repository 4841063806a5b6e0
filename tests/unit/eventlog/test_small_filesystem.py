"""E7b on a real file system that is really full: a tmpfs of 1 MiB in a mount namespace of the test's own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SIZE = "1m"
MOUNTED = ("unshare", "--mount", "--propagation", "private", "sh", "-c")


def _refused() -> str:
    """Return why this machine gives no mount namespace; nothing when it does."""
    try:
        tried = subprocess.run(
            [*MOUNTED, "mount -t tmpfs -o size=64k none /mnt"], capture_output=True, text=True, check=False, timeout=30
        )
    except FileNotFoundError:
        return "unshare is not installed"
    return tried.stderr.strip() if tried.returncode else ""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Everything that happened on the full file system, by name."""
    refused = _refused()
    if refused:
        pytest.skip(f"E7b needs a mount namespace of its own, and this machine refuses it: {refused}")
    folder = tmp_path_factory.mktemp("small")
    script = 'mount -t tmpfs -o size="$1" none "$2" && exec "$3" -m tests.unit.eventlog.fillup "$2"'
    child = subprocess.run(
        [*MOUNTED, script, "sh", SIZE, str(folder), sys.executable],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert child.returncode == 0, child.stderr
    found: dict[str, object] = json.loads(child.stdout)
    return found


def test_e7b_the_textbook_append_is_told_that_its_retry_succeeded_and_has_lost_the_event(
    told: dict[str, object],
) -> None:
    assert told["textbook: first try"] == "No space left on device"
    assert told["textbook: retry when space returned"] == "recorded"
    assert told["textbook: events that can be read"] == ["before", "after"]


def test_e7b_ours_keeps_the_event_that_was_tried_again(told: dict[str, object]) -> None:
    assert told["ours: first try"] == "No space left on device"
    assert told["ours: retry when space returned"] == "recorded"
    assert told["ours: events that can be read"] == ["before", "lost?", "after"]
    assert told["ours: problems"] == []


def test_e7b_a_full_disk_refuses_the_intent_so_that_nothing_is_sent(told: dict[str, object]) -> None:
    assert told["ours: intent on a full disk"] == "No space left on device"
    assert told["ours: the same intent when space returned"] == "written"


def test_e7b_the_outcome_of_what_was_sent_is_recorded_from_the_reserve_of_a_full_disk(told: dict[str, object]) -> None:
    assert told["ours: outcome on a full disk"] == "recorded"
    assert told["ours: records of the group that was sent"] == ["pending", "confirmed", "delta"]


def test_e7b_a_full_disk_stops_no_record_for_want_of_a_rotation(told: dict[str, object]) -> None:
    assert told["ours: outcome on a full disk, in a segment that is full"] == "recorded"
    assert told["ours: closed segments"] == ["operation_executions.000001.jsonl"]
