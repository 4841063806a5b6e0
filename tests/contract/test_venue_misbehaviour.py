"""The contract that every venue keeps while it, or the wire, misbehaves: VC-16 to VC-32."""

import contextlib
from decimal import Decimal

import pytest

from allornone.errors import NotSentError, RefusedError, VenueUnavailableError
from allornone.models.execution import ExecutionStatus
from allornone.venues.capabilities import UndoClass
from allornone.venues.reading import Reading, ReadingState
from tests.contract.bench import Bench

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def sent(bench: Bench, expires_in_s: float = 60) -> Reading:
    request = bench.request(expires_in_s=expires_in_s)
    return await bench.venue.execute(request, await bench.venue.prepare(request))


async def outcome_is_unknown(bench: Bench, expires_in_s: float = 60) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011 (any exception but the two proofs means unknown)
        await sent(bench, expires_in_s)
    assert not isinstance(raised.value, RefusedError | NotSentError)


async def is_refused(bench: Bench) -> None:
    """Hold a refusal to one of its two forms: a reading that shows it, or RefusedError where nothing is kept of it."""
    if not bench.witness.understood:
        await outcome_is_unknown(bench)
        return
    if not bench.witness.remembers_refusals:
        with pytest.raises(RefusedError):
            await sent(bench)
        return
    reading = await sent(bench)
    assert reading.state is ReadingState.REFUSED
    assert reading.handshake.status is ExecutionStatus.FAILED


async def found(bench: Bench) -> Reading:
    return await bench.venue.lookup(bench.request(), None)


def only_if_found_by_reference(bench: Bench) -> None:
    if bench.case.capability.lookup == "none":
        pytest.skip("cannot be asked by reference")


async def test_vc16_a_refusal_has_no_effect_and_is_remembered(bench: Bench) -> None:
    bench.misbehave("refuse")

    await is_refused(bench)

    assert bench.changes() == ()
    if bench.case.capability.lookup != "none":
        shown = ReadingState.REFUSED if bench.witness.remembers_refusals else ReadingState.NOT_FOUND
        assert (await found(bench)).state is shown


@pytest.mark.parametrize("behaviour", ["lose_answer", "error_5xx_executed", "malformed", "duplicate_ack"])
async def test_vc17_a_lost_answer_is_unknown_and_the_look_up_shows_the_effect(bench: Bench, behaviour: str) -> None:
    bench.misbehave(behaviour)

    await outcome_is_unknown(bench)

    assert bench.changes() != ()
    if bench.case.capability.lookup != "none":
        assert (await found(bench)).handshake.actual_deltas == bench.totals()


@pytest.mark.parametrize("behaviour", ["lose_request", "error_5xx_not_executed"])
async def test_vc18_a_lost_request_is_unknown_and_has_no_effect(bench: Bench, behaviour: str) -> None:
    bench.misbehave(behaviour)

    await outcome_is_unknown(bench)

    assert bench.changes() == ()
    if bench.case.capability.lookup != "none":
        assert (await found(bench)).state is ReadingState.NOT_FOUND


@pytest.mark.parametrize("behaviour", ["not_sent", "rate_limited"])
async def test_vc19_what_never_arrived_is_proven_not_sent(bench: Bench, behaviour: str) -> None:
    if behaviour == "not_sent" and not bench.witness.understood:
        pytest.skip("nobody knows how it says so")
    bench.misbehave(behaviour)

    with pytest.raises(NotSentError):
        await sent(bench)

    assert bench.changes() == ()


async def test_vc20_a_late_request_is_first_not_found_and_then_closed(bench: Bench) -> None:
    only_if_found_by_reference(bench)
    bench.misbehave("late", delay_s="30")
    await outcome_is_unknown(bench)
    before = await found(bench)

    await bench.advance(31)

    after = await found(bench)
    assert (before.state, after.state) == (ReadingState.NOT_FOUND, ReadingState.CLOSED)
    assert after.handshake.actual_deltas == bench.totals()


async def test_vc21_a_late_request_past_its_expiry_is_refused(bench: Bench) -> None:
    if bench.case.capability.expiry != "enforced":
        pytest.skip("does not enforce an expiry")
    bench.misbehave("late", delay_s="30")
    await outcome_is_unknown(bench, expires_in_s=20)

    await bench.advance(31)

    shown = ReadingState.REFUSED if bench.witness.remembers_refusals else ReadingState.NOT_FOUND
    assert (await found(bench)).state is shown
    assert bench.changes() == ()


async def test_vc22_a_part_is_a_confirmed_effect_of_its_size(bench: Bench) -> None:
    bench.misbehave("partial", ratio="0.25")

    reading = await sent(bench)

    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.filled_ratio == Decimal("0.25")
    assert reading.handshake.executed_amount == Decimal("0.5")
    assert reading.handshake.actual_deltas == bench.totals()


async def test_vc23_undo_of_a_part_undoes_the_part(bench: Bench) -> None:
    if bench.case.capability.undo is UndoClass.NONE:
        pytest.skip("declared as having no undo")
    bench.misbehave("partial", ratio="0.25")
    reading = await sent(bench)

    for step in bench.venue.inverse(bench.request(), reading.handshake).steps:
        undo = bench.undoing(step)
        await bench.opened(undo.venue).execute(undo, await bench.opened(undo.venue).prepare(undo))

    assert bench.left_to_restore() == 0


async def test_vc24_an_open_order_shows_its_part_and_recalled_it_is_closed_with_it(bench: Bench) -> None:
    bench.misbehave("open", ratio="0.25")

    opened = await sent(bench)

    assert opened.state is ReadingState.OPEN
    assert opened.handshake.status is ExecutionStatus.PENDING
    if bench.case.capability.recall:
        recalled = await bench.venue.recall(bench.request(), None)
        assert recalled.state is ReadingState.CLOSED
        assert recalled.handshake.executed_amount == Decimal("0.5")
        assert recalled.handshake.actual_deltas == bench.totals()


async def test_vc25_recalled_before_its_first_fill_an_order_is_refused(bench: Bench) -> None:
    if not bench.case.capability.recall:
        pytest.skip("cannot be recalled")
    bench.misbehave("open", ratio="0")
    assert (await sent(bench)).state is ReadingState.OPEN

    first = await bench.venue.recall(bench.request(), None)
    second = await bench.venue.recall(bench.request(), None)

    assert (first.state, second.state) == (ReadingState.REFUSED, ReadingState.REFUSED)
    assert bench.changes() == ()


async def test_vc26_recall_of_what_is_done_changes_nothing(bench: Bench) -> None:
    reading = await sent(bench)

    await bench.venue.recall(bench.request(), None)

    assert bench.totals() == reading.handshake.actual_deltas


async def test_vc27_an_open_order_that_fills_is_closed(bench: Bench) -> None:
    only_if_found_by_reference(bench)
    bench.misbehave("open", ratio="0.25")
    await sent(bench)

    bench.witness.fill_open(bench)

    reading = await found(bench)
    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.filled_ratio == 1


async def test_vc28_an_open_order_fills_by_itself_later(bench: Bench) -> None:
    only_if_found_by_reference(bench)
    bench.misbehave("open_then_fill", ratio="0.25", delay_s="30")
    assert (await sent(bench)).state is ReadingState.OPEN

    await bench.advance(31)

    assert (await found(bench)).state is ReadingState.CLOSED
    assert (await found(bench)).handshake.executed_amount == 2


async def test_vc29_a_venue_that_cannot_be_asked_says_so(bench: Bench) -> None:
    await sent(bench)
    bench.misbehave("unreadable")

    with pytest.raises(VenueUnavailableError):
        await found(bench)


async def test_vc30_a_stale_read_finds_nothing_and_then_the_effect(bench: Bench) -> None:
    only_if_found_by_reference(bench)
    bench.misbehave("stale_read", delay_s="30")
    with contextlib.suppress(VenueUnavailableError):  # of a venue whose answer lacks the fills, which are read then
        await sent(bench)
    before = await found(bench)

    await bench.advance(31)

    after = await found(bench)
    assert (before.state, after.state) == (ReadingState.NOT_FOUND, ReadingState.CLOSED)
    assert after.handshake.actual_deltas == bench.totals()


async def test_vc31_deltas_are_what_happened_and_not_what_should_have(bench: Bench) -> None:
    predicted = await bench.venue.simulate(bench.request())
    bench.misbehave("drift", bps="100")

    reading = await sent(bench)

    assert reading.handshake.actual_deltas == bench.totals()
    assert reading.handshake.actual_deltas != predicted.actual_deltas


async def test_vc32_a_reference_executed_twice_shows_everything_it_did(bench: Bench) -> None:
    only_if_found_by_reference(bench)
    await sent(bench)
    await sent(bench)

    once = bench.case.capability.id_scope == "all"
    assert (await found(bench)).handshake.executed_amount == (2 if once else 4)
    assert (await found(bench)).handshake.actual_deltas == bench.totals()
