"""A venue is given up an hour after it could last be read, not after one look that failed."""

from typing import Self

import pytest

from activities.tasks import OperationTask
from allornone.core.answer import Answer, Fence
from allornone.core.clock import elapse
from allornone.core.observe import lost, observe
from allornone.core.state import Flight, GroupState, Progress
from allornone.models.execution import Direction
from tests.activities.office import GROUP, Office
from tests.plans import SELL, group


class Watched:
    """An order that is open at its venue, and the flight that keeps what was seen of it; nobody can recall it."""

    def __init__(self, office: Office, task: OperationTask) -> None:
        self.office, self.task, self.plan = office, task, group(GROUP, SELL)
        self.state = GroupState((Progress(forward_epoch=1),), flight=Flight(0, Direction.FORWARD, 1, looks=1))
        self.looks = 0

    @classmethod
    async def opens(cls, office: Office) -> Self:
        """Send it, and look for the first time, which revokes it."""
        task = office.task(SELL)
        office.misbehave("open")
        await office.sends(task)
        watched = cls(office, task)
        await watched.is_seen()
        return watched

    def passes(self, seconds: float) -> None:
        """Let time pass for everybody."""
        self.office.passes(seconds)
        self.state = elapse(self.state, seconds)

    async def is_seen(self) -> Answer:
        """Look while the venue shows it, and fails the recall."""
        return await self._looked(after="1")

    async def is_not_seen(self) -> Answer:
        """Look while the venue fails."""
        return await self._looked(count="always")

    def is_lost(self) -> None:
        """Lose a look."""
        self.state = lost(self.state, sending=False)

    async def _looked(self, **how: str) -> Answer:
        self.looks += 1
        self.office.misbehave("unreadable", note=f"look {self.looks}", **how)
        flight = self.state.flight
        assert flight is not None
        told = await self.office.resolves(self.task, revoked_s=flight.revoked_s, blind_s=flight.blind_s)
        self.state = observe(self.plan, self.state, told)
        return told


@pytest.fixture
async def watched(office: Office) -> Watched:
    """An order that is open, and was seen just now."""
    return await Watched.opens(office)


async def test_a_venue_that_was_read_a_moment_ago_is_not_given_up_after_one_failed_look(watched: Watched) -> None:
    watched.passes(7200)
    seen = await watched.is_seen()
    watched.passes(60)

    told = await watched.is_not_seen()

    assert seen.note.startswith("the venue shows open")
    assert seen.seen is True
    assert told.fence is Fence.WAITING


@pytest.mark.parametrize(("seconds", "fence"), [(1800, Fence.WAITING), (1801, Fence.NEVER_SETTLED)])
async def test_a_venue_is_given_up_an_hour_after_it_could_last_be_read(
    watched: Watched, seconds: int, fence: Fence
) -> None:
    watched.passes(7200)
    await watched.is_seen()
    watched.passes(1800)
    await watched.is_not_seen()
    watched.passes(seconds)

    told = await watched.is_not_seen()

    assert told.fence is fence


async def test_a_look_that_was_lost_is_none_that_could_read(watched: Watched) -> None:
    watched.passes(1800)
    watched.is_lost()
    watched.passes(2000)

    told = await watched.is_not_seen()

    assert told.fence is Fence.NEVER_SETTLED


async def test_before_its_revocation_nothing_counts_against_a_venue(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("open")
    await office.sends(task)
    watched = Watched(office, task)
    watched.passes(7200)

    told = await watched.is_not_seen()

    assert told.fence is Fence.WAITING
    assert watched.state.flight is not None
    assert watched.state.flight.revoked
