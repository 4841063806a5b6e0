"""Money leaves Binance's spot wallet, and comes to it, whichever wallet a person has chosen in Binance's pages."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from allornone.errors import VenueUnavailableError
from allornone.models.execution import ExecutionRequest
from allornone.venues.exchange.addresses import AllowList
from allornone.venues.exchange.binance.deposits import BinanceDeposits
from allornone.venues.exchange.binance.outcomes import SPOT
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.binance.withdrawal import Withdrawals
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.deposits.credit import Sought
from allornone.venues.exchange.options import Options
from allornone.venues.reading import ReadingState
from tests.unit.exchange.scripted import Said, Scripted, scripted

SENT = 1_700_000_000_000
REFERENCE = "a" * 32
ADDRESS = "0x" + "1" * 40
APPLY, HISTORY = "/sapi/v1/capital/withdraw/apply", "/sapi/v1/capital/withdraw/history"
DEPOSITS = "/sapi/v1/capital/deposit/hisrec"
REQUEST = ExecutionRequest.model_validate(
    {
        "operation_id": "send-out",
        "operation_type": "withdraw",
        "source_venue": "binance",
        "target_venue": "wallet",
        "source_token": "ETH",
        "target_token": "ETH",
        "expected_deltas": {},
        "operation_details": {"amount": "1", "address": ADDRESS, "network": "ETH"},
        "client_ref": REFERENCE,
        "not_after": datetime(2030, 1, 1, tzinfo=UTC),
    }
)
PREPARED = {
    "client_ref": REFERENCE,
    "asset": "ETH",
    "amount": "1",
    "address": ADDRESS,
    "network": "ETH",
    "timestamp": str(SENT),
    "recv_window": "30000",
}
WITHDRAWN = {
    "id": "w1",
    "amount": "0.9995",
    "transactionFee": "0.0005",
    "coin": "ETH",
    "status": 6,
    "address": ADDRESS,
    "txId": "0xab",
    "applyTime": "2023-11-14 22:13:20",
    "completeTime": "2023-11-14 22:14:20",
    "withdrawOrderId": REFERENCE,
}
CREDITED = {
    "id": "d1",
    "amount": "1",
    "coin": "ETH",
    "network": "ETH",
    "status": 1,
    "address": ADDRESS,
    "txId": "0xcd",
    "insertTime": SENT,
    "completeTime": SENT,
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers["/api/v3/time"] = Said(200, json.dumps({"serverTime": SENT}))
        served.answers[APPLY] = Said(200, '{"id": "w1"}')
        yield served


@pytest.fixture
async def signed(server: Scripted) -> AsyncIterator[Signed]:
    options = Options(exchange="binance", connect_to=server.connect_to, ca_file=server.ca_file)
    client = Client("binance", options, Credentials(key=SecretStr("key"), secret=SecretStr("secret")), SPOT, {})
    yield Signed(client, "publicGetTime")
    await client.aclose()


def withdrawn(server: Scripted, **more: Any) -> None:
    server.answers[HISTORY] = Said(200, json.dumps([{**WITHDRAWN, **more}]))


async def test_a_withdrawal_names_the_spot_wallet(server: Scripted, signed: Signed) -> None:
    withdrawn(server, walletType=0)

    reading = await Withdrawals(signed, AllowList()).execute(REQUEST, PREPARED)

    ((target, body),) = [each for each in server.asked if APPLY in each[0]]
    assert parse_qs(target.partition("?")[2] or body)["walletType"] == ["0"]
    assert reading.state is ReadingState.CLOSED


async def test_a_withdrawal_that_left_another_wallet_is_not_read_as_one_of_spot(
    server: Scripted, signed: Signed
) -> None:
    withdrawn(server, walletType=1)

    with pytest.raises(VenueUnavailableError, match="left another wallet than spot"):
        await Withdrawals(signed, AllowList()).lookup(REQUEST, PREPARED)


async def test_a_deposit_to_another_wallet_is_no_credit_of_spot(server: Scripted, signed: Signed) -> None:
    rows = [{**CREDITED, "walletType": 0}, {**CREDITED, "id": "d2", "walletType": 1}, {**CREDITED, "id": "d3"}]
    server.answers[DEPOSITS] = Said(200, json.dumps(rows))

    sought = Sought(asset="ETH", amount=Decimal(1), since=datetime(2023, 11, 1, tzinfo=UTC))
    found = await BinanceDeposits(signed).credits(sought)

    assert [credit.credit_id for credit in found] == ["d1", "d3"]
