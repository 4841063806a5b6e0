"""Nothing that an installation keeps or says holds a key: not its logs, its events, its history or its processes."""

import contextlib
import json
import logging
from pathlib import Path

import pytest
from temporalio.client import Client

from allornone.models.group import GroupStatus
from tests.exchange.desk import BUY_BTC, SELL_ETH, Desk, options

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Traces:
    """Everything that a run can have left something in, by where it is."""

    def __init__(
        self, desk: Desk, client: Client, log: pytest.LogCaptureFixture, out: pytest.CaptureFixture[str]
    ) -> None:
        log.set_level(logging.DEBUG)
        self._desk = desk
        self._client = client
        self._log = log
        self._out = out

    async def of(self, value: str) -> list[str]:
        """Return where `value` is found."""
        history = await self._client.get_workflow_handle(self._desk.group_id).fetch_history()
        kept = {str(path): path.read_bytes() for path in self._desk.settings.data_dir.rglob("*") if path.is_file()}
        kept |= command_lines()
        kept |= {
            "history": b"".join(event.SerializeToString() for event in history.events),
            "log": self._log.text.encode(),
        }
        kept["output"] = "".join(self._out.readouterr()).encode()
        return [where for where, text in kept.items() if value.encode() in text]


@pytest.fixture
def traces(desk: Desk, client: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Traces:
    return Traces(desk, client, caplog, capfd)


async def test_lost_answers_and_unreadable_look_ups_leave_no_secret_anywhere(desk: Desk, traces: Traces) -> None:
    desk.exchange.inject(
        {"kind": "order", "behaviour": "half_body"}, {"kind": "query", "behaviour": "bad_gateway", "count": 2}
    )

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert await traces.of(desk.group_id) != []
    for held in keys(desk.exchange.credentials_file("binance")):
        assert await traces.of(held) == []


async def test_a_refused_key_leaves_no_secret_anywhere(desk: Desk, traces: Traces, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.touch(0o600)
    key, _ = keys(desk.exchange.credentials_file("binance"))
    wrong.write_text(json.dumps({"apiKey": key, "secret": "a-secret-that-signs-nothing-for-this-key"}))
    desk.options = {"binance": options(desk.exchange, credentials_file=str(wrong))}

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.FAILED
    assert "history" in await traces.of("-1022")  # what the exchange says of the signature
    for held in keys(wrong):
        assert await traces.of(held) == []


def keys(file: Path) -> tuple[str, str]:
    found = json.loads(file.read_text())
    return found["apiKey"], found["secret"]


def command_lines() -> dict[str, bytes]:
    """Return that of every process, but of those that ended meanwhile."""
    found: dict[str, bytes] = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found[str(path)] = path.read_bytes()
    return found
