"""What a read that fails means: it shows nothing, is never a crash and never an absence, and sent nothing."""

from collections.abc import Generator
from contextlib import contextmanager

from allornone.errors import NotSentError, VenueUnavailableError


@contextmanager
def readable(what: str) -> Generator[None]:
    """Turn what reading a malformed answer raises into VenueUnavailableError; `what` names the answer."""
    try:
        yield
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as problem:
        raise VenueUnavailableError(f"{what} cannot be read ({type(problem).__name__})") from None


@contextmanager
def before_sending() -> Generator[None]:
    """Turn what a read raises on the way to a send into NotSentError: nothing that acts has left."""
    try:
        yield
    except VenueUnavailableError as problem:
        raise NotSentError(str(problem)) from None
