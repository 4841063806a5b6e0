"""The contract that every venue keeps while all goes well: VC-01 to VC-15 of docs/venue-contract.md."""

from decimal import Decimal

import pytest

from allornone.errors import NotSentError, RefusedError
from allornone.models.details import OperationType
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus
from allornone.venues.capabilities import UndoClass
from allornone.venues.exchange.coinbase.withdrawal import SEND
from allornone.venues.paper.capability import on_chain
from allornone.venues.reading import Reading, ReadingState
from tests.contract.bench import Bench

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def done(bench: Bench) -> Reading:
    request = bench.request()
    return await bench.venue.execute(request, await bench.venue.prepare(request))


async def is_turned_away(bench: Bench, request: ExecutionRequest) -> bool:
    """Send, and tell whether the answer proves that nothing was done."""
    try:
        reading = await bench.venue.execute(request, await bench.venue.prepare(request))
    except (RefusedError, NotSentError):
        return True
    return reading.state is ReadingState.REFUSED


async def undone(bench: Bench, handshake: ExecutionHandshake) -> None:
    for step in bench.venue.inverse(bench.request(), handshake).steps:
        undo = bench.undoing(step)
        executor = bench.opened(undo.venue)
        await executor.execute(undo, await executor.prepare(undo))


async def test_vc01_prepare_sends_nothing(bench: Bench) -> None:
    await bench.venue.prepare(bench.request())

    assert bench.changes() == ()


async def test_vc02_execute_fills_and_its_deltas_are_the_ledgers(bench: Bench) -> None:
    reading = await done(bench)

    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.status is ExecutionStatus.CONFIRMED
    assert reading.handshake.actual_deltas == bench.totals()
    assert reading.handshake.executed_amount == 2


async def test_vc03_evidence_names_every_effect(bench: Bench) -> None:
    reading = await done(bench)

    ids = {change.evidence_id for change in bench.changes()}
    assert ids
    named = set(reading.handshake.evidence.venue_ids)
    moved_whole = bench.case.operation_type in {OperationType.TRANSFER, OperationType.WITHDRAW}
    assert ids < named or (ids == named and moved_whole and not bench.witness.keeps_to_its_word)


async def test_vc04_fees_are_inside_the_deltas(bench: Bench) -> None:
    reading = await done(bench)

    charged = {change.position_key: -change.delta for change in bench.changes() if change.is_fee}
    assert {fee.position_key: fee.amount for fee in reading.handshake.fees} == charged


async def test_vc05_the_reference_finds_what_was_done(bench: Bench) -> None:
    reading = await done(bench)

    found = await bench.venue.lookup(bench.request(), None)

    if bench.case.capability.lookup == "none":
        assert found.state is ReadingState.UNKNOWN
    else:
        assert found.state is ReadingState.CLOSED
        assert found.handshake == reading.handshake


async def test_vc06_a_reference_never_sent_is_not_found(bench: Bench) -> None:
    found = await bench.venue.lookup(bench.request(), None)

    blind = bench.case.capability.lookup == "none"
    assert found.state is (ReadingState.UNKNOWN if blind else ReadingState.NOT_FOUND)
    assert found.full_history is (bench.case.capability.lookup == "full")
    assert (found.venue_time is not None) is bench.witness.understood


async def test_vc07_past_its_expiry_an_enforcing_venue_refuses(bench: Bench) -> None:
    turned_away = await is_turned_away(bench, bench.request(expires_in_s=-1))

    enforced = bench.case.capability.expiry == "enforced"
    may_be_stricter = not enforced and not bench.witness.keeps_to_its_word
    assert turned_away is enforced or may_be_stricter
    assert (bench.changes() == ()) is turned_away


async def test_vc08_execute_acts_on_what_was_prepared(bench: Bench) -> None:
    prepared = await bench.venue.prepare(bench.request())

    await bench.venue.execute(bench.request(amount="3"), prepared)

    assert bench.witness.filled(bench) == (Decimal(2),)


async def test_vc09_an_amount_too_small_is_refused_before_anything_is_written(bench: Bench) -> None:
    if bench.request().source_token in ("ETH", "wstETH") and on_chain(bench.venue.name):
        pytest.skip("no amount of 18 decimals is below its unit")

    with pytest.raises(RefusedError, match="amount must be"):
        await bench.venue.prepare(bench.request(amount="0.000000001"))

    assert bench.changes() == ()


async def test_vc10_an_operation_not_declared_is_refused(bench: Bench) -> None:
    other = next(kind for kind in OperationType if bench.venue.capabilities.of(kind) is None)
    stranger = bench.request().model_copy(update={"operation_type": other})

    with pytest.raises(RefusedError):
        await bench.venue.prepare(stranger)


async def test_vc11_simulate_predicts_and_leaves_no_row(bench: Bench) -> None:
    if bench.case.capability is SEND:
        pytest.skip("what the network takes is told when it is sent, and not before")
    predicted = await bench.venue.simulate(bench.request())

    assert bench.changes() == ()
    assert predicted.simulated
    assert predicted.actual_deltas == (await done(bench)).handshake.actual_deltas


async def test_vc12_undo_after_do_restores_the_position(bench: Bench) -> None:
    if bench.case.capability.undo is UndoClass.NONE:
        pytest.skip("declared as having no undo")
    reading = await done(bench)
    assert bench.left_to_restore() != 0

    await undone(bench, reading.handshake)

    assert bench.left_to_restore() == 0


async def test_vc13_an_operation_without_an_undo_says_so(bench: Bench) -> None:
    if bench.case.capability.undo is not UndoClass.NONE:
        pytest.skip("declared as having an undo")
    reading = await done(bench)

    inverse = bench.venue.inverse(bench.request(), reading.handshake)

    assert (inverse.undo_class, inverse.steps) == (UndoClass.NONE, ())


async def test_vc14_undo_of_nothing_is_nothing(bench: Bench) -> None:
    nothing = ExecutionHandshake(operation_id=bench.operation, status=ExecutionStatus.CONFIRMED)

    inverse = bench.venue.inverse(bench.request(), nothing)

    assert inverse.steps == ()
    assert inverse.dust == {}
    assert inverse.undo_class is bench.case.capability.undo


async def test_vc15_undo_expects_what_it_then_does(bench: Bench) -> None:
    if bench.case.capability.undo is UndoClass.NONE:
        pytest.skip("declared as having no undo")
    (step,) = bench.venue.inverse(bench.request(), (await done(bench)).handshake).steps
    undo = bench.undoing(step)
    executor = bench.opened(undo.venue)

    reading = await executor.execute(undo, await executor.prepare(undo))

    apart = {fee.position_key: fee.amount for fee in reading.handshake.fees}
    for key in apart:  # what closing a contract realised falls on its margin, as the fee does
        apart[key] -= Decimal(reading.handshake.execution_details.get("realised_pnl", 0))
    assert {
        key: amount + apart.get(key, Decimal(0))
        for key, amount in reading.handshake.actual_deltas.items()
        if amount + apart.get(key, Decimal(0))
    } == step.expected_deltas
