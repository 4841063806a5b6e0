"""Space kept back, so that what was sent can still be recorded when the disk is full."""

import os
from pathlib import Path

from allornone.eventlog.disk import Disk

RESERVE_BYTES = 1 << 20
"""An outcome with its deltas takes some 6 KB, so this is enough for about 170 operations in flight."""


class Reserve:
    """A file of nothing. It stands before an intent is written; an outcome may take its room."""

    def __init__(self, path: Path, size: int, disk: Disk) -> None:
        self._path = path
        self._size = size
        self._disk = disk

    def ensure(self) -> None:
        """Make the reserve stand, or raise OSError, as a full disk does."""
        if self._stands():
            return
        try:
            self._fill()
        except OSError:
            self.release()
            raise

    def release(self) -> bool:
        """Give the room back to the disk; return whether there was any."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True

    def _stands(self) -> bool:
        try:
            return self._path.stat().st_size == self._size
        except FileNotFoundError:
            return False

    def _fill(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            missing = self._size
            while missing:
                missing -= self._disk.write(descriptor, bytes(missing))
            # Some file systems hand out space only now; then a full disk shows here.
            self._disk.sync(descriptor)
        finally:
            os.close(descriptor)
