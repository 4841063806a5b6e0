"""While the halt file stands nothing new goes forward, and nothing is written that would stand in its way later."""

from allornone.core.answer import AnswerKind
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.activities.office import NOON, Office
from tests.plans import SELL, STAKE


async def test_halted_nothing_is_sent_and_nothing_is_written(office: Office) -> None:
    office.halt.stand("ann", "odd quotes", NOON)

    told = await office.sends(office.task(SELL))

    assert told.kind is AnswerKind.HALTED
    assert told.note == "ann: odd quotes (2026-01-05 12:00:00 UTC)"
    assert told.came_back
    assert office.seen.story() == []
    assert office.seen.orders() == []


async def test_lifted_the_same_reference_is_sent(office: Office) -> None:
    office.halt.stand("ann", "odd quotes", NOON)
    await office.sends(office.task(SELL))
    office.halt.lift()

    assert (await office.sends(office.task(SELL))).kind is AnswerKind.CLOSED
    assert office.seen.story() == ["sell pending", "deltas", "sell confirmed"]


async def test_an_undo_a_look_up_and_a_recall_go_on(office: Office) -> None:
    done = await office.sends(office.task(STAKE))
    office.misbehave("open")
    opened = office.task(SELL, known_seq=99)
    assert (await office.sends(opened)).kind is AnswerKind.OPEN
    office.halt.stand("ann", "odd quotes", NOON)

    undo = await office.rolls_back(office.undo(STAKE, done.handshake, known_seq=99))
    recalled = await office.resolves(opened)

    assert undo.kind is AnswerKind.CLOSED
    assert recalled.kind is AnswerKind.CLOSED
    assert office.seen.orders() == ["stake forward closed", "sell forward cancelled", "stake rollback closed"]


async def test_a_rehearsal_sends_nothing_and_is_not_halted(office: Office) -> None:
    office.halt.stand("ann", "odd quotes", NOON)

    assert (await office.sends(office.task(SELL, simulated=True))).kind is AnswerKind.CLOSED


class Halting:
    """A venue at which somebody sets the halt while a request is prepared, or while it is sent."""

    def __init__(self, venue: Venue, office: Office, moment: str) -> None:
        self._venue, self._office, self._moment = venue, office, moment
        self.settled: bool | None = None
        self.name, self.capabilities = venue.name, venue.capabilities
        self.lookup, self.recall, self.inverse = venue.lookup, venue.recall, venue.inverse

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        self._reached("prepare")
        return await self._venue.prepare(request)

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        self._reached("execute")
        return await self._venue.execute(request, prepared)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        return await self._venue.simulate(request)

    def _reached(self, moment: str) -> None:
        if moment == self._moment:
            self._office.halt.stand("ann", "odd quotes", NOON)
            self.settled = self._office.halt.settled(0)


async def test_a_halt_that_comes_while_the_venue_prepares_is_in_time(office: Office) -> None:
    venue = Halting(office.venues["binance"], office, "prepare")
    office.venues = {**office.venues, "binance": venue}

    assert (await office.sends(office.task(SELL))).kind is AnswerKind.HALTED
    assert venue.settled
    assert office.seen.story() == []


async def test_who_halts_while_a_request_is_sent_knows_that_it_is_under_way(office: Office) -> None:
    venue = Halting(office.venues["binance"], office, "execute")
    office.venues = {**office.venues, "binance": venue}

    assert (await office.sends(office.task(SELL))).kind is AnswerKind.CLOSED
    assert venue.settled is False
    assert office.halt.settled(0)


async def test_a_reference_that_was_used_before_is_answered_by_the_log(office: Office) -> None:
    task = office.task(SELL)
    done = await office.sends(task)
    office.halt.stand("ann", "odd quotes", NOON)

    again = await office.sends(task)

    assert (again.kind, again.handshake) == (AnswerKind.CLOSED, done.handshake)


async def test_a_reference_that_another_copy_may_have_sent_stays_unknown(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_request")
    await office.sends(task)
    office.halt.stand("ann", "odd quotes", NOON)

    again = await office.sends(task)

    assert (again.kind, again.came_back) == (AnswerKind.UNKNOWN, False)


async def test_a_reference_that_was_revoked_is_not_begun_later(office: Office) -> None:
    task = office.task(SELL)
    await office.resolves(task)
    office.halt.stand("ann", "odd quotes", NOON)

    assert (await office.sends(task)).kind is AnswerKind.NOT_SENT
