"""When absence can be believed (DESIGN 6.5): what is fenced, what is not yet, and what never can be."""

from datetime import timedelta

from activities.desk import Desk
from activities.tasks import OperationTask
from allornone.core.answer import Fence
from allornone.models.execution import ExecutionRequest
from allornone.venues.capabilities import OperationCapability
from allornone.venues.reading import Reading

BLIND = timedelta(hours=1)
"""How long a venue that tells its time must have told none before a reference there is given up as unknowable.

Longer than most of an exchange's outages, and sooner than a desk can leave a position open.
"""

_PROSPECTS = {
    Fence.WAITING: "it may still take effect",
    Fence.FENCED: "nothing more can take effect",
    Fence.NEVER: "it may take effect at any time",
    Fence.NEVER_SETTLED: "its settle window is over, but it may take effect at any time",
}
"""What an operator is told beside: whether 'did not happen' can be said yet."""
_AS_A_RANGE = (
    f"{BLIND // timedelta(minutes=1)} minutes past its expiry and settle window, and as long unread, "
    "it can be left as a range"
)


def fence(
    task: OperationTask,
    request: ExecutionRequest,
    desk: Desk,
    capability: OperationCapability,
    reading: Reading | None,
) -> Fence:
    """Return how far the reference, whose intent exists and which is revoked, is fenced.

    An enforced expiry is judged by the venue's own clock. A bounded lateness counts from when the attempt came back
    and the reference was revoked; an attempt that never came back may still be about to send.
    """
    settle_s = float(capability.settle_s)
    if capability.expiry == "enforced":
        venue_time = reading.venue_time if reading is not None else None
        if venue_time is None:
            return _blind(task, request, desk, settle_s)
        return Fence.FENCED if venue_time > request.not_after + timedelta(seconds=settle_s) else Fence.WAITING
    window_s = float(capability.lateness_s) + settle_s
    passed = task.revoked_s > window_s
    if capability.expiry == "bounded" and task.came_back:
        return Fence.FENCED if passed else Fence.WAITING
    over = passed and desk.now() > request.not_after + timedelta(seconds=settle_s)
    return Fence.NEVER_SETTLED if over else Fence.NEVER


def prospect(level: Fence, capability: OperationCapability, reading: Reading | None) -> str:
    """Say what may still become of a reference, and, where its venue cannot be read, what that will come to."""
    waits = level is Fence.WAITING and capability.expiry == "enforced" and is_blind(reading)
    return f"{_PROSPECTS[level]}; {_AS_A_RANGE}" if waits else _PROSPECTS[level]


def is_blind(reading: Reading | None) -> bool:
    """Tell whether a look was not even told the venue's time, by which an enforced expiry is judged."""
    return reading is None or reading.venue_time is None


def _blind(task: OperationTask, request: ExecutionRequest, desk: Desk, settle_s: float) -> Fence:
    """Judge by the server's clock what a venue that cannot be read leaves open: in the end a range, never absence.

    A revoked key, or a venue that is gone, must not keep a group for ever. This look failed, and every one that was
    made since `task.blind_s`, which begins at the revocation: one that was made before may have shown the order open.
    """
    over = desk.now() > request.not_after + timedelta(seconds=settle_s) + BLIND
    return Fence.NEVER_SETTLED if over and task.blind_s > BLIND.total_seconds() else Fence.WAITING
