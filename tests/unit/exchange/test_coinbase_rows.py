"""How Coinbase's orders and sends are found and read: by the pinned product, by their own number, by what was sent."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from allornone.errors import VenueUnavailableError
from allornone.models.execution import ExecutionRequest
from allornone.venues.exchange.addresses import AllowList
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.coinbase.orders import CoinbaseOrders
from allornone.venues.exchange.coinbase.spot import ACCOUNT
from allornone.venues.exchange.coinbase.timed import Timed
from allornone.venues.exchange.coinbase.withdrawal import Sends
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.options import Options
from allornone.venues.reading import ReadingState
from tests.unit.exchange.scripted import Said, Scripted, Told, scripted
from tests.unit.exchange.test_coinbase_opening import PEM

BATCH = "/api/v3/brokerage/orders/historical/batch"
SENDS = "/v2/accounts/A/transactions"
OWN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
COMMON: dict[str, Any] = {
    "source_venue": "coinbase",
    "target_venue": "coinbase",
    "expected_deltas": {},
    "client_ref": "a" * 32,
    "not_after": datetime(2030, 1, 1, tzinfo=UTC),
}
TRADE = ExecutionRequest.model_validate(
    {
        **COMMON,
        "operation_id": "sell",
        "operation_type": "spot_trade",
        "source_token": "ETH",
        "target_token": "USDT",
        "operation_details": {"pair": "ETH/USDT", "side": "sell", "amount": "2"},
    }
)
SEND = ExecutionRequest.model_validate(
    {
        **COMMON,
        "operation_id": "send",
        "operation_type": "withdraw",
        "source_token": "ETH",
        "target_token": "ETH",
        "operation_details": {"amount": "2"},
    }
)
TO_SEND = {
    "account_id": "A",
    "own_id": OWN,
    "asset": "ETH",
    "amount": "2",
    "address": "0x1",
    "network": "ethereum",
    "not_after": "2030-01-01T00:00:00+00:00",
}


def row(gross: str = "2.0002", status: str = "completed", **more: object) -> dict[str, Any]:
    fee = {"amount": "0.0002", "currency": "ETH"}
    return {
        "id": "T1",
        "status": status,
        "amount": {"amount": f"-{gross}", "currency": "ETH"},
        "created_at": "2029-12-31T23:59:59Z",
        "network": {"transaction_fee": fee},
        **more,
    }


def one(shown: dict[str, Any]) -> Said:
    return Said(200, json.dumps({"data": shown}))


def listed(*rows: dict[str, Any]) -> Said:
    return Said(200, json.dumps({"data": rows, "pagination": {}}))


def one_after_another(*answers: Said) -> Told:
    left: Iterator[Said] = iter(answers)
    return lambda _query: next(left)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers["/api/v3/brokerage/time"] = Said(200, json.dumps({"epochMillis": "1700000000000"}))
        yield served


@pytest.fixture
async def timed(server: Scripted) -> AsyncIterator[Timed]:
    options = Options(exchange="coinbase", connect_to=server.connect_to, ca_file=server.ca_file, watch_s=Decimal(60))
    credentials = Credentials(key=SecretStr("organizations/o/apiKeys/k"), secret=SecretStr(PEM))
    client = Client("coinbase", options, credentials, ACCOUNT.outcomes, {}, adjusted=ACCOUNT.adjusted)
    yield Timed(client)
    await client.aclose()


async def test_orders_of_a_product_that_is_delisted_are_looked_for_all_the_same(server: Scripted, timed: Timed) -> None:
    server.answers[BATCH] = Said(200, '{"orders": [], "cursor": ""}')

    found = await CoinbaseOrders(timed).find(TRADE, {"venue_symbol": "ETH-USDT"})

    assert found.orders == ()
    (asked,) = [asked for asked, _ in server.asked if BATCH in asked]
    assert parse_qs(urlsplit(asked.split(" ")[1]).query)["product_ids"] == ["ETH-USDT"]


@pytest.mark.parametrize(("gross", "executed"), [("2.0002", "2"), ("2", "1.9998")])
async def test_a_send_shows_what_was_sent_with_the_fee_or_without(
    server: Scripted, timed: Timed, gross: str, executed: str
) -> None:
    server.answers[SENDS] = listed(row(gross, idem=OWN))

    reading = await Sends(timed, AllowList()).lookup(SEND, TO_SEND)

    assert reading.handshake.actual_deltas == {"coinbase:BaseToken:ETH": -Decimal(gross)}
    assert reading.handshake.executed_amount == Decimal(executed)


@pytest.mark.parametrize("gross", ["2.5", "1.9998", "0"])
async def test_a_send_that_shows_neither_proves_no_size(server: Scripted, timed: Timed, gross: str) -> None:
    server.answers[SENDS] = listed(row(gross, idem=OWN))

    with pytest.raises(VenueUnavailableError, match=r"send T1 shows .*, and 2 was sent"):
        await Sends(timed, AllowList()).lookup(SEND, TO_SEND)


async def test_a_send_whose_row_does_not_tell_our_id_is_watched_by_its_own_number(
    server: Scripted, timed: Timed
) -> None:
    server.answers[SENDS] = one_after_another(one(row(status="pending")), listed(row()))
    server.answers[f"{SENDS}/T1"] = one_after_another(
        one(row(status="pending")), one(row(status="pending")), Said(502, "<html>"), one(row())
    )

    reading = await Sends(timed, AllowList()).execute(SEND, TO_SEND)

    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.evidence.venue_ids == ("T1",)


async def test_a_send_that_tells_our_id_is_shown_as_it_stands_and_looked_up_later(
    server: Scripted, timed: Timed
) -> None:
    server.answers[SENDS] = one_after_another(one(row(status="pending", idem=OWN)))
    server.answers[f"{SENDS}/T1"] = one_after_another(one(row(status="pending", idem=OWN)))

    reading = await Sends(timed, AllowList()).execute(SEND, TO_SEND)

    assert reading.state is ReadingState.OPEN
    assert reading.handshake.evidence.venue_ids == ("T1",)
