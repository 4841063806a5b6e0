"""Before the end each reference ever sent is looked up once more (DESIGN 5)."""

from decimal import Decimal

import pytest

from allornone.core.answer import AnswerKind
from allornone.venues.paper.rows import OrderState
from tests.activities.office import Office
from tests.plans import SELL, SEND_OUT


@pytest.fixture(autouse=True)
def _no_second_between_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)


async def test_the_last_look_finds_what_was_recorded(office: Office) -> None:
    task = office.task(SELL)
    first = await office.sends(task)

    told = await office.resolves(task, mode="last_look")

    assert told.kind is AnswerKind.CLOSED
    assert told.handshake == first.handshake
    assert len(office.seen.story()) == 3


async def test_a_late_fill_is_an_effect_that_nobody_expected(office: Office) -> None:
    task = office.task(SELL)
    (office.folder / "paper-faults.yaml").write_text(
        "- {behaviour: lose_answer}\n- {behaviour: stale_read, delay_s: '60'}\n"
    )
    await office.sends(task)
    office.passes(33)
    absent = await office.resolves(task)
    office.passes(30)

    told = await office.resolves(task, mode="last_look")

    assert absent.kind is AnswerKind.ABSENT
    assert told.kind is AnswerKind.CLOSED
    assert told.recorded
    assert office.seen.story()[-3:] == ["sell failed", "deltas", "conflict"]


async def test_a_recorded_effect_that_a_look_does_not_show_stays_recorded(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("stale_read", delay_s="60")
    await office.sends(task)

    told = await office.resolves(task, mode="last_look")

    assert told.kind is AnswerKind.UNKNOWN
    assert told.readable
    assert office.seen.story() == ["sell pending", "deltas", "sell confirmed"]


async def test_an_order_that_is_open_at_the_last_look_is_recalled_before_the_end(office: Office) -> None:
    task = office.task(SELL)
    await office.sends(task)
    with office.world.ledger.transaction() as book:
        (order,) = book.orders_in(None)
        book.settle(order.order_id, OrderState.OPEN, Decimal(1))

    told = await office.resolves(task, mode="last_look")

    assert office.seen.orders() == ["sell forward cancelled"]
    assert told.kind is AnswerKind.CLOSED


async def test_a_last_look_that_could_not_be_made_says_so(office: Office) -> None:
    task = office.task(SELL)
    await office.sends(task)
    office.misbehave("unreadable")

    told = await office.resolves(task, mode="last_look")

    assert told.kind is AnswerKind.UNKNOWN
    assert not told.readable


async def test_a_venue_that_can_never_be_asked_is_not_waited_for(office: Office) -> None:
    task = office.task(SEND_OUT)
    office.misbehave("lose_answer")
    await office.sends(task)

    told = await office.resolves(task, mode="last_look")

    assert told.kind is AnswerKind.UNKNOWN
    assert told.readable


async def test_of_a_venue_that_can_never_be_asked_the_record_tells(office: Office) -> None:
    task = office.task(SEND_OUT)
    first = await office.sends(task)

    told = await office.resolves(task, mode="last_look")

    assert told.kind is AnswerKind.CLOSED
    assert told.handshake == first.handshake


async def test_a_reference_that_was_never_sent_stays_so(office: Office) -> None:
    told = await office.resolves(office.task(SELL), mode="last_look")

    assert told.kind is AnswerKind.NOT_SENT
    assert office.seen.story() == []


async def test_a_simulated_reference_is_not_looked_up(office: Office) -> None:
    task = office.task(SELL, simulated=True)
    await office.sends(task)

    told = await office.resolves(task, mode="last_look")

    assert told.kind is AnswerKind.CLOSED
    assert told.handshake is not None
    assert told.handshake.simulated
