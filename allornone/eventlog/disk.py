"""The two calls that a disk can fail, as values, so that a failing disk can be put in their place."""

import os
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disk:
    """How bytes reach a file and how they reach the platter. Both raise OSError."""

    write: Callable[[int, bytes], int] = os.write
    sync: Callable[[int], None] = os.fsync
