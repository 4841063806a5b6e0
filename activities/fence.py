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


def _blind(task: OperationTask, request: ExecutionRequest, desk: Desk, settle_s: float) -> Fence:
    """Judge by the server's clock what a venue that cannot be read leaves open: in the end a range, never absence.

    A revoked key, or a venue that is gone, must not keep a group for ever. It is this one look that failed, so long
    after the revocation: one that was made before may have shown the order open.
    """
    over = desk.now() > request.not_after + timedelta(seconds=settle_s) + BLIND
    return Fence.NEVER_SETTLED if over and task.revoked_s > BLIND.total_seconds() else Fence.WAITING
