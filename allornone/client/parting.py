"""The last moments of a process that used the SDK."""

import atexit
import time
from functools import cache

LINGER_S = 0.3
"""Long enough for the SDK's threads to give the interpreter back; without it one process in six dies of SIGABRT."""


@cache
def linger_at_exit() -> None:
    """Have the process wait a moment before the interpreter goes. May be called again."""
    atexit.register(time.sleep, LINGER_S)
