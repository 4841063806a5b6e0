"""Looking on after the end, again: what is open and stays so, what comes in parts, what only a late answer tells."""

import asyncio
from decimal import Decimal

import pytest

from allornone.errors import VenueUnavailableError
from allornone.events import GroupTransitionEvent
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.activities.afterwards import ALL, ends, frozen, sends, starts, swept
from tests.activities.office import Office
from tests.gated import Gated
from tests.plans import SELL

ETH = "binance:BaseToken:ETH"


class Stubborn:
    """A venue that takes nothing back just now."""

    def __init__(self, venue: Venue) -> None:
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.execute, self.lookup = venue.prepare, venue.execute, venue.lookup
        self.inverse, self.simulate = venue.inverse, venue.simulate

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        raise VenueUnavailableError(f"{request.operation_id} cannot be taken back now: {prepared}")


class Stale(Stubborn):
    """One that says again what it said first."""

    def __init__(self, venue: Venue) -> None:
        super().__init__(venue)
        self._venue = venue
        self._first: Reading | None = None
        self.lookup = self._looked
        self.repeats = False

    async def _looked(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        shown = self._first if self.repeats and self._first else await self._venue.lookup(request, prepared)
        self._first = self._first or shown
        return shown


async def left_open(office: Office, ratio: str) -> int:
    """End a group whose sale was filled in part and is open at a venue that does not take it back."""
    office.venues = {**office.venues, "binance": Stubborn(office.venues["binance"])}
    office.misbehave("open", ratio=ratio)
    await starts(office, SELL)
    await ends(office, await sends(office, SELL))
    (order,) = office.world.ledger.orders()
    return order.order_id


async def test_an_order_that_is_open_and_cannot_be_taken_back_is_put_before_an_operator_at_the_first_look(
    office: Office,
) -> None:
    await left_open(office, "0.4")

    (late,) = await swept(office)

    assert late.reason == "sell is open at binance, and cannot be taken back, after group group-1 had ended"
    assert late.new.executed_amount == Decimal("0.4")
    state = late.carried(office.now).state
    assert state.held == late.reason
    assert len(state.operations[0].unfenced) == 1


async def test_an_open_order_of_which_nothing_is_filled_yet_is_put_before_an_operator_too(office: Office) -> None:
    await left_open(office, "0")

    (late,) = await swept(office)

    assert late.new.actual_deltas == {}
    assert late.carried(office.now).state.operations[0].attempts == ()
    assert office.seen.story()[-1] == "late_effect"


async def test_while_nothing_more_is_filled_an_open_order_is_put_before_an_operator_once(office: Office) -> None:
    await left_open(office, "0.4")

    first = await swept(office)
    second = await swept(office)

    assert [late.plan.atomic_group_id for late in second] == [late.plan.atomic_group_id for late in first]
    assert office.seen.story().count("late_effect") == 1


async def test_an_open_order_that_is_cancelled_at_the_venue_brings_nothing_new(office: Office) -> None:
    order_id = await left_open(office, "0.4")
    await swept(office)
    office.world.matching.cancel(order_id)

    (again,) = await swept(office)

    assert not again.plan.atomic_group_id.endswith("-2")
    assert office.seen.story().count("late_effect") == 1


async def test_a_second_late_effect_under_one_reference_has_a_run_of_its_own_with_what_came_since(
    office: Office,
) -> None:
    order_id = await left_open(office, "0.4")
    (first,) = await swept(office)
    office.world.matching.fill(order_id)

    before, second = await swept(office)

    assert before.plan.atomic_group_id == first.plan.atomic_group_id
    assert before.new == first.new
    assert second.plan.atomic_group_id == f"{first.plan.atomic_group_id}-2"
    assert second.new.executed_amount == Decimal("0.6")
    assert second.new.actual_deltas[ETH] == Decimal("-0.6")
    assert second.reason == "sell took effect after group group-1 had ended"
    assert second.carried(office.now).state.operations[0].unfenced == ()


async def test_each_part_of_a_late_effect_is_recorded_once_and_they_add_up_to_the_whole(office: Office) -> None:
    order_id = await left_open(office, "0.4")
    await swept(office)
    for amount in ("0.1", "0.1", "0.4"):
        office.world.matching.fill(order_id, Decimal(amount))
        await swept(office)
    last = await swept(office)

    notices = [each for each in office.seen.events() if isinstance(each, GroupTransitionEvent)]
    parts = [each.facts["new"][ETH] for each in notices if each.kind == "late_effect"]
    assert parts == ["-0.4", "-0.1", "-0.1", "-0.4"]
    assert [late.plan.atomic_group_id[-2:] for late in last][1:] == ["-2", "-3", "-4"]
    assert sum(late.new.executed_amount for late in last) == 1
    assert office.seen.story()[-8:] == ["deltas", "late_effect"] * 4


async def test_a_look_that_shows_less_than_was_told_before_is_a_stale_read(office: Office) -> None:
    order_id = await left_open(office, "0.4")
    office.venues = {**office.venues, "binance": (stale := Stale(office.venues["binance"]))}
    await swept(office)
    office.world.matching.fill(order_id, Decimal("0.2"))
    two = await swept(office)
    stale.repeats = True

    again = await swept(office)

    assert len(two) == 2
    assert [late.new for late in again] == [late.new for late in two]


async def test_what_a_late_answer_tells_of_a_venue_that_cannot_be_asked_is_late(office: Office) -> None:
    async with frozen(office) as (task, wakes):
        await ends(office, task)
        before = await swept(office)
        await wakes()

    (late,) = await swept(office)

    assert before == ()
    assert late.reason == "send-out took effect after group group-1 had ended"
    assert late.new.actual_deltas["kraken:BaseToken:ETH"] == Decimal(-1)
    assert office.seen.story()[-1] == "late_effect"


@pytest.mark.parametrize("behaviour", ["unreadable", "stale_read"])
async def test_what_was_recorded_late_is_late_though_the_venue_shows_nothing_of_it(
    office: Office, behaviour: str
) -> None:
    await starts(office, SELL)
    office.misbehave(behaviour, delay_s="3600", count="always")
    gate = Gated(office.venues["binance"], "execute")
    office.venues = {**office.venues, "binance": gate}
    task = office.task(SELL, known_seq=ALL)
    zombie = asyncio.create_task(office.sends(task))
    await gate.reached()
    await ends(office, task)
    gate.opens.set()
    await zombie

    (late,) = await swept(office)

    assert late.new.executed_amount == Decimal(1)
