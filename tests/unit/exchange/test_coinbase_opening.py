"""Coinbase's clock is read when its client is opened, since the markets are signed: in turn, like anything else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from allornone.errors import VenueUnavailableError
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.coinbase.spot import ACCOUNT
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.options import Options
from tests.unit.exchange.scripted import Said, Scripted, scripted

TIME = "/api/v3/brokerage/time"
ACCOUNTS = "/api/v3/brokerage/accounts"
PEM = (
    ec.generate_private_key(ec.SECP256R1())
    .private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    .decode()
)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers[TIME] = Said(200, json.dumps({"epochMillis": "1700000000000"}))
        yield served


def opened(server: Scripted, data_dir: Path) -> Client:
    options = Options(exchange="coinbase", connect_to=server.connect_to, ca_file=server.ca_file, data_dir=data_dir)
    credentials = Credentials(key=SecretStr("organizations/o/apiKeys/k"), secret=SecretStr(PEM))
    return Client("coinbase", options, credentials, ACCOUNT.outcomes, {}, adjusted=ACCOUNT.adjusted)


@pytest.fixture
async def first(server: Scripted, tmp_path: Path) -> AsyncIterator[Client]:
    client = opened(server, tmp_path / "data")
    yield client
    await client.aclose()


@pytest.fixture
async def second(server: Scripted, tmp_path: Path) -> AsyncIterator[Client]:
    client = opened(server, tmp_path / "data")
    yield client
    await client.aclose()


async def test_the_clock_is_read_before_the_first_call(server: Scripted, first: Client) -> None:
    server.answers[ACCOUNTS] = Said(200, '{"accounts": []}')

    await first.read("v3PrivateGetBrokerageAccounts", {})

    assert [asked.partition("?")[0] for asked, _ in server.asked] == [f"GET {TIME}", f"GET {ACCOUNTS}"]
    assert not first.clock.stale


async def test_the_clock_is_not_read_while_the_exchange_wants_silence(
    server: Scripted, first: Client, second: Client
) -> None:
    server.answers[ACCOUNTS] = Said(429, "{}", {"Retry-After": "60"})
    await first.call("v3PrivateGetBrokerageAccounts", {})
    asked = len(server.asked)

    with pytest.raises(VenueUnavailableError, match="wants no request"):
        await second.read("v3PrivateGetBrokerageAccounts", {})
    assert len(server.asked) == asked


async def test_a_clock_that_cannot_be_read_at_opening_is_read_by_the_call_that_needs_it(
    server: Scripted, first: Client
) -> None:
    server.answers[TIME] = Said(200, '{"epochMillis": "soon"}')
    server.answers[ACCOUNTS] = Said(200, '{"accounts": []}')

    await first.read("v3PrivateGetBrokerageAccounts", {})

    assert first.clock.stale
