"""How a write reaches a venue: one reference, one intent, one send (DESIGN 6.2, 6.4)."""

import asyncio

import pytest

from allornone.core.answer import AnswerKind, Fence
from allornone.errors import NotSentError, RefusedError
from allornone.eventlog import Permit
from allornone.events import OperationExecutionEvent
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.activities.office import Office
from tests.gated import PATIENCE_S, Gated
from tests.plans import SELL, SEND_OUT, STAKE


class Watched:
    """A venue that notes what the log holds at the moment it is called, and may raise instead of acting."""

    def __init__(self, venue: Venue, office: Office, problem: Exception | None = None) -> None:
        self._venue = venue
        self._office = office
        self._problem = problem
        self.log_at_the_call: list[str] = []
        self.name = venue.name
        self.capabilities = venue.capabilities
        self.lookup = venue.lookup
        self.recall = venue.recall
        self.inverse = venue.inverse
        self.simulate = venue.simulate
        self.prepare = venue.prepare

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        self.log_at_the_call = self._office.seen.story()
        if self._problem is not None:
            raise self._problem
        return await self._venue.execute(request, prepared)


def watched(office: Office, name: str, problem: Exception | None = None) -> Watched:
    venue = Watched(office.venues[name], office, problem)
    office.venues = {**office.venues, name: venue}
    return venue


async def test_the_intent_is_on_disk_before_the_venue_is_called(office: Office) -> None:
    venue = watched(office, "binance")

    await office.sends(office.task(SELL))

    assert venue.log_at_the_call == ["sell pending"]


async def test_a_request_that_reaches_its_venue_too_late_counts_as_not_sent_and_may_be_tried_again(
    office: Office,
) -> None:
    gate = Gated(office.venues["binance"], "execute")
    office.venues = {**office.venues, "binance": gate}
    sending = asyncio.create_task(office.sends(office.task(SELL)))
    await gate.reached()
    office.passes(31)
    gate.opens.set()

    answer = await sending

    assert answer.kind is AnswerKind.NOT_SENT
    assert answer.note.startswith("expired")
    assert office.seen.changes() == {}


async def test_the_intent_tells_what_was_prepared_and_when_it_expires(office: Office) -> None:
    task = office.task(SELL)

    await office.sends(task)

    intent = office.seen.operations()[0]
    assert intent.prepared is not None
    assert intent.prepared["amount"] == "1"
    assert intent.not_after == task.not_after
    assert intent.submitted_at == office.now


async def test_an_answer_is_recorded_with_its_effect_before_it(office: Office) -> None:
    told = await office.sends(office.task(SELL))

    assert told.kind is AnswerKind.CLOSED
    assert told.recorded
    assert told.seq == 3
    assert office.seen.story() == ["sell pending", "deltas", "sell confirmed"]


async def test_a_send_that_runs_twice_has_one_effect_and_one_record(office: Office) -> None:
    task = office.task(SELL)
    first = await office.sends(task)

    again = await office.sends(task)

    assert again.kind is AnswerKind.CLOSED
    assert again.handshake == first.handshake
    assert office.seen.orders() == ["sell forward closed"]
    assert office.seen.story() == ["sell pending", "deltas", "sell confirmed"]


async def test_who_finds_an_intent_never_sends(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_request")
    await office.sends(task)

    again = await office.sends(task)

    assert again.kind is AnswerKind.UNKNOWN
    assert office.seen.orders() == []


async def test_a_copy_of_an_attempt_does_not_pass_for_the_attempt_itself(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_request")
    first = await office.sends(task)

    copy = await office.sends(task)

    assert first.came_back
    assert not copy.came_back


async def test_an_unknown_is_recorded_once_however_often_it_is_looked_at(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_request")
    await office.sends(task)
    for _ in range(3):
        office.passes(1)
        await office.resolves(office.task(SELL))

    assert office.seen.story() == ["sell pending", "sell unknown", "revoked"]


async def test_what_no_venue_would_take_is_refused_for_good_before_any_intent(office: Office) -> None:
    tiny = {**SELL, "operation_details": {"amount": "0.00001", "pair": "ETH/USDT", "side": "sell"}}
    task = office.task(tiny)

    told = await office.sends(task)

    assert told.kind is AnswerKind.REFUSED
    assert told.note == "amount must be at least 0.001 ETH, was 0.00001"
    assert office.seen.story() == ["revoked", "sell failed"]


async def test_after_a_refusal_before_the_intent_no_other_copy_can_send(office: Office) -> None:
    venues = office.venues
    office.venues = {}
    await office.sends(office.task(SELL))
    office.venues = venues

    copy = await office.sends(office.task(SELL))

    assert copy.kind is AnswerKind.REFUSED
    assert office.seen.orders() == []
    assert office.seen.story() == ["revoked", "sell failed"]


async def test_a_worker_without_the_venue_refuses_and_names_those_it_has(office: Office) -> None:
    office.venues = {"lido": office.venues["lido"]}

    told = await office.sends(office.task(SELL))

    assert told.note == "this worker has no venue 'binance'; it has lido"
    assert told.handshake is not None
    assert told.handshake.error_code == "EXEC-007"


async def test_a_reference_revoked_without_an_intent_is_not_sent_and_never_will_be(office: Office) -> None:
    task = office.task(SEND_OUT)

    told = await office.resolves(task)
    copy = await office.sends(task)

    assert told.kind is AnswerKind.NOT_SENT
    assert told.fence is Fence.FENCED
    assert copy.kind is AnswerKind.NOT_SENT
    assert office.seen.story() == ["revoked", "send-out failed"]
    assert office.seen.orders() == []


async def test_what_another_life_of_the_group_went_past_is_superseded_and_not_sent(office: Office) -> None:
    await office.sends(office.task(SELL))

    told = await office.sends(office.task(STAKE, known_seq=0))

    assert told.kind is AnswerKind.SUPERSEDED
    assert office.seen.story() == ["sell pending", "deltas", "sell confirmed"]


async def test_no_intent_is_written_once_preparing_has_taken_all_the_time_there_was(office: Office) -> None:
    gate = Gated(office.venues["binance"], "prepare")
    office.venues = {**office.venues, "binance": gate}
    sending = asyncio.create_task(office.sends(office.task(SELL)))
    await gate.reached()
    office.passes(30)
    gate.opens.set()

    told = await sending

    assert told.kind is AnswerKind.NOT_SENT
    assert told.note == "its time was over before it was written"
    assert office.seen.orders() == []
    assert office.seen.story() == ["revoked", "sell failed"]


async def test_an_intent_that_was_written_too_late_is_not_sent(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    intend = office.log.intend

    async def slowly(intent: OperationExecutionEvent, known_seq: int) -> Permit:
        permit = await intend(intent, known_seq)
        office.passes(30)
        return permit

    monkeypatch.setattr(office.log, "intend", slowly)

    told = await office.sends(office.task(SELL))

    assert told.kind is AnswerKind.NOT_SENT
    assert office.seen.orders() == []
    assert office.seen.story() == ["sell pending", "sell failed"]


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (RefusedError("no"), AnswerKind.REFUSED),
        (NotSentError("no"), AnswerKind.NOT_SENT),
        (ConnectionRefusedError("no"), AnswerKind.UNKNOWN),
        (TimeoutError(), AnswerKind.UNKNOWN),
    ],
    ids=["refused", "not sent", "an error of the client's", "a timeout"],
)
async def test_only_a_proof_says_that_nothing_happened(office: Office, problem: Exception, kind: AnswerKind) -> None:
    watched(office, "binance", problem)

    assert (await office.sends(office.task(SELL))).kind is kind


async def test_an_answer_is_recorded_though_nobody_waits_for_it_any_more(office: Office) -> None:
    gate = Gated(office.venues["kraken"], "execute")
    office.venues = {**office.venues, "kraken": gate}
    zombie = asyncio.create_task(office.sends(office.task(SEND_OUT)))
    await gate.reached()

    zombie.cancel()
    with pytest.raises(asyncio.CancelledError):
        await zombie
    gate.opens.set()

    async with asyncio.timeout(PATIENCE_S):
        while True:
            if office.seen.story() == ["send-out pending", "deltas", "send-out confirmed"]:
                break
            await asyncio.sleep(0.01)
    assert office.seen.orders() == ["send-out forward closed"]


async def test_an_attempt_that_is_cancelled_before_its_intent_never_sends(office: Office) -> None:
    gate = Gated(office.venues["kraken"], "prepare")
    office.venues = {**office.venues, "kraken": gate}
    attempt = asyncio.create_task(office.sends(office.task(SEND_OUT)))
    await gate.reached()

    attempt.cancel()
    gate.opens.set()
    with pytest.raises(asyncio.CancelledError):
        await attempt

    assert office.seen.story() == []
    assert office.seen.orders() == []
