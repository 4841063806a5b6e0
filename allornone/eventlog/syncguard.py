"""What a process may believe after its disk failed once: nothing."""

import errno
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from allornone.eventlog.disk import Disk

BESIDE = 3
"""How many files are synced beside the first: the log has four."""


class SyncGuard:
    """Syncs for one caller at a time, and after the first failure for none.

    The kernel may drop the pages that it could not write, and says so once, to one caller: a sync that succeeds
    later proves nothing about them.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._one_at_a_time = threading.Lock()
        self._failure: OSError | None = None
        self._beside = ThreadPoolExecutor(BESIDE, thread_name_prefix="eventlog-sync")

    def sync(self, descriptor: int) -> None:
        """Put a file or a folder on disk. Raises OSError, and then for ever."""
        self.sync_all((descriptor,))

    def sync_all(self, descriptors: Sequence[int]) -> None:
        """Put different files on disk, side by side: the disk's journal takes them at once. Raises as `sync`."""
        if not descriptors:
            return
        with self._one_at_a_time:
            self.refuse_after_failure()
            try:
                self._side_by_side(descriptors)
            except OSError as error:
                self._failure = error
                raise

    def _side_by_side(self, descriptors: Sequence[int]) -> None:
        others = [self._beside.submit(self._disk.sync, descriptor) for descriptor in descriptors[1:]]
        try:
            self._disk.sync(descriptors[0])
        finally:
            # Each is waited for, whatever becomes of another: nobody may sync or close a file meanwhile.
            wait(others)
        for other in others:
            other.result()

    def refuse_after_failure(self) -> None:
        """Raise OSError when a sync failed before."""
        if self._failure is not None:
            found = f"the event log refuses writes since a sync failed ({self._failure})"
            raise OSError(errno.EIO, f"{found}; check the disk, then restart this process")
