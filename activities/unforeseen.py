"""What a venue's client raises that its adapter did not foresee: let out by its type, never by its words."""

from collections.abc import Generator
from contextlib import contextmanager

from allornone.errors import AllOrNoneError


class UnforeseenError(Exception):
    """A venue's client failed. Temporal keeps the text of what fails an activity, and a client's may hold a key."""


@contextmanager
def unforeseen(doing: str) -> Generator[None]:
    """Let through what adapters raise on purpose; of anything else keep its type and where it happened."""
    try:
        yield
    except AllOrNoneError:
        raise
    except Exception as problem:  # noqa: BLE001 (a client may raise anything)
        told = UnforeseenError(f"{type(problem).__name__} while {doing}")
        raise told.with_traceback(problem.__traceback__) from None
