"""The model check's counterexamples that the activities prevent, by their names in the model's results.

C11, the abandoned nonce, holds here as far as paper chains go: they enforce the expiry, and a nonce that was used
up takes no other transaction. A real chain adapter has to burn the nonce (recall) before it may say absent.
"""

import asyncio

import pytest

from allornone.core.answer import AnswerKind, Fence
from allornone.venues import Venue
from tests.activities.office import Office
from tests.gated import Gate, Gated
from tests.plans import MOVE, SELL, STAKE, Leg


@pytest.fixture(autouse=True)
def _no_second_between_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)


def stalled(office: Office, name: str, gate: Gate) -> tuple[Gated, Venue]:
    """Put a gate before a venue; return it, and the venue without it for the next worker."""
    honest = office.venues[name]
    venue = Gated(honest, gate)
    office.venues = {**office.venues, name: venue}
    return venue, honest


@pytest.mark.parametrize("leg", [SELL, STAKE], ids=["a filled id can be used again", "strict ids"])
async def test_c7_a_second_attempt_while_the_first_is_in_flight_sends_nothing(office: Office, leg: Leg) -> None:
    name = office.task(leg).request.venue
    venue, honest = stalled(office, name, "execute")
    first = asyncio.create_task(office.sends(office.task(leg)))
    await venue.reached()
    office.venues = {**office.venues, name: honest}

    second = await office.sends(office.task(leg))
    venue.opens.set()

    assert second.kind is AnswerKind.UNKNOWN
    assert (await first).kind is AnswerKind.CLOSED
    assert len(office.seen.orders()) == 1


async def test_c9_a_zombie_that_wakes_before_its_intent_writes_none_and_sends_nothing(office: Office) -> None:
    venue, honest = stalled(office, "binance", "prepare")
    zombie = asyncio.create_task(office.sends(office.task(MOVE)))
    await venue.reached()
    office.venues = {**office.venues, "binance": honest}

    settled = await office.resolves(office.task(MOVE))
    venue.opens.set()
    woken = await zombie

    assert settled.kind is AnswerKind.NOT_SENT
    assert woken.kind is AnswerKind.NOT_SENT
    assert office.seen.orders() == []
    assert office.seen.story() == ["revoked", "move failed"]


async def test_c9_a_zombie_that_wakes_after_the_group_went_on_is_superseded(office: Office) -> None:
    venue, honest = stalled(office, "binance", "prepare")
    zombie = asyncio.create_task(office.sends(office.task(SELL)))
    await venue.reached()
    office.venues = {**office.venues, "binance": honest}
    settled = await office.resolves(office.task(SELL))
    await office.sends(office.task(STAKE, known_seq=settled.seq))

    venue.opens.set()
    woken = await zombie

    assert woken.kind in (AnswerKind.SUPERSEDED, AnswerKind.NOT_SENT)
    assert office.seen.orders() == ["stake forward closed"]


async def test_a_zombie_that_sends_after_its_expiry_is_refused_by_the_venue(office: Office) -> None:
    venue, honest = stalled(office, "binance", "execute")
    zombie = asyncio.create_task(office.sends(office.task(SELL)))
    await venue.reached()
    office.venues = {**office.venues, "binance": honest}
    office.passes(33)
    settled = await office.resolves(office.task(SELL))

    venue.opens.set()
    woken = await zombie

    assert settled.kind is AnswerKind.ABSENT
    assert woken.kind is AnswerKind.NOT_SENT
    assert woken.note.startswith("expired")
    assert office.seen.changes() == {}


async def test_c11_a_transaction_of_a_paper_chain_that_comes_after_its_fence_does_nothing(office: Office) -> None:
    office.misbehave("late", delay_s="60")
    task = office.task(STAKE)
    await office.sends(task)
    office.passes(33)

    settled = await office.resolves(task)
    office.passes(60)
    looked = await office.resolves(task, mode="last_look")

    assert settled.kind is AnswerKind.ABSENT
    assert looked.kind is not AnswerKind.CLOSED
    assert office.seen.changes() == {}


async def test_c12_without_an_expiry_the_window_counts_from_the_revocation_and_not_from_not_after(
    office: Office,
) -> None:
    office.misbehave("late", delay_s="5")
    task = office.task(MOVE)
    office.passes(29)
    await office.sends(task)
    office.passes(4)

    early = await office.resolves(task, came_back=True, revoked_s=0.0)
    office.passes(1)
    later = await office.resolves(task, came_back=True, revoked_s=1.0)

    assert (early.kind, early.fence) == (AnswerKind.UNKNOWN, Fence.WAITING)
    assert later.kind is AnswerKind.CLOSED
