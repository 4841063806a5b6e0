"""What Binance tells of a position, and what of it is no ground to trade on."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from allornone.errors import RefusedError, VenueUnavailableError
from allornone.models.execution import ExecutionRequest
from allornone.venues.exchange.binance.outcomes import USDM
from allornone.venues.exchange.binance.perp import ACCOUNT
from allornone.venues.exchange.binance.position import check_position
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.options import Options
from tests.unit.exchange.scripted import Said, Scripted, scripted

RISK = "/fapi/v3/positionRisk"
MARKET: dict[str, Any] = {
    "symbol": "ETHUSDT",
    "pair": "ETHUSDT",
    "contractType": "PERPETUAL",
    "status": "TRADING",
    "baseAsset": "ETH",
    "quoteAsset": "USDT",
    "marginAsset": "USDT",
    "filters": [
        {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001", "maxQty": "100"},
        {"filterType": "PRICE_FILTER", "tickSize": "0.01", "minPrice": "1", "maxPrice": "9000"},
    ],
}
OPENS = ExecutionRequest.model_validate(
    {
        "operation_id": "short",
        "operation_type": "perp_trade",
        "source_venue": "binance.usdm",
        "target_venue": "binance.usdm",
        "source_token": "USDT",
        "target_token": "ETHUSDT",
        "expected_deltas": {},
        "operation_details": {"pair": "ETH/USDT", "side": "sell", "amount": "1"},
        "client_ref": "a" * 32,
        "not_after": datetime(2030, 1, 1, tzinfo=UTC),
    }
)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers["/fapi/v1/time"] = Said(200, '{"serverTime": 1700000000000}')
        served.answers["/fapi/v1/exchangeInfo"] = Said(200, json.dumps({"symbols": [MARKET]}))
        yield served


@pytest.fixture
async def signed(server: Scripted) -> AsyncIterator[Signed]:
    options = Options(exchange="binance", account="usdm", connect_to=server.connect_to, ca_file=server.ca_file)
    keys = Credentials(key=SecretStr("key"), secret=SecretStr("secret"))
    client = Client("binance.usdm", options, keys, USDM, ACCOUNT.ccxt_options)
    yield Signed(client, "fapiPublicGetTime")
    await client.aclose()


def holding(server: Scripted, **sides: str) -> None:
    rows = [{"symbol": "ETHUSDT", "positionSide": side, "positionAmt": amount} for side, amount in sides.items()]
    server.answers[RISK] = Said(200, json.dumps(rows))


async def test_no_position_is_no_row_and_a_row_of_nothing(server: Scripted, signed: Signed) -> None:
    holding(server)
    await check_position(signed, OPENS)
    holding(server, BOTH="0.000")
    await check_position(signed, OPENS)

    assert ["symbol=ETHUSDT" in target for target, _ in server.asked if RISK in target] == [True, True]


async def test_a_position_the_same_way_is_added_to(server: Scripted, signed: Signed) -> None:
    holding(server, BOTH="-3.000")

    await check_position(signed, OPENS)


async def test_an_account_in_hedge_mode_is_not_traded_on(server: Scripted, signed: Signed) -> None:
    holding(server, LONG="0.400", SHORT="-0.400")

    with pytest.raises(RefusedError, match="hedge mode"):
        await check_position(signed, OPENS)


@pytest.mark.parametrize("body", ["[{}]", '{"rows": []}', '[{"positionSide": "BOTH", "positionAmt": "many"}]'])
async def test_a_position_that_cannot_be_read_is_none_to_trade_on(server: Scripted, signed: Signed, body: str) -> None:
    server.answers[RISK] = Said(200, body)

    with pytest.raises(VenueUnavailableError, match="the position in ETH/USDT:USDT cannot be read"):
        await check_position(signed, OPENS)
