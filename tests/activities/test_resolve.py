"""What became of a reference: revoke, our own record, look, recall; absence only behind a fence (DESIGN 6.5)."""

from decimal import Decimal

import pytest

from allornone.core.answer import AnswerKind, Fence
from allornone.models.reconciliation import Verdict
from allornone.venues.paper.rows import OrderState
from tests.activities.office import Office
from tests.plans import MOVE, SELL, SEND_OUT, STAKE


@pytest.fixture(autouse=True)
def _no_second_between_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)


async def test_a_lost_answer_is_found_by_a_look_up(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_answer")
    await office.sends(task)

    told = await office.resolves(task)

    assert told.kind is AnswerKind.CLOSED
    assert office.seen.story() == ["sell pending", "sell unknown", "revoked", "deltas", "sell confirmed"]


async def test_a_resolver_that_runs_twice_leaves_one_record(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_answer")
    await office.sends(task)
    first = await office.resolves(task)

    again = await office.resolves(task)

    assert again.handshake == first.handshake
    assert office.seen.story() == ["sell pending", "sell unknown", "revoked", "deltas", "sell confirmed"]


async def test_what_a_look_finds_is_recorded_under_the_expiry_of_the_intent(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_answer")
    await office.sends(task)
    office.passes(10)

    await office.resolves(office.task(SELL))

    assert {event.not_after for event in office.seen.operations()} == {task.not_after}


async def test_not_found_before_the_fence_is_unknown(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_request")
    await office.sends(task)
    office.passes(31)

    told = await office.resolves(task)

    assert told.kind is AnswerKind.UNKNOWN
    assert told.fence is Fence.WAITING


async def test_not_found_behind_the_fence_is_absent(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_request")
    await office.sends(task)
    office.passes(33)

    told = await office.resolves(task)

    assert told.kind is AnswerKind.ABSENT
    assert office.seen.story() == ["sell pending", "sell unknown", "revoked", "sell failed"]


async def test_absence_takes_two_looks(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_request")
    await office.sends(task)
    office.passes(33)
    office.misbehave("unreadable", after="1")

    told = await office.resolves(task)

    assert told.kind is AnswerKind.UNKNOWN
    assert told.note == "two look-ups disagree"


async def test_a_stale_look_before_the_fence_proves_nothing_and_the_effect_is_found_later(office: Office) -> None:
    task = office.task(SELL)
    (office.folder / "paper-faults.yaml").write_text(
        "- {behaviour: lose_answer}\n- {behaviour: stale_read, delay_s: '20'}\n"
    )
    await office.sends(task)
    office.passes(5)
    early = await office.resolves(task)
    office.passes(20)

    later = await office.resolves(task)

    assert early.kind is AnswerKind.UNKNOWN
    assert later.kind is AnswerKind.CLOSED


async def test_an_order_that_is_open_is_recalled_and_closed_by_what_filled(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("open", ratio="0.4")
    await office.sends(task)

    told = await office.resolves(task)

    assert told.kind is AnswerKind.CLOSED
    assert told.reconciliation is not None
    assert told.reconciliation.verdict is Verdict.PARTIAL
    assert office.seen.orders() == ["sell forward cancelled"]


async def test_an_open_order_that_filled_nothing_is_refused_once_it_is_recalled(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("open", ratio="0")
    await office.sends(task)

    told = await office.resolves(task)

    assert told.kind is AnswerKind.REFUSED
    assert office.seen.orders() == ["sell forward cancelled"]


async def test_looking_at_an_open_order_leaves_it_open(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("open", ratio="0.4")
    await office.sends(task)

    told = await office.resolves(task, mode="look")

    assert told.kind is AnswerKind.OPEN
    assert office.seen.story() == ["sell pending"]


async def test_a_breach_is_recorded_on_its_third_reading(office: Office) -> None:
    task = office.task(STAKE)
    office.misbehave("drift", bps="-500")
    await office.sends(task)

    second = await office.resolves(task, mode="read", reading=2)
    third = await office.resolves(task, mode="read", reading=3)

    assert not second.recorded
    assert third.recorded
    assert third.reconciliation is not None
    assert third.reconciliation.verdict is Verdict.BREACH
    assert office.seen.story() == ["stake pending", "deltas", "stake confirmed"]


async def test_a_venue_that_cannot_be_asked_just_now_is_unreadable(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("lose_answer")
    await office.sends(task)
    office.misbehave("unreadable")

    told = await office.resolves(task)

    assert told.kind is AnswerKind.UNKNOWN
    assert not told.readable
    assert told.note == (
        "the venue shows nothing: it could not be asked (binance could not be asked; ask again later); "
        "it may still take effect; 60 minutes past its expiry and settle window, and as long unread, "
        "it can be left as a range"
    )


async def test_no_range_is_promised_of_a_reference_whose_lateness_is_bounded(office: Office) -> None:
    task = office.task(MOVE)
    office.misbehave("lose_request")
    await office.sends(task)
    office.misbehave("unreadable")

    told = await office.resolves(task, came_back=True)

    why = "binance could not be asked; ask again later"
    assert told.note == f"the venue shows nothing: it could not be asked ({why}); it may still take effect"


async def test_bounded_lateness_ends_where_the_attempt_came_back(office: Office) -> None:
    task = office.task(MOVE)
    office.misbehave("lose_request")
    await office.sends(task)

    early = await office.resolves(task, came_back=True, revoked_s=7.0)
    late = await office.resolves(task, came_back=True, revoked_s=7.1)

    assert (early.kind, early.fence) == (AnswerKind.UNKNOWN, Fence.WAITING)
    assert late.kind is AnswerKind.ABSENT


async def test_bounded_lateness_never_ends_where_the_attempt_did_not_come_back(office: Office) -> None:
    task = office.task(MOVE)
    office.misbehave("lose_request")
    await office.sends(task)

    told = await office.resolves(task, came_back=False, revoked_s=7.1)
    office.passes(33)
    much_later = await office.resolves(task, came_back=False, revoked_s=10_000.0)

    assert (told.kind, told.fence) == (AnswerKind.UNKNOWN, Fence.NEVER)
    assert (much_later.kind, much_later.fence) == (AnswerKind.UNKNOWN, Fence.NEVER_SETTLED)


async def test_what_a_venue_neither_bounds_nor_shows_stays_unknown(office: Office) -> None:
    task = office.task(SEND_OUT)
    office.misbehave("lose_request")
    await office.sends(task)
    office.passes(100_000)

    told = await office.resolves(task, came_back=True, revoked_s=100_000.0)

    assert told.kind is AnswerKind.UNKNOWN
    assert told.fence is Fence.NEVER_SETTLED
    assert told.note == (
        "the venue shows nothing: it could not be asked; its settle window is over, but it may take effect at any time"
    )
    assert not told.readable


async def test_an_order_that_opened_after_its_end_was_recorded_is_recalled(office: Office) -> None:
    task = office.task(SELL)
    office.misbehave("late", delay_s="60")
    await office.sends(task)
    office.passes(33)
    await office.resolves(task)
    with office.world.ledger.transaction() as book:
        (order,) = book.orders_in(None)
        book.settle(order.order_id, OrderState.OPEN, Decimal(0))
    office.passes(60)

    told = await office.resolves(task)

    assert office.seen.orders() == ["sell forward cancelled"]
    assert told.kind is AnswerKind.REFUSED
