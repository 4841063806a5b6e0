"""What a venue tells too much of stays in the log and out of Temporal's history."""

from decimal import Decimal

import pytest
from temporalio.testing import ActivityEnvironment

from activities.cap import capped
from activities.operations import OperationActivities
from activities.tasks import OperationTask
from allornone.core.answer import Answer, AnswerKind
from allornone.models.execution import (
    Direction,
    Evidence,
    ExecutionHandshake,
    ExecutionRequest,
    ExecutionStatus,
    Prepared,
)
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.activities.office import Office
from tests.plans import SELL


def answer(fills: int) -> Answer:
    return Answer(
        kind=AnswerKind.CLOSED,
        operation_id="sell",
        handshake=ExecutionHandshake(
            operation_id="sell",
            status=ExecutionStatus.CONFIRMED,
            actual_deltas={"binance:BaseToken:ETH": Decimal(-1)},
            execution_details={"executed_price": "3000"},
            evidence=Evidence(venue_ids=("order-1",), fills=({"trade": "1", "price": "3000"},) * fills),
        ),
    )


def test_an_answer_of_usual_size_is_left_as_it_is() -> None:
    assert capped(answer(10)) == answer(10)


def test_ten_thousand_fills_stay_out_of_the_history() -> None:
    small = capped(answer(10_000))

    assert small.handshake is not None
    assert small.handshake.evidence.fills == ()
    assert small.handshake.evidence.venue_ids == ("order-1",)
    assert small.handshake.actual_deltas == {"binance:BaseToken:ETH": Decimal(-1)}
    assert len(small.model_dump_json()) < 2_000


def test_what_an_undo_is_sized_by_stays_in_the_history_and_lists_do_not() -> None:
    told = answer(10_000)
    assert told.handshake is not None
    rules = {"step": "0.0001", "least": "0.001", "lots": 3, "orders": [{"id": "1"}] * 9, "raw": "f" * 1_000}
    told = told.model_copy(update={"handshake": told.handshake.model_copy(update={"execution_details": rules})})

    small = capped(told).handshake

    assert small is not None
    assert small.execution_details.pop("left_out").endswith("bytes; the event log has them")
    assert small.execution_details == {"step": "0.0001", "least": "0.001", "lots": 3}


class Talkative:
    """A venue that tells of ten thousand fills."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.name = venue.name
        self.capabilities = venue.capabilities
        self.prepare = venue.prepare
        self.recall = venue.recall
        self.inverse = venue.inverse
        self.simulate = venue.simulate

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        return _telling(await self._venue.execute(request, prepared))

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        return _telling(await self._venue.lookup(request, prepared))


def _telling(reading: Reading) -> Reading:
    evidence = reading.handshake.evidence.model_copy(update={"fills": ({"trade": "1", "price": "3000"},) * 10_000})
    return reading.model_copy(update={"handshake": reading.handshake.model_copy(update={"evidence": evidence})})


@pytest.mark.parametrize("activity", ["execute", "resolve", "roll back"])
async def test_each_activity_answers_what_fits(office: Office, activity: str) -> None:
    honest, said = office.venues, ActivityEnvironment()
    operations = OperationActivities({**honest, "binance": Talkative(honest["binance"])}, office.log)
    office.now = ActivityEnvironment.default_info().started_time
    task = office.task(SELL)
    match activity:
        case "execute":
            answered = await said.run(operations.execute_operation, task)
        case "resolve":
            office.misbehave("lose_answer")
            await office.sends(task)
            answered = await said.run(operations.resolve_operation, task)
        case _:
            undo = await _to_undo(office, task)
            answered = await said.run(operations.rollback_operation, undo)

    assert answered.kind is AnswerKind.CLOSED
    assert len(answered.model_dump_json()) < 5_000


async def _to_undo(office: Office, task: OperationTask) -> OperationTask:
    sold = await office.sends(task)
    undo = office.undo(SELL, sold.handshake, known_seq=sold.seq)
    assert undo.direction is Direction.ROLLBACK
    return undo
