"""What the server says, in our own words."""

import pytest
from temporalio.service import RPCError, RPCStatusCode

from allornone.client.faults import told
from allornone.errors import AllOrNoneError, NoServerError, UnknownGroupError


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
