"""What the server says when it cannot or will not, in our own words."""

from collections.abc import Generator
from contextlib import contextmanager

from temporalio import exceptions
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, CancelledError, TerminatedError
from temporalio.service import RPCError, RPCStatusCode

from allornone import wire
from allornone.errors import (
    AllOrNoneError,
    BadGroupError,
    BadSearchError,
    CommandRefusedError,
    GroupAbandonedError,
    NoServerError,
    UnknownGroupError,
)

_SILENT = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        # "Workflow is busy", "rate limit exceeded": not now.
        RPCStatusCode.RESOURCE_EXHAUSTED,
    }
)


_ENDINGS = (
    (TerminatedError, "was terminated"),
    (exceptions.TimeoutError, "timed out"),
    (CancelledError, "was cancelled"),
)


def is_silence(error: RPCError) -> bool:
    """Whether nobody answered, rather than somebody refusing."""
    return error.status in _SILENT


@contextmanager
def told(group_id: str) -> Generator[None]:
    """Translate what the server says about `group_id`: it has none, it is silent, or it refuses."""
    try:
        yield
    except RPCError as error:
        raise _translated(group_id, error) from error


@contextmanager
def searching(where: str | None) -> Generator[None]:
    """Tell a condition that the server cannot read from a server that is not prepared."""
    try:
        yield
    except RPCError as error:
        if where is not None and error.status is RPCStatusCode.INVALID_ARGUMENT:
            raise BadSearchError(f"the server cannot read --where {where!r}: {error.message}") from error
        raise


def _translated(group_id: str, error: RPCError) -> AllOrNoneError:
    if error.status is RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower():
        return UnknownGroupError(f"no group {group_id!r}; `allornone list` shows the groups there are")
    if is_silence(error):
        return NoServerError(f"the Temporal server stopped answering ({error.message}); groups go on, ask again")
    if "search attribute" in error.message.lower():
        return NoServerError(
            f"the Temporal server is not prepared ({error.message}); start a worker once, it registers what is missing"
        )
    return NoServerError(
        f"the Temporal server refuses ({error.message}); correct TEMPORAL_NAMESPACE and TEMPORAL_API_KEY"
    )


def of_failed_run(group_id: str, error: WorkflowFailureError) -> AllOrNoneError:
    """Return what a run without a result means: its input was refused, or it was ended from outside."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == wire.INVALID_GROUP:
        return BadGroupError(f"{cause.message}; nothing was sent, and the id {group_id!r} stays taken: use another id")
    if isinstance(cause, ApplicationError) and cause.type == wire.OTHER_LIFE:
        return GroupAbandonedError(cause.message)
    how = next((word for kind, word in _ENDINGS if isinstance(cause, kind)), f"failed: {cause}")
    return GroupAbandonedError(
        f"the workflow of group {group_id!r} {how}; unless that was before it sent anything the group is not over: "
        "nothing was undone, and the next sweep of a worker puts it before an operator; "
        f"`allornone events {group_id}` shows what took effect",
        how,
    )


def of_refused_update(error: WorkflowUpdateFailedError) -> CommandRefusedError:
    """Return the group's own words about a command it does not take."""
    cause = error.cause
    return CommandRefusedError(cause.message if isinstance(cause, ApplicationError) else str(cause))
