"""The one lock of a log, over every process and thread that writes it."""

import fcntl
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class LogLock:
    """An advisory lock on a file of its own; the kernel lets go of it when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = _open(path)
        self._threads = threading.Lock()
        self._process = os.getpid()
        self._holder: int | None = None

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None:
            os.close(descriptor)

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold the lock.

        Raises RuntimeError in a forked child, since parent and child would hold the same lock at the same time,
        and in a thread that holds it already, which would wait for itself.
        """
        if os.getpid() != self._process:
            raise RuntimeError("this event log was opened before a fork; open it anew in the child process")
        if self._holder == threading.get_ident():
            raise RuntimeError("the event log's lock is already held by this thread")
        with self._threads:
            self._take()
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = None
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _take(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        while not self._in_place():
            # Somebody deleted the file: whoever comes next makes another, and two locks are none.
            os.close(self._descriptor)
            self._descriptor = _open(self._path)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def _in_place(self) -> bool:
        try:
            return os.stat(self._path).st_ino == os.fstat(self._descriptor).st_ino  # noqa: PTH116 (for every record)
        except FileNotFoundError:
            return False


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
