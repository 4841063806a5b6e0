"""The time that the workers of one host share: it never goes back, and stands above the wall clock's jumps."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class HostClock:
    """Milliseconds since this boot, which one it is, and the wall clock's milliseconds of Unix time."""

    boot: str
    uptime: Callable[[], int]
    wall: Callable[[], int]


def host_clock() -> HostClock:
    """Return this host's clock. Where the system tells no boot apart from another, the wall clock has to do."""
    try:
        boot = _BOOT_ID.read_text(encoding="ascii").strip()
        time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError):
        return HostClock("", _wall, _wall)
    return HostClock(boot, lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000, _wall)


def elapsed() -> float:
    """Return seconds that only grow, also while the machine is suspended where the system counts those."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError):
        return time.monotonic()


def _wall() -> int:
    return time.time_ns() // 1_000_000
