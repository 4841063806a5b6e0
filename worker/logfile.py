"""Where the log lines of a worker go: to the terminal, and into a file that outlives it."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from logging.handlers import WatchedFileHandler
from pathlib import Path

from allornone.settings import Settings

NAME = "worker.log"
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def logging_to(settings: Settings) -> Generator[str]:
    """Have the warnings of our own loggers written meanwhile, and yield the words for where.

    A worker that may not write the file still works: the terminal has the lines. Nothing here rotates; the file may
    be moved away at any time, a new one is begun.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        handlers.append(_file(settings.data_dir))
        where = f"{settings.data_dir / NAME}, and stderr"
    except OSError as error:
        where = f"stderr alone: {settings.data_dir / NAME} cannot be written ({error.strerror})"
    ours = logging.getLogger("allornone")
    for handler in handlers:
        handler.setLevel(logging.WARNING)
        handler.setFormatter(logging.Formatter(FORM))
        ours.addHandler(handler)
    try:
        yield where
    finally:
        for handler in handlers:
            ours.removeHandler(handler)
            handler.close()


def _file(folder: Path) -> logging.Handler:
    folder.mkdir(parents=True, exist_ok=True)
    return WatchedFileHandler(folder / NAME, encoding="utf-8")
