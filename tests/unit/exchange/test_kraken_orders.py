"""How Kraken's orders are told to be ours: by an id in whatever spelling, and never left out on a guess."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from allornone.errors import VenueUnavailableError
from allornone.models.execution import ExecutionRequest
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.kraken.keyed import Keyed
from allornone.venues.exchange.kraken.orders import KrakenOrders
from allornone.venues.exchange.kraken.spot import ACCOUNT
from allornone.venues.exchange.options import Options
from tests.unit.exchange.scripted import Said, Scripted, scripted

REFERENCE = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba98-7654-3210-fedc-ba9876543210"
REQUEST = ExecutionRequest.model_validate(
    {
        "operation_id": "sell",
        "operation_type": "spot_trade",
        "source_venue": "kraken",
        "target_venue": "kraken",
        "source_token": "ETH",
        "target_token": "USDT",
        "expected_deltas": {},
        "operation_details": {"pair": "ETH/USDT", "side": "sell", "amount": "2"},
        "client_ref": REFERENCE,
        "not_after": datetime(2030, 1, 1, tzinfo=UTC),
    }
)


def row(**shown: object) -> dict[str, Any]:
    return {"vol": "2", "vol_exec": "0", "oflags": "fciq", "status": "canceled", "opentm": 1_700_000_000, **shown}


def said(**result: object) -> Said:
    return Said(200, json.dumps({"error": [], "result": result}))


def shows_closed(server: Scripted, **rows: dict[str, Any]) -> None:
    server.answers["/0/private/ClosedOrders"] = said(closed=rows, count=len(rows))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers["/0/public/Time"] = said(unixtime=1_700_000_000)
        served.answers["/0/private/OpenOrders"] = said(open={})
        yield served


@pytest.fixture
async def orders(server: Scripted) -> AsyncIterator[KrakenOrders]:
    options = Options(exchange="kraken", connect_to=server.connect_to, ca_file=server.ca_file)
    credentials = Credentials(key=SecretStr("k"), secret=SecretStr(base64.b64encode(b"s" * 64).decode()))
    client = Client("kraken", options, credentials, ACCOUNT.outcomes, {}, adjusted=ACCOUNT.adjusted)
    yield KrakenOrders(Keyed(client))
    await client.aclose()


@pytest.mark.parametrize(
    "spelling",
    [
        REFERENCE,
        REFERENCE.upper(),
        "01234567-89ab-cdef-0123-456789abcdef",
        "01234567-89AB-CDEF-0123-456789ABCDEF",
    ],
)
async def test_an_order_is_ours_however_its_id_is_spelled(
    server: Scripted, orders: KrakenOrders, spelling: str
) -> None:
    shows_closed(server, OURS=row(cl_ord_id=spelling))

    found = await orders.find(REQUEST, None)

    assert [order.order_id for order in found.orders] == ["OURS"]


async def test_an_order_under_the_id_of_another_is_not_ours(server: Scripted, orders: KrakenOrders) -> None:
    shows_closed(server, THEIRS=row(cl_ord_id=OTHER))

    assert (await orders.find(REQUEST, None)).orders == ()


@pytest.mark.parametrize(
    "shown", [{}, {"cl_ord_id": None}, {"cl_ord_id": ""}, {"cl_ord_id": REFERENCE[:18]}, {"cl_ord_id": 7}]
)
@pytest.mark.parametrize("where", ["open", "closed"])
async def test_an_order_that_is_shown_for_our_id_and_does_not_tell_whose_it_is_is_no_absence(
    server: Scripted, orders: KrakenOrders, where: str, shown: dict[str, object]
) -> None:
    shows_closed(server)
    if where == "open":
        server.answers["/0/private/OpenOrders"] = said(open={"ODD": row(status="open", **shown)})
    else:
        shows_closed(server, ODD=row(**shown))

    with pytest.raises(VenueUnavailableError, match="order ODD was shown for our id and does not tell whose it is"):
        await orders.find(REQUEST, None)
