import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from allornone.errors import BadGroupError, NotSentError, VenueUnavailableError
from allornone.venues.paper import (
    PAPER_VENUES,
    PaperServer,
    PaperVenue,
    PaperWorld,
    RemotePaperVenue,
    open_venue,
)
from allornone.venues.reading import ReadingState
from tests.unit.paper.world import buy, world

SERVE = """
import sys
from pathlib import Path
from allornone.venues.paper import run_paper

data_dir = Path(sys.argv[1])
run_paper(data_dir, "127.0.0.1", 0, data_dir / "ready.json")
"""


@asynccontextmanager
async def serving(paper: PaperWorld) -> AsyncGenerator[str]:
    server = PaperServer(paper)
    yield await server.start("127.0.0.1", 0)
    await server.stop()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (a ledger tells nobody)
            await asyncio.sleep(0.01)


async def called(method: str, url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.request(method, url) as response:
        return await response.json()


async def test_an_operator_fills_an_open_order(tmp_path: Path) -> None:
    paper = world(tmp_path, faults="- {behaviour: open}")
    async with serving(paper) as url:
        venue = RemotePaperVenue("binance", url)
        await venue.execute(buy("1"), await venue.prepare(buy("1")))
        (order,) = await called("GET", f"{url}/v1/orders?state=open")

        filled = await called("POST", f"{url}/v1/orders/{order['order_id']}/fill")

        assert (order["filled"], filled["filled"], filled["state"]) == ("0.5", "1", "closed")
        await venue.aclose()


async def test_an_operator_cancels_an_open_order_once(tmp_path: Path) -> None:
    paper = world(tmp_path, faults="- {behaviour: open}")
    async with serving(paper) as url:
        venue = RemotePaperVenue("binance", url)
        await venue.execute(buy("1"), await venue.prepare(buy("1")))

        first = await called("POST", f"{url}/v1/orders/1/cancel")
        second = await called("POST", f"{url}/v1/orders/1/cancel")

        assert first["state"] == "cancelled"
        assert second["message"] == "paper order 1 must be open, was cancelled"
        await venue.aclose()


async def test_the_totals_of_a_group_are_served(tmp_path: Path) -> None:
    async with serving(world(tmp_path)) as url:
        venue = RemotePaperVenue("binance", url)
        await venue.execute(buy("1"), await venue.prepare(buy("1")))

        totals = await called("GET", f"{url}/v1/totals?group=group-1")

        assert totals == {"binance:BaseToken:ETH": "1", "binance:BaseToken:USDT": "-3003"}
        assert await called("GET", f"{url}/v1/totals?group=another") == {}
        await venue.aclose()


async def test_a_client_undoes_at_the_servers_quotes(tmp_path: Path) -> None:
    async with serving(world(tmp_path, "prices: {ETH/USDT: 2000}")) as url:
        venue = RemotePaperVenue("binance", url)
        reading = await venue.execute(buy("1"), await venue.prepare(buy("1")))

        (step,) = venue.inverse(buy("1"), reading.handshake).steps

        assert step.expected_deltas["binance:BaseToken:USDT"] == 2000
        await venue.aclose()


async def test_a_late_order_acts_although_nobody_asks(tmp_path: Path) -> None:
    (tmp_path / "paper-faults.yaml").write_text("- {behaviour: late, delay_s: 0.05}")
    paper = PaperWorld(tmp_path)
    asked = buy("1").model_copy(update={"not_after": buy("1").not_after.replace(year=2100)})
    async with serving(paper) as url:
        venue = RemotePaperVenue("binance", url, timeout_s=0.2)
        with pytest.raises(TimeoutError):
            await venue.execute(asked, await venue.prepare(asked))

        await until(lambda: bool(paper.ledger.effects()))
        await venue.aclose()


async def test_without_a_server_nothing_was_sent_and_nothing_can_be_asked(tmp_path: Path) -> None:
    async with serving(world(tmp_path)) as url:
        venue = RemotePaperVenue("binance", url)
        prepared = await venue.prepare(buy("1"))
        await venue.aclose()

    with pytest.raises(NotSentError):
        await venue.execute(buy("1"), prepared)
    with pytest.raises(VenueUnavailableError):
        await venue.lookup(buy("1"), prepared)
    await venue.aclose()


async def test_a_server_of_its_own_process_serves_until_sigterm_and_keeps_its_ledger(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, tmp_path, stdout=PIPE)
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    venue = open_venue("binance", {"url": url})
    asked = buy("1").model_copy(update={"not_after": buy("1").not_after.replace(year=2100)})
    reading = await venue.execute(asked, await venue.prepare(asked))

    process.send_signal(signal.SIGTERM)

    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert json.loads((tmp_path / "ready.json").read_text()) == {"url": url, "pid": process.pid}
    assert reading.state is ReadingState.CLOSED
    assert PaperWorld(tmp_path).ledger.totals() == reading.handshake.actual_deltas
    assert isinstance(venue, RemotePaperVenue)
    await venue.aclose()


def test_the_entry_point_opens_every_paper_venue(tmp_path: Path) -> None:
    (entry,) = entry_points(group="allornone.venues", name="paper")

    opened = [entry.load()(name, {"data_dir": str(tmp_path)}) for name in PAPER_VENUES]

    assert [venue.name for venue in opened] == list(PAPER_VENUES)
    assert all(isinstance(venue, PaperVenue) for venue in opened)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("nasdaq", {"data_dir": "."}, "no paper venue 'nasdaq'"),
        ("binance", {}, "needs the setting 'url' or 'data_dir'"),
    ],
    ids=["unknown", "nowhere"],
)
def test_a_venue_that_cannot_be_opened_says_why(name: str, settings: dict[str, str], message: str) -> None:
    with pytest.raises(BadGroupError, match=message):
        open_venue(name, settings)
