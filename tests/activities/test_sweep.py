"""Looking on after the end: what was not known is found, recorded once, and nothing else is taken for it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from allornone.events import ExecutionDeltaEvent, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.paper.rows import OrderState
from allornone.venues.reading import Reading, ReadingState
from tests.activities.afterwards import ALL, HOUR, believed_absent, ends, hides, notes, sends, starts, swept
from tests.activities.office import GROUP, Office
from tests.plans import SELL, SEND_OUT, STAKE, Leg


@pytest.fixture(autouse=True)
def _no_second_between_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)


async def test_an_effect_that_appears_after_the_end_is_found(office: Office) -> None:
    task = await believed_absent(office)
    office.passes(HOUR)

    (late,) = await swept(office)

    assert late.new.actual_deltas["binance:BaseToken:ETH"] == Decimal(-1)
    assert late.reason == "sell took effect after group group-1 had ended"
    assert late.plan.atomic_group_id == f"group-1/late-{task.client_ref[:8]}"
    assert late.plan.metadata == {"late_of": GROUP, "client_ref": task.client_ref}
    assert late.carried(office.now).state.held == late.reason


async def test_a_late_effect_is_recorded_once_with_what_it_changed(office: Office) -> None:
    task = await believed_absent(office)
    office.passes(HOUR)

    await swept(office)
    await swept(office)

    assert office.seen.story()[-3:] == ["failed", "deltas", "late_effect"]
    effect, notice = office.seen.events()[-2:]
    assert isinstance(effect, ExecutionDeltaEvent)
    assert effect.client_ref == task.client_ref
    assert [row["delta_amount"] for row in effect.deltas][:1] == ["-1"]
    assert isinstance(notice, GroupTransitionEvent)
    assert notice.facts["late_group"] == f"group-1/late-{task.client_ref[:8]}"
    assert notice.facts["new"]["binance:BaseToken:ETH"] == "-1"


async def test_while_nothing_is_shown_nothing_is_late(office: Office) -> None:
    await believed_absent(office)

    assert await swept(office) == ()


@pytest.mark.parametrize("leg", [SELL, STAKE], ids=["sell", "stake"])
async def test_an_effect_that_was_known_is_not_late(office: Office, leg: Leg) -> None:
    await starts(office, leg)
    await sends(office, leg)
    await ends(office)

    assert await swept(office) == ()


async def test_an_effect_that_the_last_look_found_before_the_end_is_not_late(office: Office) -> None:
    await starts(office, SELL)
    hides(office)
    task = await sends(office, SELL)
    office.passes(40)
    await office.resolves(task)
    office.passes(HOUR)
    await office.resolves(task, mode="last_look")
    await notes(office, TransitionKind.LATE_EFFECT, client_ref=task.client_ref)
    await ends(office)

    assert await swept(office) == ()


async def test_the_answer_of_a_zombie_that_comes_after_the_end_is_late_and_its_effect_recorded_once(
    office: Office,
) -> None:
    task = await believed_absent(office)
    office.passes(HOUR)
    # The zombie's own record of what the venue shows it.
    await office.resolves(task, mode="last_look")
    assert office.seen.story()[-3:] == ["failed", "deltas", "conflict"]

    (late,) = await swept(office)

    assert late.sent.client_ref == task.client_ref
    assert office.seen.story()[-4:] == ["failed", "deltas", "conflict", "late_effect"]


async def test_a_reference_that_ended_as_a_range_is_late_when_it_takes_effect(office: Office) -> None:
    await starts(office, SELL)
    await ends(office, await sends(office, SELL))

    (late,) = await swept(office)

    assert late.new.executed_amount == Decimal(1)


async def test_an_order_that_is_open_after_the_end_is_taken_back_and_its_part_is_late(office: Office) -> None:
    await starts(office, SELL)
    task = await sends(office, SELL)
    with office.world.ledger.transaction() as book:
        (order,) = book.orders_in(None)
        book.settle(order.order_id, OrderState.OPEN, Decimal("0.5"))
    await ends(office, task)

    (late,) = await swept(office)

    assert office.seen.orders() == ["sell forward cancelled"]
    assert late.shown.executed_amount == Decimal("0.5")


async def test_an_undo_that_takes_effect_late_is_put_as_the_undos_own_request(office: Office) -> None:
    await starts(office, STAKE)
    done = await office.sends(office.task(STAKE, known_seq=ALL))
    hides(office)
    undo = office.undo(STAKE, done.handshake, known_seq=ALL)
    await office.rolls_back(undo)
    office.passes(40)
    await office.resolves(undo)
    await ends(office)
    office.passes(HOUR)

    (late,) = await swept(office)

    assert late.reason == "the undo of stake took effect after group group-1 had ended"
    assert late.plan.operations[0].operation_type == "unstake"
    assert late.new.actual_deltas["lido:StakingToken:stETH"] == Decimal(-1)


async def test_a_group_is_looked_at_only_when_it_is_due(office: Office) -> None:
    await believed_absent(office)
    office.passes(HOUR + 600)

    since_the_hour = await swept(office, office.now - timedelta(minutes=9))
    since_before_it = await swept(office, office.now - timedelta(minutes=11))

    assert since_the_hour == ()
    assert len(since_before_it) == 1


async def test_a_day_after_its_end_nobody_looks_any_more(office: Office) -> None:
    await believed_absent(office)
    office.passes(25 * HOUR)

    assert await swept(office) == ()


async def test_a_venue_that_cannot_be_read_is_passed_over_until_the_next_look(office: Office) -> None:
    await believed_absent(office)
    office.passes(HOUR)
    office.misbehave("unreadable")

    first, second = await swept(office), await swept(office)

    assert (len(first), len(second)) == (0, 1)


class Broken:
    """A venue whose client raises what it should not."""

    def __init__(self, venue: Venue) -> None:
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.execute, self.recall = venue.prepare, venue.execute, venue.recall
        self.inverse, self.simulate = venue.inverse, venue.simulate
        self.asked = 0

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        self.asked += 1
        raise KeyError(request.operation_id, prepared)


async def test_a_venue_that_can_never_be_asked_is_not(office: Office) -> None:
    await starts(office, SEND_OUT)
    await sends(office, SEND_OUT)
    await ends(office)
    mute = Broken(office.venues["kraken"])
    office.venues = {**office.venues, mute.name: mute}

    assert await swept(office) == ()
    assert mute.asked == 0


async def test_a_venue_that_raises_is_asked_twice_a_sweep_and_keeps_nobody_from_being_asked(office: Office) -> None:
    legs = [SELL, {**SELL, "operation_id": "sell-2"}, {**SELL, "operation_id": "sell-3"}, STAKE]
    await starts(office, *legs)
    office.misbehave("lose_answer", count="always")
    await ends(office, *[await sends(office, leg) for leg in legs])
    broken = Broken(office.venues["binance"])
    office.venues = {**office.venues, "binance": broken}

    found = await swept(office)

    assert [late.sent.operation_id for late in found] == ["stake"]
    assert broken.asked == 2


class Vague:
    """A venue whose answers prove nothing, whatever they show."""

    def __init__(self, venue: Venue) -> None:
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.execute, self.recall = venue.prepare, venue.execute, venue.recall
        self.inverse, self.simulate = venue.inverse, venue.simulate
        self._venue = venue

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        shown = await self._venue.lookup(request, prepared)
        return shown.model_copy(update={"state": ReadingState.UNKNOWN})


async def test_an_answer_that_proves_nothing_shows_no_effect(office: Office) -> None:
    await starts(office, SELL)
    office.misbehave("lose_answer")
    await ends(office, await sends(office, SELL))
    office.venues = {**office.venues, "binance": Vague(office.venues["binance"])}

    assert await swept(office) == ()


async def test_a_simulated_group_is_not_looked_up(office: Office) -> None:
    await starts(office, SELL, simulated=True)
    await ends(office, await sends(office, SELL))

    assert await swept(office) == ()


async def test_a_group_whose_plan_cannot_be_read_is_passed_over(office: Office) -> None:
    await notes(office, TransitionKind.STARTED, facts={"plan": {"of": "another release"}})
    await ends(office, await sends(office, SELL))

    assert await swept(office) == ()
