"""An operator has a breach read again: the venue is asked anew, whatever the log says, and nothing is sent."""

from decimal import Decimal

import pytest

from activities.tasks import OperationTask
from allornone.core.answer import Answer, AnswerKind
from allornone.events import ExecutionDeltaEvent
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.models.reconciliation import Verdict
from allornone.units import total
from allornone.venues import Venue
from allornone.venues.reading import Reading, ReadingState
from tests.activities.office import Office
from tests.plans import SELL

ETH, USDT = "binance:BaseToken:ETH", "binance:BaseToken:USDT"
SOLD = Decimal(2997)
"""What selling 1 ETH brings."""


class Misread:
    """A venue that shows half of the proceeds until it is mended, and counts who asks."""

    def __init__(self, venue: Venue) -> None:
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.recall = venue.prepare, venue.recall
        self.inverse, self.simulate = venue.inverse, venue.simulate
        self._venue = venue
        self.mended, self.shows, self.looks = False, None, 0

    shows: ReadingState | None
    """Shown instead, without an effect."""

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        return self._read(await self._venue.execute(request, prepared))

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        self.looks += 1
        read = self._read(await self._venue.lookup(request, prepared))
        if self.shows is None:
            return read
        nothing = read.handshake.model_copy(update={"actual_deltas": {}})
        return read.model_copy(update={"state": self.shows, "handshake": nothing})

    def _read(self, reading: Reading) -> Reading:
        if self.mended:
            return reading
        deltas = {**reading.handshake.actual_deltas, USDT: SOLD / 2}
        return reading.model_copy(update={"handshake": reading.handshake.model_copy(update={"actual_deltas": deltas})})


async def in_breach(office: Office) -> tuple[OperationTask, Misread]:
    """Let a sale be read three times as a breach, and recorded as one."""
    venue = Misread(office.venues["binance"])
    office.venues = {**office.venues, "binance": venue}
    task = office.task(SELL)
    await office.sends(task)
    await office.resolves(task, mode="read", reading=2)
    told = await office.resolves(task, mode="read", reading=3)
    assert told.recorded
    assert verdict(told) is Verdict.BREACH
    venue.looks = 0
    return task, venue


def verdict(told: Answer) -> Verdict | None:
    return told.reconciliation.verdict if told.reconciliation is not None else None


def brought(office: Office) -> Decimal:
    """Add up what the log's deltas say of the proceeds."""
    rows = [row for each in office.seen.events() if isinstance(each, ExecutionDeltaEvent) for row in each.deltas]
    return total(Decimal(row["delta_amount"]) for row in rows if row["position_key"] == USDT)


async def test_a_breach_that_the_venue_shows_otherwise_by_now_is_recorded_and_counted_as_it_shows(
    office: Office,
) -> None:
    task, venue = await in_breach(office)
    venue.mended = True

    told = await office.resolves(task, mode="reread")

    assert (told.kind, told.recorded, verdict(told)) == (AnswerKind.CLOSED, True, Verdict.MATCH)
    assert told.handshake is not None
    assert told.handshake.actual_deltas[USDT] == SOLD
    assert office.seen.story() == ["sell pending", "deltas", "sell confirmed", "deltas", "conflict"]
    assert brought(office) == SOLD
    assert office.seen.orders() == ["sell forward closed"]


async def test_what_reading_again_found_is_what_the_last_look_finds(office: Office) -> None:
    task, venue = await in_breach(office)
    venue.mended = True
    await office.resolves(task, mode="reread")

    told = await office.resolves(task, mode="last_look")

    assert told.handshake is not None
    assert told.handshake.actual_deltas[USDT] == SOLD
    assert office.seen.story().count("deltas") == 2
    assert brought(office) == SOLD


async def test_a_breach_that_the_venue_goes_on_to_show_is_read_three_times_and_recorded_once(office: Office) -> None:
    task, venue = await in_breach(office)

    told = [await office.resolves(task, mode="reread", reading=number) for number in (1, 2, 3)]

    assert [each.recorded for each in told] == [False, False, True]
    assert {verdict(each) for each in told} == {Verdict.BREACH}
    assert venue.looks == 3
    assert office.seen.story() == ["sell pending", "deltas", "sell confirmed"]


@pytest.mark.parametrize("shows", [ReadingState.NOT_FOUND, ReadingState.UNKNOWN, ReadingState.REFUSED])
async def test_a_breach_that_the_venue_does_not_show_any_more_stands_as_it_was_recorded(
    office: Office, shows: ReadingState
) -> None:
    task, venue = await in_breach(office)
    venue.shows = shows

    told = await office.resolves(task, mode="reread")

    assert (told.recorded, verdict(told)) == (True, Verdict.BREACH)
    assert told.note == f"it stands as it was recorded: the venue shows {shows.value}"
    assert office.seen.story() == ["sell pending", "deltas", "sell confirmed"]


async def test_a_breach_stands_as_it_was_recorded_while_the_venue_cannot_be_asked(office: Office) -> None:
    task, _ = await in_breach(office)
    office.misbehave("unreadable")

    told = await office.resolves(task, mode="reread")

    assert (told.recorded, verdict(told)) == (True, Verdict.BREACH)
    why = "binance could not be asked; ask again later"
    assert told.note == f"it stands as it was recorded: the venue could not be asked ({why})"


async def test_what_is_found_open_is_no_breach_that_is_over(office: Office) -> None:
    task, venue = await in_breach(office)
    venue.shows = ReadingState.OPEN

    told = await office.resolves(task, mode="reread")

    assert told.kind is AnswerKind.OPEN
