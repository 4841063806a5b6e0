"""`allornone testexchange` in a process of its own."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from allornone.models.details import OperationType
from allornone.testexchange.serving import Served
from allornone.venues.exchange import open_venue
from allornone.venues.registry import close_venues
from tests.testexchange.conftest import client

PATIENCE_S = 60


@asynccontextmanager
async def running(folder: Path, *exchanges: str) -> AsyncGenerator[tuple[asyncio.subprocess.Process, Any]]:
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("allornone"),
        "testexchange",
        *exchanges,
        "--folder",
        folder / "books",
        "--ready-file",
        ready,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not ready.exists():
                assert process.returncode is None
                await asyncio.sleep(0.05)
        yield process, json.loads(ready.read_text())
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE_S)


def seen(folder: Path, told: Any) -> Served:
    """What a client needs of exchanges that another process serves."""
    served = object.__new__(Served)
    for name, value in {
        "folder": folder / "books",
        "port": int(told["connect_to"].split(":")[1]),
        "ca_file": Path(told["ca_file"]),
    }.items():
        object.__setattr__(served, name, value)
    return served


def secret_of(credentials_file: str) -> str:
    return str(json.loads(Path(credentials_file).read_text())["secret"])


async def test_it_prints_the_settings_by_which_a_worker_trades_there(tmp_path: Path) -> None:
    async with running(tmp_path, "binance", "kraken") as (process, told):
        assert process.stdout is not None
        lines = [(await process.stdout.readline()).decode() for _ in range(5)]

    assert lines[0].startswith(f"binance, kraken on {told['connect_to']} (TLS)")
    settings = json.loads(lines[4].removeprefix("export ALLORNONE_VENUES='").removesuffix("'\n"))
    assert settings == told["venues"]
    assert set(settings) == {"binance", "binance.usdm", "binance.deposits", "kraken", "kraken.deposits"}
    assert secret_of(settings["binance"]["credentials_file"]) not in "".join(lines)


async def test_the_way_in_of_each_exchange_is_printed_with_a_key_that_only_looks(tmp_path: Path) -> None:
    async with running(tmp_path, "binance", "coinbase", "kraken") as (_, told):
        entries = {name: entry for name, entry in told["venues"].items() if entry["account"] == "deposits"}

        assert set(entries) == {"binance.deposits", "coinbase.deposits", "kraken.deposits"}
        for name, entry in entries.items():
            assert Path(entry["credentials_file"]).name == f"{entry['exchange']}-desk-readonly.json"
            given = {key: value for key, value in entry.items() if key != "adapter"}
            venue = open_venue(name, {**given, "data_dir": str(tmp_path / "desk")})
            try:
                assert list(venue.capabilities.operations) == [OperationType.TRANSFER]
            finally:
                await close_venues([venue])


async def test_a_process_that_is_killed_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    async with running(tmp_path, "binance") as (process, told):
        async with client(seen(tmp_path, told)) as binance:
            await binance.create_order("BTC/USDT", "market", "buy", "0.5")
        process.kill()
        await process.wait()

    async with running(tmp_path, "binance") as (_, told), aiohttp.ClientSession(told["control_url"]) as control:
        async with control.get("/v1/binance/books") as answer:
            assert [order["filled"] for order in (await answer.json())["orders"]] == ["0.5"]
        async with control.get("/v1/binance/problems") as answer:
            assert await answer.json() == []


async def test_it_stops_at_sigterm(tmp_path: Path) -> None:
    async with running(tmp_path, "binance") as (process, _):
        process.terminate()

        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0


async def test_an_exchange_that_there_is_none_of_is_refused(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("allornone"),
        "testexchange",
        "ftx",
        cwd=tmp_path,
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await asyncio.wait_for(process.communicate(), PATIENCE_S)

    assert (process.returncode, b"no test exchange 'ftx'" in error) == (2, True)
