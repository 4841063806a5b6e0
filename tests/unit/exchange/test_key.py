"""What exchanges tell of a key: its end, and what cannot be read."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from allornone.errors import BadSettingsError
from allornone.venues.exchange.checking import checked
from tests.unit.exchange.scripted import Said, Scripted, scripted

BINANCE, KRAKEN = "/sapi/v1/account/apiRestrictions", "/0/private/GetApiKeyInfo"
MAY: dict[str, Any] = {
    "enableReading": True,
    "enableSpotAndMarginTrading": True,
    "enableFutures": False,
    "permitsUniversalTransfer": False,
    "enableWithdrawals": False,
}
INFO: dict[str, Any] = {
    "permissions": ["query-funds", "query-open-trades", "query-closed-trades", "modify-trades", "close-trades"],
    "valid_until": "0",
}


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scripted]:
    monkeypatch.setenv("DESK_KEY", "a-key")
    monkeypatch.setenv("DESK_SECRET", "c2VjcmV0")
    async with scripted(tmp_path) as served:
        served.answers["/api/v3/time"] = Said(200, '{"serverTime": 1700000000000}')
        yield served


async def told(server: Scripted, exchange: str, account: str = "spot") -> str:
    keys = {"key_env": "DESK_KEY", "secret_env": "DESK_SECRET"}
    place = {"connect_to": server.connect_to, "ca_file": str(server.ca_file)}
    return await checked(exchange, {"exchange": exchange, "account": account, **place, **keys})


def kraken(server: Scripted, **more: object) -> None:
    server.answers[KRAKEN] = Said(200, json.dumps({"error": [], "result": {**INFO, **more}}))


async def test_an_end_that_is_to_come_is_told(server: Scripted) -> None:
    kraken(server, valid_until="4102444800")
    server.answers[BINANCE] = Said(200, json.dumps({**MAY, "tradingAuthorityExpirationTime": 4102444800000}))

    assert await told(server, "kraken") == "may read balances, read orders, trade, until 2100-01-01"
    assert await told(server, "binance") == "may read balances, read orders, trade, until 2100-01-01"


async def test_a_key_that_ended_is_refused(server: Scripted) -> None:
    kraken(server, valid_until="1700000000")
    server.answers[BINANCE] = Said(200, json.dumps({**MAY, "tradingAuthorityExpirationTime": 1700000000000}))

    for exchange in ("kraken", "binance"):
        with pytest.raises(BadSettingsError, match=f"at {exchange}: the key ended at 2023-11-14 22:13 UTC"):
            await told(server, exchange)


async def test_a_key_without_futures_is_refused_for_futures_alone(server: Scripted) -> None:
    server.answers[BINANCE] = Said(200, json.dumps(MAY))

    assert await told(server, "binance") == "may read balances, read orders, trade"
    with pytest.raises(BadSettingsError, match="the key may not trade futures, which this entry is for"):
        await told(server, "binance", "usdm")


async def test_what_cannot_be_read_is_no_reason_not_to_start(server: Scripted) -> None:
    server.answers[KRAKEN] = Said(200, '{"error": [], "result": {}}')

    assert await told(server, "kraken") == "NOT CHECKED: what the key may do cannot be read (KeyError)"
