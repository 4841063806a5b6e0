"""Worker processes that a test kills or freezes."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from temporalio.client import Client

from tests.textbook.moments import until

Process = subprocess.Popen[bytes]


@contextmanager
def worker(client: Client, task_queue: str, folder: Path) -> Generator[Process]:
    """Run a worker in a process of its own meanwhile; it is gone afterwards, whatever became of it."""
    target = client.service_client.config.target_host
    command = [sys.executable, "-m", "tests.textbook.worker", target, task_queue, str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


async def is_killed(process: Process) -> None:
    """Wait until the process was killed by SIGKILL."""
    await until(lambda: process.poll() is not None)
    assert process.returncode == -signal.SIGKILL


async def is_frozen(process: Process) -> None:
    """Wait until the process is stopped."""
    status = Path(f"/proc/{process.pid}/stat")
    await until(lambda: status.read_text().rpartition(")")[2].split()[0] == "T")


def wakes(process: Process) -> None:
    """Let a stopped process go on."""
    os.kill(process.pid, signal.SIGCONT)
