"""A Temporal server whose database can be lost, its workers, and the command that takes its groups up again."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import FAST_TIMERS
from worker.binary import find_binary

PATIENCE_S = 60


class LosableServer:
    """A dev server on a file and a port of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def target(self) -> str:
        """Where it listens, whichever process it is."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        files = ["--db-filename", str(self._folder / "temporal.db")]
        command = [str(find_binary()), "server", "start-dev", "--headless", "--port", str(self._port), *files]
        silent = subprocess.DEVNULL
        self._process = subprocess.Popen([*command, "--log-level", "error", *FAST_TIMERS], stdout=silent, stderr=silent)
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)

    def lose(self) -> None:
        """Kill it and delete all that it knew."""
        self.kill()
        for file in self._folder.glob("temporal.db*"):
            file.unlink()

    def kill(self) -> None:
        """Kill it, as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return True
        except OSError:
            return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def server_in(folder: Path) -> Generator[LosableServer]:
    """Have a server run meanwhile."""
    server = LosableServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def worker_at(target: str, task_queue: str, folder: Path) -> Generator[subprocess.Popen[str]]:
    """Have a worker run meanwhile that halts where it is marked, and that may be killed before."""
    command = [sys.executable, "-m", "tests.e2e.halting_worker", target, task_queue, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "works\n"
            yield worker
        finally:
            worker.kill()
            worker.wait()


def recover(server: LosableServer, task_queue: str, folder: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    """Run `allornone recover` as a process of its own; return its exit code and what it says of each group."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "ALLORNONE_"))}
    environment |= {
        "TEMPORAL_ADDRESS": server.target,
        "ALLORNONE_DATA_DIR": str(folder),
        "ALLORNONE_TASK_QUEUE": task_queue,
    }
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "worker.main", "recover", "--json", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout)
