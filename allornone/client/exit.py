"""How our processes end: with their own exit code, whatever the SDK's threads do at that moment."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn


def run_and_exit(command: Callable[[], object]) -> NoReturn:
    """Run `command` to its SystemExit or return, flush what it said, and end the process with its code.

    Interpreter shutdown is skipped: the Temporal SDK's threads abort there in one short process out of six
    (SIGABRT, temporalio/sdk-python#300), after the work is done and the exit code decided. Every event loop
    is closed by then.
    """
    code = _code_of(command)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # the reader of a pipe has gone, or somebody closed the stream
            code = code or 1
    os._exit(code)


def _code_of(command: Callable[[], object]) -> int:
    try:
        command()
    except SystemExit as end:
        return _number(end.code)
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, what shells report
    except BaseException as error:  # noqa: BLE001 (what passed here would meet the interpreter's shutdown)
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


def _number(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1
