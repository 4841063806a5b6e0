"""What only its own number finds is watched from its acceptance on: to its end, through silence, until it is enough."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from allornone.models.execution import ExecutionRequest, ExecutionStatus
from allornone.venues.exchange.addresses import AllowList
from allornone.venues.exchange.binance import spot as binance
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.binance.transfer import Transfers
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.dialect import Account
from allornone.venues.exchange.kraken import spot as kraken
from allornone.venues.exchange.kraken.keyed import Keyed
from allornone.venues.exchange.kraken.withdrawal import Withdrawals
from allornone.venues.exchange.options import Options
from allornone.venues.reading import ReadingState
from tests.unit.exchange.scripted import Said, Scripted, Told, scripted

NOW = 1_700_000_000_000
STATUS, HISTORY = "/0/private/WithdrawStatus", "/sapi/v1/asset/transfer"
COMMON: dict[str, Any] = {"expected_deltas": {}, "client_ref": "a" * 32, "not_after": datetime(2030, 1, 1, tzinfo=UTC)}
WITHDRAWAL = ExecutionRequest.model_validate(
    {
        **COMMON,
        "operation_id": "withdraw",
        "operation_type": "withdraw",
        "source_venue": "kraken",
        "target_venue": "kraken",
        "source_token": "ETH",
        "target_token": "ETH",
        "operation_details": {"amount": "2"},
    }
)
TRANSFER = ExecutionRequest.model_validate(
    {
        **COMMON,
        "operation_id": "transfer",
        "operation_type": "transfer",
        "source_venue": "binance",
        "target_venue": "binance.usdm",
        "source_token": "USDT",
        "target_token": "USDT",
        "operation_details": {"amount": "2"},
    }
)
TO_SEND = {"asset": "XETH", "key": "desk", "address": "0x1", "amount": "2"}
TO_MOVE = {"asset": "USDT", "amount": "2", "way": "MAIN_UMFUTURE", "timestamp": str(NOW), "recv_window": "30000"}
CONFIRMED = {"tranId": 7, "status": "CONFIRMED", "amount": "2", "timestamp": NOW}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path) as served:
        served.answers["/0/private/Withdraw"] = Said(200, '{"error":[],"result":{"refid":"R1"}}')
        yield served


Opened = Callable[[str, Account, str], Client]


@pytest.fixture
async def opened(server: Scripted) -> AsyncIterator[Opened]:
    clients: list[Client] = []

    def opens(exchange: str, account: Account, watch_s: str) -> Client:
        options = Options(
            exchange=exchange, connect_to=server.connect_to, ca_file=server.ca_file, watch_s=Decimal(watch_s)
        )
        credentials = Credentials(key=SecretStr("k"), secret=SecretStr(base64.b64encode(b"s" * 64).decode()))
        client = Client(exchange, options, credentials, account.outcomes, {}, adjusted=account.adjusted)
        client.clock.set(NOW)
        clients.append(client)
        return client

    yield opens
    for client in clients:
        await client.aclose()


def withdrawals(opened: Opened, watch_s: str = "60") -> Withdrawals:
    return Withdrawals(Keyed(opened("kraken", kraken.ACCOUNT, watch_s)), AllowList())


def transfers(opened: Opened, watch_s: str = "60") -> Transfers:
    return Transfers(Signed(opened("binance", binance.ACCOUNT, watch_s), "publicGetTime"))


def status(word: str) -> Said:
    others = {"refid": "R0", "status": "Success", "amount": "9", "fee": "1", "time": NOW // 1_000}
    ours = {"refid": "R1", "status": word, "amount": "1.9965", "fee": "0.0035", "time": NOW // 1_000, "txid": "0xf"}
    return Said(200, json.dumps({"error": [], "result": [others, ours]}))


def rows(*found: dict[str, Any]) -> Said:
    return Said(200, json.dumps({"rows": found, "total": len(found)}))


def one_after_another(*answers: Said) -> Told:
    left: Iterator[Said] = iter(answers)
    return lambda _query: next(left)


def asked(server: Scripted, request: str) -> int:
    return sum(said.partition("?")[0] == request for said, _ in server.asked)


async def test_a_withdrawal_that_is_pending_at_first_is_watched_to_its_end(server: Scripted, opened: Opened) -> None:
    server.answers[STATUS] = one_after_another(
        status("Initial"), status("Pending"), Said(502, "<html>"), status("Success")
    )

    reading = await withdrawals(opened).execute(WITHDRAWAL, TO_SEND)

    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.actual_deltas == {"kraken:BaseToken:ETH": Decimal(-2)}
    assert reading.handshake.evidence.venue_ids == ("R1", "0xf")
    assert asked(server, "POST /0/private/Withdraw") == 1


async def test_a_withdrawal_that_fails_while_it_is_watched_did_nothing(server: Scripted, opened: Opened) -> None:
    server.answers[STATUS] = one_after_another(status("Pending"), status("Failure"))

    reading = await withdrawals(opened).execute(WITHDRAWAL, TO_SEND)

    assert reading.state is ReadingState.REFUSED
    assert reading.handshake.actual_deltas == {}


async def test_a_withdrawal_that_was_watched_long_enough_is_open_with_its_number_and_the_log_has_it(
    server: Scripted, opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers[STATUS] = status("Pending")

    reading = await withdrawals(opened, watch_s="0").execute(WITHDRAWAL, TO_SEND)

    assert (reading.state, reading.handshake.status) == (ReadingState.OPEN, ExecutionStatus.PENDING)
    assert reading.handshake.evidence.venue_ids == ("R1",)
    assert asked(server, f"POST {STATUS}") == 1
    assert f"kraken: withdrawal {'a' * 32} was taken as R1; watched until its end" in caplog.text


async def test_a_look_that_made_the_exchanges_clock_doubtful_takes_nothing_from_what_the_watch_saw(
    server: Scripted, opened: Opened
) -> None:
    server.answers["/0/public/Time"] = Said(502, "<html>")
    server.answers[STATUS] = one_after_another(Said(401, "<html>"), status("Success"))

    reading = await withdrawals(opened).execute(WITHDRAWAL, TO_SEND)

    assert (reading.state, reading.handshake.status) == (ReadingState.CLOSED, ExecutionStatus.CONFIRMED)
    assert reading.handshake.actual_deltas == {"kraken:BaseToken:ETH": Decimal(-2)}


async def test_closing_the_account_ends_the_watch(server: Scripted, opened: Opened) -> None:
    looked = asyncio.Event()

    def pending(_query: str) -> Said:
        looked.set()
        return status("Pending")

    server.answers[STATUS] = pending
    client = opened("kraken", kraken.ACCOUNT, "3600")
    watching = asyncio.create_task(Withdrawals(Keyed(client), AllowList()).execute(WITHDRAWAL, TO_SEND))
    await looked.wait()

    await client.aclose()

    async with asyncio.timeout(60):
        assert (await watching).state is ReadingState.OPEN


async def test_a_transfer_is_watched_through_the_silence_that_the_exchange_asks_for(
    server: Scripted, opened: Opened
) -> None:
    silence = Said(418, '{"code": -1003, "msg": "banned"}', {"Retry-After": "1"})
    server.answers[HISTORY] = one_after_another(Said(200, '{"tranId": 7}'), silence, rows(), rows(CONFIRMED))

    reading = await transfers(opened).execute(TRANSFER, TO_MOVE)

    assert reading.state is ReadingState.CLOSED
    assert reading.handshake.evidence.venue_ids == ("7",)
    assert asked(server, f"POST {HISTORY}") == 1


async def test_a_transfer_that_is_not_confirmed_in_time_is_open_with_its_number(
    server: Scripted, opened: Opened
) -> None:
    server.answers[HISTORY] = one_after_another(Said(200, '{"tranId": 7}'), rows({**CONFIRMED, "status": "PENDING"}))

    reading = await transfers(opened, watch_s="0").execute(TRANSFER, TO_MOVE)

    assert (reading.state, reading.handshake.status) == (ReadingState.OPEN, ExecutionStatus.PENDING)
    assert reading.handshake.evidence.venue_ids == ("7",)
    assert reading.handshake.actual_deltas == {}
