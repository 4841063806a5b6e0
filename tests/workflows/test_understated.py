"""A venue that first shows a part of what it did, and at the last look all of it."""

from decimal import Decimal

from allornone.models.execution import ExecutionRequest, Prepared
from allornone.models.group import GroupStatus
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.plans import SELL, SHORT
from tests.workflows.house import House

SOLD = ("sell pending", "deltas", "sell confirmed")


class Understating:
    """A venue whose answer to a send shows four tenths of what was done; a look-up shows all."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.name, self.capabilities = venue.name, venue.capabilities
        self.prepare, self.recall, self.lookup = venue.prepare, venue.recall, venue.lookup
        self.inverse, self.simulate = venue.inverse, venue.simulate

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        reading = await self._venue.execute(request, prepared)
        if request.direction.value == "rollback":
            return reading
        shown = reading.handshake
        part = {
            "actual_deltas": {key: amount * Decimal("0.4") for key, amount in shown.actual_deltas.items()},
            "executed_amount": shown.executed_amount * Decimal("0.4"),
            "filled_ratio": Decimal("0.4"),
            "fees": tuple(fee.model_copy(update={"amount": fee.amount * Decimal("0.4")}) for fee in shown.fees),
        }
        return reading.model_copy(update={"handshake": shown.model_copy(update=part)})


async def test_what_the_last_look_shows_beyond_is_recorded_once_and_kept_within_its_bounds(house: House) -> None:
    house.venues["binance"] = Understating(house.venues["binance"])

    result = await house.run(house.group({**SELL, "min_fill": "0.4"}))

    assert result.status is GroupStatus.COMPLETED
    assert result.operations[0].handshakes[0].executed_amount == Decimal(1)
    assert house.seen.orders() == ["sell forward closed"]
    assert house.seen.story() == ["started", *SOLD, "deltas", "conflict", "late_effect", "completed"]


async def test_what_the_last_look_shows_beyond_of_a_group_that_rolls_back_is_undone_too(house: House) -> None:
    house.venues["binance"] = Understating(house.venues["binance"])
    house.misbehave({"venue": "binance.usdm", "behaviour": "refuse"})

    result = await house.run(house.group({**SELL, "min_fill": "0.4"}, SHORT))

    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.orders() == [
        "sell forward closed",
        "short forward refused",
        "sell rollback closed",
        "sell rollback closed",
    ]
    assert house.seen.changes() == {"binance:BaseToken:USDT": "-6"}
