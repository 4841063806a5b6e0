"""What a process may believe after its disk failed once: nothing."""

import errno
import threading

from allornone.eventlog.disk import Disk


class SyncGuard:
    """Syncs one file at a time, and after the first failure none.

    The kernel may drop the pages that it could not write, and says so once, to one caller: a sync that succeeds
    later proves nothing about them.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._one_at_a_time = threading.Lock()
        self._failure: OSError | None = None

    def sync(self, descriptor: int) -> None:
        """Put a file or a folder on disk. Raises OSError, and then for ever."""
        with self._one_at_a_time:
            self.refuse_after_failure()
            try:
                self._disk.sync(descriptor)
            except OSError as error:
                self._failure = error
                raise

    def refuse_after_failure(self) -> None:
        """Raise OSError when a sync failed before."""
        if self._failure is not None:
            found = f"the event log refuses writes since a sync failed ({self._failure})"
            raise OSError(errno.EIO, f"{found}; check the disk, then restart this process")
