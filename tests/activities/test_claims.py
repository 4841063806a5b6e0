"""An operator's word about a reference, held against the venue (DESIGN 5)."""

from decimal import Decimal

from activities.tasks import OperationClaim
from allornone.core.answer import AnswerKind
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.venues import Venue
from tests.activities.office import Office
from tests.plans import MOVE, SELL, SEND_OUT

HAPPENED = OperationClaim(
    handshake=ExecutionHandshake(
        operation_id="send-out",
        status=ExecutionStatus.CONFIRMED,
        actual_deltas={"kraken:ETH": Decimal(-1), "wallet:ETH": Decimal("0.999")},
        executed_amount=Decimal(1),
        evidence=Evidence(attested=True),
    )
)


async def test_an_operators_word_counts_where_the_venue_cannot_be_asked(office: Office) -> None:
    task = office.task(SEND_OUT)
    office.misbehave("lose_answer")
    await office.sends(task)

    told = await office.resolves(task, claim=HAPPENED)

    assert told.kind is AnswerKind.CLOSED
    assert told.handshake is not None
    assert told.handshake.evidence.attested
    assert office.seen.operations()[-1].evidence == {"attested": True}


async def test_an_operators_word_goes_along_with_what_the_intent_knows_of_the_market(office: Office) -> None:
    office.venues = {**office.venues, "kraken": Stepping(office.venues["kraken"])}
    task = office.task(SEND_OUT)
    office.misbehave("lose_answer")
    await office.sends(task)

    told = await office.resolves(task, claim=HAPPENED)

    assert told.handshake is not None
    assert told.handshake.execution_details["step"] == "0.01"
    assert office.seen.operations()[-1].venue_metadata["step"] == "0.01"


class Stepping:
    """A venue whose intents say in which steps it trades."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.name = venue.name
        self.capabilities = venue.capabilities
        self.execute = venue.execute
        self.lookup = venue.lookup
        self.recall = venue.recall
        self.inverse = venue.inverse
        self.simulate = venue.simulate

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        return {**await self._venue.prepare(request), "step": "0.01"}


async def test_an_operators_word_does_not_count_where_the_venue_shows_nothing(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_request")
    await office.sends(task)

    told = await office.resolves(task, claim=HAPPENED)

    assert told.kind is AnswerKind.UNKNOWN


async def test_an_operators_no_does_not_count_while_the_order_is_open(office: Office) -> None:
    task = office.task(MOVE)
    office.misbehave("open", ratio="0")
    await office.sends(task)

    told = await office.resolves(task, came_back=True, revoked_s=7.1, claim=OperationClaim())

    assert told.kind is AnswerKind.UNKNOWN
    assert office.seen.orders() == ["move forward open"]
