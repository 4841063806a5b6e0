"""A venue that first shows a part of what it did, and at the last look all of it."""

from decimal import Decimal

from allornone.models.execution import ExecutionRequest, Prepared
from allornone.models.group import GroupStatus
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.plans import SELL
from tests.workflows.house import House


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


async def test_what_the_last_look_shows_beyond_is_recorded_once_and_undone_whole(house: House) -> None:
    house.venues["binance"] = Understating(house.venues["binance"])

    result = await house.run(house.group({**SELL, "min_fill": "0.4"}))

    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.orders() == ["sell forward closed", "sell rollback closed"]
    assert house.seen.changes() == {"binance:BaseToken:USDT": "-6"}
