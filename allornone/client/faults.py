"""What the server says when it cannot or will not, in our own words."""

from collections.abc import Generator
from contextlib import contextmanager

from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, TerminatedError
from temporalio.service import RPCError, RPCStatusCode

from allornone import wire
from allornone.errors import (
    AllOrNoneError,
    BadGroupError,
    CommandRefusedError,
    GroupAbandonedError,
    NoServerError,
    UnknownGroupError,
)

_SILENT = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED})


def is_silence(error: RPCError) -> bool:
    """Whether nobody answered, rather than somebody refusing."""
    return error.status in _SILENT


@contextmanager
def told(group_id: str) -> Generator[None]:
    """Translate the server's faults about `group_id`: unknown, or silent. Others pass as they are."""
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise UnknownGroupError(f"no group {group_id!r}; `allornone list` shows the groups there are") from error
        if is_silence(error):
            raise NoServerError(
                f"the Temporal server stopped answering ({error.message}); groups go on, ask again"
            ) from error
        raise


def of_failed_run(group_id: str, error: WorkflowFailureError) -> AllOrNoneError:
    """Return what a run without a result means: its input was refused, or it was ended from outside."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == wire.INVALID_GROUP:
        return BadGroupError(cause.message)
    how = "was terminated" if isinstance(cause, TerminatedError) else f"failed: {cause}"
    return GroupAbandonedError(
        f"the workflow of group {group_id!r} {how}; nothing was undone by it; "
        f"`allornone events {group_id}` shows what took effect"
    )


def of_refused_update(error: WorkflowUpdateFailedError) -> CommandRefusedError:
    """Return the group's own words about a command it does not take."""
    cause = error.cause
    return CommandRefusedError(cause.message if isinstance(cause, ApplicationError) else str(cause))
