"""What the status of an order says, in each exchange's own words: an end is one only where the word is known."""

from typing import Any

import pytest
from pydantic import SecretStr

from allornone.errors import VenueUnavailableError
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.generic import ACCOUNT, GenericOrders
from allornone.venues.exchange.kraken.keyed import Keyed
from allornone.venues.exchange.kraken.orders import KrakenOrders
from allornone.venues.exchange.kraken.outcomes import OUTCOMES
from allornone.venues.exchange.options import Options
from allornone.venues.exchange.order import VenueOrder

KEYS = Credentials(key=SecretStr("k"), secret=SecretStr("s"))


async def generic(status: str | None) -> VenueOrder:
    orders = GenericOrders(Client("any", Options(exchange="bitstamp", account="generic"), KEYS, ACCOUNT.outcomes, {}))
    row: dict[str, Any] = {"id": "7", "symbol": "ETH/USDT", "filled": "0", "amount": "2", "timestamp": 1}
    return await orders._order({**row, "status": status})  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


async def kraken(status: str | None) -> VenueOrder:
    orders = KrakenOrders(Keyed(Client("kraken", Options(exchange="kraken"), KEYS, OUTCOMES, {})))
    row: dict[str, Any] = {"vol": "2", "vol_exec": "0", "oflags": "fciq", "opentm": "1.5", "reason": None}
    told = {**row, "status": status}
    return await orders._order("7", told, ("ETH", "USDT"))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("read", [generic, kraken])
@pytest.mark.parametrize(("status", "is_open"), [("open", True), ("canceled", False), ("expired", False)])
async def test_a_status_that_is_known_tells_whether_it_can_change(read: Any, status: str, is_open: bool) -> None:  # noqa: FBT001
    assert (await read(status)).is_open is is_open


@pytest.mark.parametrize("read", [generic, kraken])
@pytest.mark.parametrize("status", [None, "on its way"])
async def test_a_status_that_is_not_known_says_nothing(read: Any, status: str | None) -> None:
    with pytest.raises(VenueUnavailableError, match="which says nothing"):
        await read(status)
