"""What a venue tells too much of stays in the log and out of Temporal's history."""

from decimal import Decimal

from activities.cap import capped
from allornone.core.answer import Answer, AnswerKind
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionStatus


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
