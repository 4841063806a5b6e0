"""A look that was due and could not be made is owed: the next sweep makes it up, and no later look is waited for."""

from datetime import timedelta

import pytest

from activities import sweep_due, sweep_patience
from activities.sweep_due import OwedLook
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.activities.afterwards import HOUR, believed_absent, ends, looked, sends, starts, swept
from tests.activities.office import GROUP, Office
from tests.plans import SELL, SEND_OUT, STAKE

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _no_second_between_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)


def heals(office: Office) -> None:
    """Let the venues answer as they should."""
    (office.folder / "paper-faults.yaml").write_text("[]")


async def test_a_look_that_a_silent_venue_missed_is_made_up_by_the_next_sweep(office: Office) -> None:
    task = await believed_absent(office)
    office.passes(4 * HOUR + 10)
    office.misbehave("unreadable", count="always")
    missed = await looked(office, office.now - 5 * MINUTE)
    heals(office)
    last = office.now
    office.passes(300)

    made_up = await looked(office, last, missed.owed)

    assert missed.found == ()
    assert missed.owed == (OwedLook(group_id=GROUP, client_ref=task.client_ref),)
    assert [late.sent.client_ref for late in made_up.found] == [task.client_ref]
    assert made_up.owed == ()


async def test_what_is_owed_stays_so_while_the_venue_is_silent_also_after_the_last_look(office: Office) -> None:
    await believed_absent(office)
    office.passes(24 * HOUR + 10)
    office.misbehave("unreadable", count="always")
    told, last = await looked(office, office.now - 5 * MINUTE), office.now
    for _ in range(3):
        office.passes(2 * HOUR)
        told, last = await looked(office, last, told.owed), office.now
    heals(office)

    made_up = await looked(office, last, told.owed)

    assert len(told.owed) == 1
    assert len(made_up.found) == 1


async def test_what_is_owed_for_too_long_is_given_up_and_counted(office: Office) -> None:
    await believed_absent(office)
    office.passes(24 * HOUR)
    office.misbehave("unreadable", count="always")
    missed = await looked(office, office.now - 5 * MINUTE)
    office.passes(24 * HOUR + 10)

    told = await looked(office, office.now - 5 * MINUTE, missed.owed)

    assert (missed.unseen, len(missed.owed)) == (0, 1)
    assert (told.unseen, told.owed) == (1, ())


async def test_a_look_that_was_made_is_not_owed(office: Office) -> None:
    await believed_absent(office)

    assert (await looked(office)).owed == ()


async def test_a_venue_that_can_never_be_asked_is_owed_no_look(office: Office) -> None:
    await starts(office, SEND_OUT)
    office.misbehave("lose_answer")
    await ends(office, await sends(office, SEND_OUT))

    assert (await looked(office)).owed == ()


async def test_a_sweep_makes_no_more_look_ups_than_its_limit_and_the_next_one_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_patience, "LOOKS_MAX", 1)
    await starts(office, SELL, STAKE)
    office.misbehave("lose_answer", count="always")
    tasks = [await sends(office, leg) for leg in (SELL, STAKE)]
    await ends(office, *tasks)
    heals(office)

    first = await looked(office)
    second = await looked(office, office.now, first.owed)

    assert [late.sent.operation_id for late in first.found] == ["sell"]
    assert first.owed == (OwedLook(group_id=GROUP, client_ref=tasks[1].client_ref),)
    assert [late.sent.operation_id for late in second.found] == ["stake"]
    assert second.owed == ()


async def test_a_group_that_has_no_turn_any_more_is_owed_as_a_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await believed_absent(office)
    office.passes(HOUR)
    monkeypatch.setattr(sweep_patience, "LOOKS_MAX", 0)
    first = await looked(office)
    monkeypatch.undo()

    second = await looked(office, office.now, first.owed)

    assert first.owed == (OwedLook(group_id=GROUP),)
    assert len(second.found) == 1


async def test_what_is_owed_is_owed_on_while_there_is_no_turn_for_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await believed_absent(office)
    monkeypatch.setattr(sweep_patience, "LOOKS_MAX", 0)
    owed = (OwedLook(group_id=GROUP, client_ref=task.client_ref),)

    assert (await looked(office, office.now, owed)).owed == owed


class Slow:
    """A venue that takes its time over a look."""

    def __init__(self, office: Office, venue: Venue, seconds: float) -> None:
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.execute, self.recall = venue.prepare, venue.execute, venue.recall
        self.inverse, self.simulate = venue.inverse, venue.simulate
        self._office, self._venue, self._seconds = office, venue, seconds

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        self._office.passes(self._seconds)
        return await self._venue.lookup(request, prepared)


async def test_what_a_slow_venue_left_no_time_for_is_owed(office: Office) -> None:
    await starts(office, SELL, STAKE)
    office.misbehave("lose_answer", count="always")
    tasks = [await sends(office, leg) for leg in (SELL, STAKE)]
    await ends(office, *tasks)
    heals(office)
    office.venues = {**office.venues, "binance": Slow(office, office.venues["binance"], 121)}

    told = await looked(office)

    assert [late.sent.operation_id for late in told.found] == ["sell"]
    assert [each.client_ref for each in told.owed] == [tasks[1].client_ref]


async def test_only_so_many_looks_are_owed_and_the_rest_is_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.sweep_late.OWED_MAX", 1)
    await starts(office, SELL, STAKE)
    office.misbehave("lose_answer", count="always")
    await ends(office, *[await sends(office, leg) for leg in (SELL, STAKE)])
    office.misbehave("unreadable", count="always")

    told = await looked(office)

    assert (len(told.owed), told.unseen) == (1, 1)


async def test_one_reference_that_a_venue_stumbles_over_keeps_no_other_from_being_looked_up(office: Office) -> None:
    legs = [{**SELL, "operation_id": name} for name in ("sell-1", "sell-2", "sell-3")]
    await starts(office, *legs)
    office.misbehave("lose_answer", count="always")
    tasks = [await sends(office, leg) for leg in legs]
    await ends(office, *tasks)
    office.misbehave("unreadable")

    told = await looked(office)

    assert [late.sent.operation_id for late in told.found] == ["sell-2", "sell-3"]
    assert [each.client_ref for each in told.owed] == [tasks[0].client_ref]


def test_what_is_owed_is_owed_for_longer_than_the_last_look_is_away() -> None:
    assert timedelta(hours=48) == sweep_due.OWED_FOR


async def test_of_a_group_that_is_due_all_is_looked_up_though_only_a_part_is_owed(office: Office) -> None:
    await starts(office, SELL, STAKE)
    office.misbehave("lose_answer", count="always")
    tasks = [await sends(office, leg) for leg in (SELL, STAKE)]
    await ends(office, *tasks)
    heals(office)

    told = await looked(office, None, (OwedLook(group_id=GROUP, client_ref=tasks[1].client_ref),))

    assert [late.sent.operation_id for late in told.found] == ["sell", "stake"]
    assert len(await swept(office)) == 2
