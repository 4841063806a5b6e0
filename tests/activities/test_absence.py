"""Absence is what two looks show alike; an effect that only the second shows is an effect."""

import pytest

from allornone.core.answer import AnswerKind, Fence
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.activities.office import Office
from tests.plans import SELL


class Blinking:
    """A venue whose first look-up shows what it has of another reference."""

    def __init__(self, venue: Venue, other: ExecutionRequest) -> None:
        self._venue, self._other, self._looks = venue, other, 0
        self.name = venue.name
        self.capabilities = venue.capabilities
        self.prepare = venue.prepare
        self.execute = venue.execute
        self.recall = venue.recall
        self.inverse = venue.inverse
        self.simulate = venue.simulate

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        self._looks += 1
        return await self._venue.lookup(self._other if self._looks == 1 else request, prepared)


async def test_what_only_the_second_look_shows_is_no_absence(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)
    task = office.task(SELL)
    office.misbehave("lose_answer")
    await office.sends(task)
    office.passes(33)
    never_sent = office.task(SELL, epoch=2).request
    office.venues = {**office.venues, "binance": Blinking(office.venues["binance"], never_sent)}

    told = await office.resolves(task)

    assert told.kind is AnswerKind.CLOSED
    assert office.seen.story()[-1] == "sell confirmed"


async def test_what_the_venue_has_shown_before_is_never_absent(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)
    task = office.task(SELL)
    office.misbehave("lose_request")
    await office.sends(task)
    office.passes(33)

    told = await office.resolves(task, seen=True)

    assert (told.kind, told.fence) == (AnswerKind.UNKNOWN, Fence.FENCED)
    assert told.note == "the venue shows not_found, though it has shown it; nothing more can take effect"
