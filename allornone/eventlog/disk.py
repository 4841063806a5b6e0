"""The calls that a disk can fail, as values, so that a failing disk can be put in their place."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Disk:
    """How bytes reach a file and the platter, and how a file gets another name. All raise OSError."""

    write: Callable[[int, bytes], int] = os.write
    sync: Callable[[int], None] = os.fsync
    rename: Callable[[Path, Path], None] = os.rename

    def sync_folder(self, folder: Path) -> None:
        """Make the names in `folder` outlast a power cut."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)
