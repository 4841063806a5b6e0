"""The lock of a log fails aloud where it would wait for itself."""

import threading
from pathlib import Path

import pytest

from allornone.eventlog.lock import LogLock


def test_a_thread_that_holds_the_lock_may_not_take_it_again(tmp_path: Path) -> None:
    lock = LogLock(tmp_path / "lock")

    with lock.held(), pytest.raises(RuntimeError, match="already held by this thread"), lock.held():
        pass


def test_the_lock_can_be_taken_again_after_an_error(tmp_path: Path) -> None:
    lock = LogLock(tmp_path / "lock")
    with pytest.raises(OSError, match="disk"), lock.held():
        raise OSError("disk")

    with lock.held():
        pass


def test_a_lock_whose_file_was_deleted_is_still_one_lock(tmp_path: Path) -> None:
    one = LogLock(tmp_path / "lock")
    (tmp_path / "lock").unlink()
    two = LogLock(tmp_path / "lock")
    with one.held():
        other = threading.Thread(target=_taken, args=(two, passed := threading.Event()))
        other.start()

        assert not passed.wait(0.2)

    assert passed.wait(30)
    other.join()


def _taken(lock: LogLock, passed: threading.Event) -> None:
    with lock.held():
        passed.set()
