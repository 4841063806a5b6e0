"""Look-ups that never succeed are no reason to wait in silence."""

from allornone.models.execution import ExecutionRequest, Prepared
from allornone.models.group import GroupStatus
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.plans import SELL
from tests.workflows.house import House

ANSWERS_LOST = {"behaviour": "lose_answer", "operation_id": "sell", "direction": "forward"}


class Failing:
    """A venue whose look-ups fail in a way that its adapter did not foresee."""

    def __init__(self, venue: Venue) -> None:
        self.name = venue.name
        self.capabilities = venue.capabilities
        self.prepare = venue.prepare
        self.execute = venue.execute
        self.recall = venue.recall
        self.inverse = venue.inverse
        self.simulate = venue.simulate

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        raise KeyError(f"{request.operation_type} {len(prepared or {})}")


async def test_look_ups_that_never_succeed_are_put_before_an_operator(house: House) -> None:
    house.misbehave(ANSWERS_LOST)
    house.venues["binance"] = Failing(house.venues["binance"])

    async with house.working():
        handle = await house.start(house.group(SELL))
        view = await house.shows(handle, lambda view: view.status is GroupStatus.BLOCKED)

    assert view.reason == "the outcome of sell is unknown"
    assert view.needs_operator
