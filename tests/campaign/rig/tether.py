"""Processes that die with the rig: whatever becomes of it, nothing that it started goes on."""

import ctypes
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_CODE = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); "
    "os.getppid() == int(sys.argv[1]) or os._exit(1); os.execv(sys.argv[2], sys.argv[2:])"
)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends. Linux only."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def tethered(command: Sequence[str], parent: int) -> list[str]:
    """Return a command that first ties itself to process `parent`. Start it from that process's main thread."""
    return [sys.executable, "-I", "-S", "-c", _CODE, str(parent), *command]
