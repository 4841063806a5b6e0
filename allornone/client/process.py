"""Which process it is: a pid alone is given again to another, a pid with its start time is not."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process of this machine. `started` is in clock ticks since boot, None where there is no /proc."""

    pid: int
    started: int | None

    @classmethod
    def of(cls, pid: int) -> "Process":
        """Return the process that has `pid` now."""
        stat = _stat(pid)
        return cls(pid, stat[1] if stat else None)

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs; one that is dead and not yet waited for does not."""
        if self.started is None:
            return _has_pid(self.pid)
        stat = _stat(self.pid)
        return stat is not None and stat[0] not in "ZX" and stat[1] == self.started


def _stat(pid: int) -> tuple[str, int] | None:
    """Return a process's state and start time from /proc."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # Field 2 is the command in parentheses and may hold spaces; field 3 is the state, 22 the start time.
    fields = text.rpartition(")")[2].split()
    return fields[0], int(fields[19])


def _has_pid(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
