"""Behind the fence absence is believed: to the second, and by no other clock than the venue's."""

from datetime import timedelta
from decimal import Decimal

import pytest

from activities.fence import fence
from allornone.core.answer import Fence
from allornone.models.execution import ExecutionHandshake, ExecutionStatus
from allornone.venues.capabilities import OperationCapability
from allornone.venues.reading import Reading, ReadingState
from tests.activities.office import Office
from tests.plans import SELL

ENFORCED = OperationCapability(expiry="enforced", settle_s=Decimal(2))
NOTHING = ExecutionHandshake(operation_id="sell", status=ExecutionStatus.UNKNOWN)


@pytest.mark.parametrize(("seconds", "expected"), [(30, Fence.WAITING), (32, Fence.WAITING), (33, Fence.FENCED)])
def test_at_the_end_of_its_settle_window_a_reference_is_not_yet_fenced(
    office: Office, seconds: int, expected: Fence
) -> None:
    task = office.task(SELL)
    venue_time = office.now + timedelta(seconds=seconds)
    reading = Reading(state=ReadingState.NOT_FOUND, handshake=NOTHING, venue_time=venue_time)

    assert fence(task, task.request, office.desk, ENFORCED, reading) is expected


@pytest.mark.parametrize(
    ("passed_s", "blind_s", "expected"),
    [
        (30 + 2 + 3600, 7200, Fence.WAITING),
        (30 + 2 + 3601, 3600, Fence.WAITING),
        (30 + 2 + 3601, 3601, Fence.NEVER_SETTLED),
    ],
)
def test_a_venue_that_was_not_read_for_an_hour_leaves_a_range_and_never_absence(
    office: Office, passed_s: int, blind_s: int, expected: Fence
) -> None:
    task = office.task(SELL, revoked_s=7200, blind_s=blind_s)
    office.passes(passed_s)
    silent = Reading(state=ReadingState.NOT_FOUND, handshake=NOTHING)

    assert fence(task, task.request, office.desk, ENFORCED, None) is expected
    assert fence(task, task.request, office.desk, ENFORCED, silent) is expected


def test_a_venue_that_does_not_tell_its_time_fences_nothing(office: Office) -> None:
    task = office.task(SELL)
    office.passes(1000)
    reading = Reading(state=ReadingState.NOT_FOUND, handshake=NOTHING)

    assert fence(task, task.request, office.desk, ENFORCED, reading) is Fence.WAITING
    assert fence(task, task.request, office.desk, ENFORCED, None) is Fence.WAITING
