"""Locks between processes, on files. The system lets go of them when a process dies, however it dies."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the lock alone, waiting for whoever has it."""
    lock = _opened(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def shared(path: Path) -> Generator[None]:
    """Hold the lock together with others who share it."""
    lock = _opened(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield
    finally:
        os.close(lock)


def take(path: Path) -> int | None:
    """Take the lock without waiting: its descriptor, to close or to hand to a child; None if it is held."""
    lock = _opened(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def is_held(path: Path) -> bool:
    """Whether anybody, this process too, holds the lock."""
    lock = take(path)
    if lock is None:
        return True
    os.close(lock)
    return False


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
