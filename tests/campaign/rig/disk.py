"""A disk that is full, or that dies in the middle of a line, when a switch in the cell's folder says so."""

import errno
import os
import signal
from pathlib import Path

from allornone.eventlog.disk import Disk
from tests.campaign.rig.post import Post

FULL = "full"
TEAR = "tear"
TORN = "torn"
"""The point that is reported with half a line on disk, before the writer dies."""
REFUSED = "no space"
"""The point that is reported when the full disk takes no more."""


class Switches:
    """The two switches of one cell, shared by all of its workers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        """Make the disk full."""
        (self._folder / FULL).touch()

    def empty(self) -> None:
        """Make room again."""
        (self._folder / FULL).unlink(missing_ok=True)

    def tear(self) -> None:
        """Have the next line of the log torn, once, and its writer killed."""
        (self._folder / TEAR).touch()

    @property
    def full(self) -> bool:
        """Whether the disk is full."""
        return (self._folder / FULL).exists()

    def take_tear(self) -> bool:
        """Take the order to tear, if there is one: only one writer gets it."""
        try:
            (self._folder / TEAR).unlink()
        except FileNotFoundError:
            return False
        return True


class FaultyDisk:
    """The log's two calls. A full disk takes half a line first, as real ones do, and has room only for the reserve."""

    def __init__(self, folder: Path, log: Path, post: Post) -> None:
        self._switches = Switches(folder)
        self._reserve = log / "events" / ".reserve"
        self._post = post

    def disk(self) -> Disk:
        """Return it as the log takes it."""
        return Disk(write=self._write)

    def _write(self, descriptor: int, data: bytes) -> int:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        if self._switches.full and (name == ".reserve" or self._reserve.exists()):
            os.write(descriptor, data[: len(data) // 2])
            self._post.told(REFUSED)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if name.endswith(".jsonl") and self._switches.take_tear():
            os.write(descriptor, data[: len(data) // 2])
            self._post.told(TORN)
            os.kill(os.getpid(), signal.SIGKILL)
        return os.write(descriptor, data)
