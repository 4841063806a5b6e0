"""A wall clock that jumps. Only what Python code reads: the monotonic clock and Temporal's core keep theirs."""

import sys
import time
from datetime import datetime, timedelta, tzinfo
from types import ModuleType
from typing import Self

OWN = ("activities", "allornone", "worker")

_real = time.time


class JumpingClock(datetime):
    """`datetime` whose `now` is off by `offset`."""

    offset = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Return the time that the machine would show."""
        real = datetime.now(tz) + JumpingClock.offset
        return cls.combine(real.date(), real.timetz())  # type: ignore[return-value,unused-ignore]


def jump(seconds: float) -> None:
    """Move this process's wall clock: every module of ours that knows `datetime` sees the machine's clock jump."""
    JumpingClock.offset = timedelta(seconds=seconds)
    for module in [each for name, each in sys.modules.items() if name.split(".")[0] in OWN]:
        _wind(module)
    time.time = lambda: _real() + seconds


def _wind(module: ModuleType) -> None:
    if vars(module).get("datetime") is datetime:
        vars(module)["datetime"] = JumpingClock
