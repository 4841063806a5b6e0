"""Forks warmed-up workers: `python -m tests.campaign.rig.zygote`, specs on stdin, births and deaths on stdout.

Importing everything costs a second and a half for each process; a fork costs some ten milliseconds.
"""

import asyncio
import faulthandler
import os
import select
import signal
import sys
import traceback
from pathlib import Path

import orjson

from tests.campaign.rig.spec import WorkerSpec, read_spec
from tests.campaign.rig.tether import die_with_parent
from tests.campaign.rig.worker import work

_TICK_S = 0.02


def main() -> None:
    """Fork until stdin ends. SIGUSR1 has every worker write its stacks."""
    faulthandler.register(signal.SIGUSR1)
    rest = b""
    while True:
        readable, _, _ = select.select([0], [], [], _TICK_S)
        if readable:
            chunk = os.read(0, 1 << 16)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                _born(read_spec(line))
        _reap()


def _born(spec: WorkerSpec) -> None:
    pid = os.fork()
    if pid == 0:
        _live(spec)
    _say({"name": spec.name, "pid": pid})


def _live(spec: WorkerSpec) -> None:
    """Be the worker. Never returns."""
    die_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    said = os.open(Path(spec.folder) / f"{spec.name}.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, null), (1, said), (2, said)):
        os.dup2(source, target)
    code = 1
    try:
        asyncio.run(work(spec))
        code = 0
    except BaseException:  # noqa: BLE001 (a fork must end here, whatever happened)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        # A Rust runtime that is torn down by the interpreter's own end aborts one process in six.
        os._exit(code)


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say({"pid": pid, "ended": os.waitstatus_to_exitcode(status)})


def _say(fields: dict[str, object]) -> None:
    os.write(1, orjson.dumps(fields) + b"\n")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
