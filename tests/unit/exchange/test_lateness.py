"""Nothing leaves after its time, however long it waited on its way, and what never left is told so."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from allornone.errors import NotSentError
from allornone.venues.exchange.binance import spot as binance
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.clock import VenueClock, moment_of
from allornone.venues.exchange.coinbase import spot as coinbase
from allornone.venues.exchange.coinbase.timed import Timed
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.dialect import Account
from allornone.venues.exchange.errand import Errand, on_errand
from allornone.venues.exchange.kraken import spot as kraken
from allornone.venues.exchange.kraken.keyed import Keyed
from allornone.venues.exchange.options import Options
from allornone.venues.exchange.outcomes import Outcome
from tests.unit.exchange.scripted import Said, Scripted, scripted

NOW = 1_700_000_000_000
SOON = moment_of(NOW) + timedelta(seconds=10)
BROKEN = Said(502, "<html>Bad Gateway</html>")
PEM = (
    ec.generate_private_key(ec.SECP256R1())
    .private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    .decode()
)
SECRETS = {"binance": "s", "kraken": base64.b64encode(b"s" * 64).decode(), "coinbase": PEM}

Opened = Callable[[str, Account], Client]


class Monotonic:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        yield served


@pytest.fixture
def passing() -> Monotonic:
    return Monotonic()


@pytest.fixture
async def opened(server: Scripted, passing: Monotonic) -> AsyncIterator[Opened]:
    clients: list[Client] = []

    def opens(exchange: str, account: Account) -> Client:
        options = Options(
            exchange=exchange, connect_to=server.connect_to, ca_file=server.ca_file, limits_share=Decimal(100)
        )
        credentials = Credentials(key=SecretStr("organizations/o/apiKeys/k"), secret=SecretStr(SECRETS[exchange]))
        client = Client(exchange, options, credentials, account.outcomes, {}, adjusted=account.adjusted)
        client.clock = VenueClock(passing)
        client.clock.set(NOW)
        clients.append(client)
        return client

    yield opens
    for client in clients:
        await client.aclose()


def sending(not_after: datetime = SOON) -> Errand:
    return Errand(sends=True, not_after=not_after)


async def test_a_write_whose_time_passes_while_it_waits_for_the_keys_turn_is_not_sent(
    server: Scripted, passing: Monotonic, opened: Opened
) -> None:
    keyed = Keyed(opened("kraken", kraken.ACCOUNT))

    def slow(_query: str) -> Said:
        passing.seconds += 11
        return Said(200, '{"error":[],"result":{}}')

    server.answers["/0/private/Balance"] = slow
    server.answers["/0/private/Withdraw"] = Said(200, '{"error":[],"result":{"refid":"R"}}')
    with on_errand(sending()):
        _, answer = await asyncio.gather(
            keyed.ask("privatePostBalance", {}), keyed.write("privatePostWithdraw", {"asset": "XETH"})
        )

    assert [asked for asked, _ in server.asked] == ["POST /0/private/Balance"]
    with pytest.raises(NotSentError, match="nothing left"):
        answer.accepted()


@pytest.mark.parametrize(("late_by_ms", "sent"), [(-1, 1), (0, 0), (1, 0)])
async def test_what_no_exchange_would_turn_away_for_its_time_is_kept_here(
    server: Scripted, opened: Opened, late_by_ms: int, sent: int
) -> None:
    client = opened("binance", binance.ACCOUNT)
    server.answers["/sapi/v1/asset/transfer"] = Said(200, '{"tranId": 7}')

    with on_errand(sending(moment_of(NOW - late_by_ms))):
        await client.send("sapiPostAssetTransfer", {"asset": "USDT"})

    assert len(server.asked) == sent


async def test_a_read_is_made_whatever_the_time(server: Scripted, opened: Opened) -> None:
    client = opened("binance", binance.ACCOUNT)
    server.answers["/api/v3/time"] = Said(200, json.dumps({"serverTime": NOW}))

    with on_errand(sending(moment_of(NOW - 1))):
        answer = await client.call("publicGetTime")

    assert answer.outcome is Outcome.ACCEPTED


async def test_a_write_at_kraken_is_not_sent_where_its_clock_cannot_be_read(server: Scripted, opened: Opened) -> None:
    client = opened("kraken", kraken.ACCOUNT)
    client.clock.forget()
    server.answers["/0/public/Time"] = BROKEN

    with pytest.raises(NotSentError, match="HTTP 502"):
        await Keyed(client).write("privatePostWithdraw", {"asset": "XETH"})


async def test_a_write_at_coinbase_is_not_sent_where_its_clock_cannot_be_read(server: Scripted, opened: Opened) -> None:
    client = opened("coinbase", coinbase.ACCOUNT)
    client.clock.forget()
    server.answers["/api/v3/brokerage/time"] = BROKEN

    with pytest.raises(NotSentError, match="HTTP 502"):
        await Timed(client).write("v3PrivatePostBrokerageOrders", {}, SOON)
