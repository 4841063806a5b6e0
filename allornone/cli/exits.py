"""Exit codes: 0 fine, 1 rolled back or failed, 2 bad input, 3 blocked or partial, 4 no server."""

from allornone.errors import (
    AllOrNoneError,
    GroupAbandonedError,
    GroupBlockedError,
    NoServerError,
    NoWorkerError,
)
from allornone.models.group import GroupStatus

FINE = 0
UNDONE = 1
BAD_INPUT = 2
STUCK = 3
NO_SERVER = 4

_OF_STATUS = {
    GroupStatus.RUNNING: FINE,
    GroupStatus.ROLLING_BACK: FINE,
    GroupStatus.COMPLETED: FINE,
    GroupStatus.ROLLED_BACK: UNDONE,
    GroupStatus.FAILED: UNDONE,
    GroupStatus.BLOCKED: STUCK,
    GroupStatus.PARTIAL: STUCK,
}


def of_status(status: GroupStatus) -> int:
    """Return the exit code that tells a script how the group stands."""
    return _OF_STATUS[status]


def of_error(error: AllOrNoneError) -> int:
    """Return the exit code of what went wrong; what is not about servers or groups is about the input."""
    if isinstance(error, NoServerError | NoWorkerError):
        return NO_SERVER
    if isinstance(error, GroupBlockedError | GroupAbandonedError):
        return STUCK
    return BAD_INPUT
