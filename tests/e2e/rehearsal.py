"""A desk's rehearsal from outside: the test exchange, the worker and the commands, each a process of its own."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
COMMAND = (sys.executable, "-P", "-m", "worker.main")
PAPER = ("aave", "lido", "wallet")
PATIENCE_S = 120


class Rehearsal:
    """An installation with Binance at the test exchange and the protocols on paper."""

    def __init__(self, folder: Path, target: str, worker: Sequence[str]) -> None:
        self.data_dir, self.books = folder / "desk", folder / "exchange"
        self._ready = folder / "ready.json"
        self._worker_command = worker
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
        self._environment |= {"ALLORNONE_DATA_DIR": str(self.data_dir), "TEMPORAL_ADDRESS": target}
        self._environment["ALLORNONE_TASK_QUEUE"] = f"rehearsal-{folder.name}"
        self._control = ""
        self._exchange: subprocess.Popen[str] | None = None
        self._worker: subprocess.Popen[str] | None = None

    def open(self) -> None:
        """Start the exchange, tell the desk of it, and start a worker."""
        words = ("testexchange", "binance", "--folder", str(self.books), "--ready-file", str(self._ready))
        self._exchange = self._started(*COMMAND, *words)
        until(self._ready.exists, "a test exchange")
        told = json.loads(self._ready.read_text())
        self._control = told["control_url"]
        venues = {name: {**options, "timeout_s": "8"} for name, options in told["venues"].items()}
        venues |= {name: {"adapter": "paper"} for name in PAPER}
        self._environment["ALLORNONE_VENUES"] = json.dumps(venues)
        self.hire()

    def close(self) -> None:
        """End what runs."""
        for process in (self._worker, self._exchange):
            if process is not None:
                process.kill()
                process.communicate(timeout=PATIENCE_S)

    def hire(self) -> None:
        """Start a worker, and wait until it works."""
        worker = self._worker = self._started(*self._worker_command)
        assert worker.stdout is not None
        assert worker.stderr is not None
        if not any(line.startswith("worker") for line in worker.stdout):
            pytest.fail(worker.stderr.read())

    def kill(self) -> None:
        """SIGKILL the worker."""
        assert self._worker is not None
        self._worker.kill()
        self._worker.communicate(timeout=PATIENCE_S)

    def begins(self, *words: str) -> subprocess.Popen[str]:
        """Start one command."""
        return self._started(*COMMAND, *words)

    def says(self, *words: str) -> tuple[int, str]:
        """Run one command and return its exit code and what it printed."""
        return ended(self.begins(*words))

    def asked(self, path: str) -> Any:
        """Return what the control port answers."""
        with urllib.request.urlopen(self._control + path, timeout=PATIENCE_S) as answer:  # noqa: S310 (loopback)
            return json.load(answer)

    def told(self, method: str, path: str, body: object) -> None:
        """Tell the control port something."""
        request = urllib.request.Request(self._control + path, json.dumps(body).encode(), method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=PATIENCE_S):  # noqa: S310 (loopback)
            pass

    def _started(self, *words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(words, env=self._environment, cwd=REPOSITORY, stdout=pipe, stderr=pipe, text=True)


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for a condition; a killed worker's work is taken up within a minute at most."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s: {what}"
        time.sleep(0.05)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a command; return its exit code and what it printed."""
    said, complained = process.communicate(timeout=PATIENCE_S)
    return process.returncode, said + complained


@contextmanager
def rehearsing(folder: Path, target: str, worker: Sequence[str]) -> Generator[Rehearsal]:
    """Have a rehearsal meanwhile."""
    rehearsal = Rehearsal(folder, target, worker)
    try:
        rehearsal.open()
        yield rehearsal
    finally:
        rehearsal.close()
