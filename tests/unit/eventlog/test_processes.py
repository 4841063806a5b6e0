"""Several processes write one log."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.verification import Verification
from tests.unit.eventlog.story import STARTED, lines

COUNT = 60
WRITERS = ("one", "two", "three", "four")


def write_together(directory: Path) -> list[list[int]]:
    command = (sys.executable, "-m", "tests.unit.eventlog.writer", str(directory))
    root = Path(__file__).parents[3]
    children = [
        subprocess.Popen([*command, name, str(COUNT)], cwd=root, stdout=subprocess.PIPE, text=True) for name in WRITERS
    ]
    return [[int(word) for word in child.communicate(timeout=120)[0].split()] for child in children]


def test_four_processes_leave_unbroken_chains_and_gapless_numbers_and_one_permit_each(tmp_path: Path) -> None:
    answers = write_together(tmp_path)

    assert [answer[0] for answer in answers] == [COUNT] * 4
    assert sum(sum(answer[1:]) for answer in answers) == COUNT
    noted = [line["seq"] for line in lines(tmp_path, "group_transitions.jsonl")]
    assert noted == list(range(1, 4 * COUNT + 1))
    assert list(Verification(tmp_path).problems()) == []


def test_a_forked_child_may_not_use_the_log_of_its_parent(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from allornone.eventlog.journal import Journal\n"
        "journal = Journal(pathlib.Path(sys.argv[1]))\n"
        "if os.fork() == 0:\n"
        "    with journal.locked(): pass\n"
        "os.wait()\n"
    )

    child = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)

    assert "opened before a fork; open it anew in the child process" in child.stderr


async def test_two_logs_of_one_process_see_each_other(tmp_path: Path) -> None:
    first, second = JsonlEventLog(tmp_path), JsonlEventLog(tmp_path)
    await first.record((STARTED,), known_seq=0)

    recorded = await second.record((STARTED,), known_seq=0)

    assert recorded.seq == 1


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files by /proc")
async def test_a_log_that_is_dropped_closes_its_files(tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    before = open_files()

    for _ in range(5):
        await JsonlEventLog(tmp_path).refresh()
    for thread in set(threading.enumerate()) - threads:
        thread.join(30)

    assert open_files() <= before
