"""An answer that cannot be read shows nothing: it is never a crash and never an absence."""

from collections.abc import Generator
from contextlib import contextmanager

from allornone.errors import VenueUnavailableError


@contextmanager
def readable(what: str) -> Generator[None]:
    """Turn what reading a malformed answer raises into VenueUnavailableError; `what` names the answer."""
    try:
        yield
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as problem:
        raise VenueUnavailableError(f"{what} cannot be read ({type(problem).__name__})") from None
