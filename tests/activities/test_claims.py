"""An operator's word about a reference, held against the venue (DESIGN 5)."""

from decimal import Decimal

from activities.tasks import OperationClaim
from allornone.core.answer import AnswerKind
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionStatus
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
