"""What the server says, in our own words."""

import pytest
from temporalio import exceptions
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError, TerminatedError
from temporalio.service import RPCError, RPCStatusCode

from allornone.client.faults import of_failed_run, told
from allornone.errors import AllOrNoneError, GroupAbandonedError, NoServerError, UnknownGroupError


@pytest.mark.parametrize(
    ("message", "status", "kind", "said"),
    [
        ("workflow not found for ID: g", RPCStatusCode.NOT_FOUND, UnknownGroupError, "no group 'g'; `allornone list`"),
        ("Namespace x is not found.", RPCStatusCode.NOT_FOUND, NoServerError, "correct TEMPORAL_NAMESPACE"),
        ("tcp connect error", RPCStatusCode.UNAVAILABLE, NoServerError, "stopped answering"),
        (
            "Namespace default has no mapping defined for search attribute GroupStatus",
            RPCStatusCode.INVALID_ARGUMENT,
            NoServerError,
            "start a worker once",
        ),
        ("Request unauthorized.", RPCStatusCode.PERMISSION_DENIED, NoServerError, "correct TEMPORAL_NAMESPACE and"),
    ],
    ids=["unknown", "namespace", "silent", "unprepared", "refused"],
)
def test_a_fault_says_what_to_do(message: str, status: RPCStatusCode, kind: type[AllOrNoneError], said: str) -> None:
    with pytest.raises(kind, match=said), told("g"):
        raise RPCError(message, status, b"")


def test_a_fault_of_our_own_passes() -> None:
    with pytest.raises(UnknownGroupError, match=r"^mine$"), told("g"):
        raise UnknownGroupError("mine")


@pytest.mark.parametrize(
    ("cause", "how"),
    [
        (TerminatedError("t"), "was terminated"),
        (exceptions.TimeoutError("t", type=None, last_heartbeat_details=()), "timed out"),
        (exceptions.CancelledError("c"), "was cancelled"),
        (ApplicationError("no such field"), "failed: no such field"),
    ],
    ids=["terminated", "timed out", "cancelled", "failed"],
)
def test_a_run_that_ended_from_outside_is_not_called_over(cause: BaseException, how: str) -> None:
    said = of_failed_run("g", WorkflowFailureError(cause=cause))

    assert isinstance(said, GroupAbandonedError)
    assert said.how == how
    assert str(said) == (
        f"the workflow of group 'g' {how}; unless that was before it sent anything the group is not over: nothing was "
        "undone, and the next sweep of a worker puts it before an operator; `allornone events g` shows what took effect"
    )
