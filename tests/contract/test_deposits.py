"""Money that comes to an exchange: awaited, found in its history, and given to one reference."""

from decimal import Decimal

import pytest

from allornone.errors import VenueUnavailableError
from allornone.testexchange.serving import ACCOUNT
from allornone.venues.reading import ReadingState
from allornone.venues.registry import close_venues
from tests.contract.exchange.bench import open_account
from tests.contract.exchange.way_in import WayIn

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR_MS = 3_600_000


async def test_what_is_credited_is_the_delta_with_its_transaction_as_evidence(desk: WayIn) -> None:
    came = desk.credited()

    reading = await desk.awaits()

    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.actual_deltas == {f"{desk.name}:BaseToken:ETH": desk.amount}
    assert reading.handshake.evidence.tx_hash == came.tx_id
    assert reading.handshake.filled_ratio == 1


async def test_what_is_not_seen_is_awaited_and_no_effect(desk: WayIn) -> None:
    reading = await desk.awaits()

    assert reading.state is ReadingState.OPEN
    assert reading.handshake.actual_deltas == {}
    assert reading.handshake.filled_ratio == 0


async def test_what_is_seen_and_not_credited_is_open_and_no_effect(desk: WayIn) -> None:
    desk.arrives()

    reading = await desk.awaits()

    assert reading.state is ReadingState.OPEN
    assert reading.handshake.actual_deltas == {}


async def test_what_comes_late_is_found_by_a_later_look(desk: WayIn) -> None:
    request = desk.request()
    prepared = await desk.venue.prepare(request)
    states = [(await desk.venue.execute(request, prepared)).state]

    came = desk.arrives()
    states.append((await desk.venue.lookup(request, prepared)).state)
    desk.engine.moving.credit(came)
    states.append((await desk.venue.lookup(request, prepared)).state)

    assert states == [ReadingState.OPEN, ReadingState.OPEN, ReadingState.CLOSED]


async def test_what_a_look_up_does_not_find_may_still_come(desk: WayIn) -> None:
    request = desk.request()

    reading = await desk.venue.recall(request, await desk.venue.prepare(request))

    assert reading.state is ReadingState.NOT_FOUND
    assert not reading.full_history


async def test_one_deposit_is_never_that_of_two_references(desk: WayIn) -> None:
    desk.credited()

    first, second = await desk.awaits("first"), await desk.awaits("second")

    assert (first.state, second.state) == (ReadingState.CLOSED, ReadingState.OPEN)


async def test_the_next_deposit_is_the_next_references(desk: WayIn) -> None:
    desk.credited()
    first = await desk.awaits("first")
    came = desk.credited()

    second = await desk.awaits("second")

    assert first.handshake.evidence.tx_hash != came.tx_id
    assert second.handshake.evidence.tx_hash == came.tx_id


async def test_another_worker_of_the_host_knows_whose_a_deposit_is(desk: WayIn) -> None:
    desk.credited()
    await desk.awaits("first")
    first, desk.venue = desk.venue, desk.opened(desk.folder)

    second = await desk.awaits("second")
    await close_venues([first])

    assert second.state is ReadingState.OPEN


async def test_the_same_reference_shows_the_same_deposit_again(desk: WayIn) -> None:
    desk.credited()
    first = await desk.awaits()
    desk.credited()

    assert (await desk.awaits()).handshake == first.handshake
    assert (await desk.venue.lookup(desk.request(), None)).handshake == first.handshake


async def test_two_that_may_be_it_are_left_to_a_person(desk: WayIn) -> None:
    desk.credited()
    desk.credited()

    with pytest.raises(VenueUnavailableError, match="may be any of"):
        await desk.awaits()


async def test_the_transaction_tells_two_apart(desk: WayIn) -> None:
    desk.credited(tx_id="0x" + "aa" * 32)
    desk.credited(tx_id="0x" + "bb" * 32)

    reading = await desk.awaits(memo="BB" * 32)  # exchanges differ in how they write one

    assert reading.handshake.evidence.tx_hash == "0x" + "bb" * 32


async def test_by_its_transaction_whatever_was_credited_is_shown(desk: WayIn) -> None:
    came = desk.credited(desk.amount - 1)

    reading = await desk.awaits(memo=came.tx_id)

    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.executed_amount == desk.amount - 1
    assert reading.handshake.filled_ratio < 1


@pytest.mark.parametrize("desk", ["kraken"], indirect=True)
async def test_a_transaction_to_another_address_is_not_it(desk: WayIn) -> None:
    came = desk.credited()

    reading = await desk.awaits(memo=came.tx_id, address="0x" + "3" * 40)

    assert reading.state is ReadingState.OPEN


async def test_another_amount_is_not_it(desk: WayIn) -> None:
    desk.credited(desk.amount + Decimal("0.0001"))

    assert (await desk.awaits()).state is ReadingState.OPEN


async def test_what_came_over_an_hour_before_is_not_it(desk: WayIn) -> None:
    came = desk.credited()
    came.seen_ms -= HOUR_MS + 60_000

    assert (await desk.awaits()).state is ReadingState.OPEN


async def test_what_came_half_an_hour_before_is_it(desk: WayIn) -> None:
    came = desk.credited()
    came.seen_ms -= HOUR_MS // 2

    assert (await desk.awaits()).state is ReadingState.CLOSED


async def test_a_history_that_cannot_be_read_shows_nothing(desk: WayIn) -> None:
    request = desk.request()
    prepared = await desk.venue.prepare(request)
    desk.credited()
    desk.served.inject({"kind": "deposits", "behaviour": "bad_gateway", "count": "always"})

    try:
        with pytest.raises(VenueUnavailableError):
            await desk.venue.lookup(request, prepared)
    finally:
        desk.served.inject()

    assert (await desk.venue.lookup(request, prepared)).state is ReadingState.CLOSED


@pytest.mark.parametrize("desk", ["binance"], indirect=True)
async def test_a_network_that_nothing_came_over_is_not_it(desk: WayIn) -> None:
    desk.credited()

    reading = await desk.awaits(memo=desk.credited(desk.amount + 1).tx_id, network="BSC")

    assert reading.state is ReadingState.OPEN


async def test_a_key_that_may_only_read_is_enough(desk: WayIn) -> None:
    desk.credited()
    venue = open_account(
        f"{desk.name}.deposits",
        desk.name,
        "deposits",
        desk.served,
        deposits_by="amount",
        data_dir=str(desk.folder),
        credentials_file=str(desk.served.credentials_file(desk.name, f"{ACCOUNT}-readonly")),
    )
    request = desk.request()

    reading = await venue.execute(request, await venue.prepare(request))
    await close_venues([venue])

    assert reading.state is ReadingState.CLOSED
