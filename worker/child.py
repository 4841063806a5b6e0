"""A process that we start and that may outlive us: known by its start time, and by a lock while it lives."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from allornone.client.address import Listener
from allornone.client.process import Process
from allornone.errors import NoServerError
from worker.filelock import take

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 15
_TICK_S = 0.02

Child = subprocess.Popen[bytes]

_started: dict[int, Child] = {}
"""The children of this process that were not waited for yet, by pid."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to start, where it writes what it says, and the lock file that only one such process may hold."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    alone: Path


def start(program: Program) -> Child:
    """Start a process in a session of its own, so that Ctrl-C in a terminal leaves its stop to us.

    The child inherits the lock and so holds it until it dies, whatever becomes of us. Raises NoServerError
    when another process holds it.
    """
    lock = take(program.alone)
    if lock is None:
        raise NoServerError(
            f"{program.name} already runs for {program.alone.parent}, but server.json does not lead to it; "
            f"find it with `fuser {program.alone}` and stop it"
        )
    try:
        with program.log.open("ab") as output:
            child = subprocess.Popen(  # noqa: S603 (our own program, our own arguments)
                program.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=program.environment,
                pass_fds=(lock,),
                start_new_session=True,
            )
    finally:
        os.close(lock)
    _forget_the_dead()
    _started[child.pid] = child
    return child


def await_answer(program: Program, child: Child, listener: Listener) -> None:
    """Wait until `listener` answers. Raises NoServerError naming the log when it dies or takes too long."""
    within(START_TIMEOUT_S, lambda: child.poll() is not None or listener.answers)
    ended = child.poll()
    if ended is None and listener.answers:
        return
    child.kill()
    child.wait()
    what = f"did not answer within {START_TIMEOUT_S} s" if ended is None else f"ended with code {ended}"
    raise NoServerError(f"{program.name} {what}; see {program.log}")


def stop(process: Process) -> None:
    """End a process, ours or adopted: SIGTERM, and SIGKILL for one that does not go."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not process.is_alive:
            break
        os.kill(process.pid, number)
        within(STOP_TIMEOUT_S, lambda: not process.is_alive)
    _forget_the_dead()


def _forget_the_dead() -> None:
    for pid, child in list(_started.items()):
        if child.poll() is not None:
            del _started[pid]


def within(limit_s: float, condition: Callable[[], bool]) -> bool:
    """Wait until `condition` holds, at most `limit_s`; return whether it does."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_TICK_S)
    return True
