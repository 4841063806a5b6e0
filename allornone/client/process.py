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
        return cls(pid, _start_ticks(pid))

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs; one that is dead and not yet waited for does not."""
        if self.started is not None:
            return _start_ticks(self.pid) == self.started
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def _start_ticks(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # Field 2 is the command in parentheses and may hold spaces; field 3 is the state, 22 the start time.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])
