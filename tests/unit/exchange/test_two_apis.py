"""A venue that asks two interfaces of its exchange: each counts for itself, and so is counted here."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from allornone.venues.exchange.binance.outcomes import SPOT
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.options import Options
from tests.unit.exchange.scripted import Said, Scripted, scripted

KEYS = Credentials(key=SecretStr("key"), secret=SecretStr("secret"))
USED = "X-MBX-USED-WEIGHT-1M"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers["/api/v3/time"] = Said(200, '{"serverTime": 1800000000000}', {USED: "5000"})
        served.answers["/fapi/v1/time"] = Said(200, '{"serverTime": 1800000000000}', {USED: "70"})
        served.answers["/sapi/v1/asset/transfer"] = Said(200, '{"tranId": 7}')
        yield served


def opened(server: Scripted, account: str, folder: Path) -> Client:
    options = Options.model_validate(
        {
            "exchange": "binance",
            "account": account,
            "connect_to": server.connect_to,
            "ca_file": server.ca_file,
            "data_dir": folder / "data",
        }
    )
    return Client("binance", options, KEYS, SPOT, {})


@pytest.fixture
async def usdm(server: Scripted, tmp_path: Path) -> AsyncIterator[Client]:
    client = opened(server, "usdm", tmp_path)
    yield client
    await client.aclose()


@pytest.fixture
async def spot(server: Scripted, tmp_path: Path) -> AsyncIterator[Client]:
    client = opened(server, "spot", tmp_path)
    yield client
    await client.aclose()


async def used(client: Client) -> dict[str, int]:
    return {each.name: each.used for each in (await client.budget.state()).limits}


async def test_what_spot_says_is_used_is_not_taken_for_what_is_used_of_futures(usdm: Client, spot: Client) -> None:
    await usdm.call("publicGetTime")

    assert (await used(usdm))["weight-1m"] == 0
    assert (await used(spot))["weight-1m"] == 5_000


async def test_what_futures_say_is_used_is_their_own(usdm: Client, spot: Client) -> None:
    await usdm.call("fapiPublicGetTime")

    assert (await used(usdm))["weight-1m"] == 70
    assert (await used(spot))["weight-1m"] == 0


async def test_a_transfer_out_of_futures_is_counted_with_every_other_call_of_the_wallet_endpoints(
    usdm: Client, spot: Client
) -> None:
    await usdm.call("sapiPostAssetTransfer", {"type": "UMFUTURE_MAIN", "asset": "USDT", "amount": "1"})
    await spot.call("sapiPostAssetTransfer", {"type": "MAIN_UMFUTURE", "asset": "USDT", "amount": "1"})

    assert (await used(spot))["wallet-1m"] == 1_800
    assert (await used(usdm)) == {"weight-1m": 0, "orders-10s": 0, "orders-1m": 0}
