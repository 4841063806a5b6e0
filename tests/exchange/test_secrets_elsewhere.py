"""Kraken's secret and Coinbase's private key are nowhere but in their files, in whatever way they are written."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.models.group import GroupStatus
from allornone.testexchange.coinbase.keys import coinbase_key
from allornone.testexchange.keys import credentials_path, key_of
from allornone.testexchange.serving import Served, serving
from tests.exchange.desk import Desk, options
from tests.exchange.test_groups_of_two_exchanges import BUY_BTC, NAMES, SELL_ETH
from tests.exchange.test_secrets import Traces, keys

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEGS = {"kraken": SELL_ETH, "coinbase": BUY_BTC}


@pytest_asyncio.fixture(loop_scope="session")
async def exchanges(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", NAMES) as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchanges: Served) -> Desk:
    opened = Desk(tmp_path / "desk", client, task_queue, exchanges)
    opened.options = {name: account(exchanges, name, exchanges.credentials_file(name)) for name in NAMES}
    return opened


@pytest.fixture
def traces(desk: Desk, client: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Traces:
    return Traces(desk, client, caplog, capfd)


async def test_lost_answers_and_unreadable_look_ups_leave_no_secret_anywhere(desk: Desk, traces: Traces) -> None:
    desk.exchange.inject(
        {"kind": "order", "behaviour": "half_body", "count": 2},
        {"kind": "query", "behaviour": "bad_gateway", "count": 2},
    )

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    for name in NAMES:
        assert await found(traces, desk.exchange.credentials_file(name)) == []


@pytest.mark.parametrize(("name", "says"), [("kraken", "EAPI:Invalid"), ("coinbase", "unauthorized")])
async def test_a_refused_key_leaves_no_secret_anywhere(
    desk: Desk, traces: Traces, tmp_path: Path, name: str, says: str
) -> None:
    (made := tmp_path / "others").mkdir()
    coinbase_key(made, "desk") if name == "coinbase" else key_of(made, name, "desk")
    wrong = credentials_path(made, name, "desk")
    desk.options = {name: account(desk.exchange, name, wrong)}

    result = await desk.run(desk.plan({**LEGS[name], "timeout_s": "3"}))

    assert result.status is GroupStatus.FAILED
    assert "history" in await traces.of(says)
    assert await found(traces, wrong) == []


async def test_a_secret_would_be_found_however_it_is_written(desk: Desk, traces: Traces) -> None:
    file = desk.exchange.credentials_file("coinbase")
    _, pem = keys(file)
    await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    for number, text in enumerate((pem, json.dumps(pem), repr(pem), json.dumps({"told": json.dumps(pem)}))):
        (desk.settings.data_dir / f"leaked-{number}").write_text(text)

    assert {Path(where).name for where in await found(traces, file)} == {f"leaked-{number}" for number in range(4)}


def account(served: Served, name: str, credentials: Path) -> dict[str, str]:
    return {**options(served), "exchange": name, "credentials_file": str(credentials)}


async def found(traces: Traces, file: Path) -> list[str]:
    """Return where any part of a key is found that tells it: a private key's lines are so in any way of escaping it."""
    key, secret = keys(file)
    parts = [line for line in secret.splitlines() if len(line) > 30 and not line.startswith("-")]
    return [where for part in (key.rpartition("/")[2], *parts) for where in await traces.of(part)]
