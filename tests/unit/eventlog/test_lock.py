"""The lock of a log fails aloud where it would wait for itself."""

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
