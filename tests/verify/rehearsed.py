"""An installation with legs at test exchanges and on paper, made once; and a hand that changes the exchange's books."""

import json
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from temporalio.client import Client

from allornone.client.start import start
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.settings import Settings
from allornone.testexchange.kraken.world import NAMED_ADDRESS
from allornone.testexchange.serving import ACCOUNT, Served, serving
from allornone.venues import Venue
from allornone.venues.exchange import open_venue
from allornone.venues.paper import PaperWorld
from allornone.venues.registry import close_venues
from allornone_verify import ExchangeFile, Report, Request, examine
from tests.exchange.desk import BUY_BTC, CLOSE_ETH, SELL_ETH, SEND_OUT, SHORT_ETH, TO_MARGIN, TOO_MUCH, options
from tests.plans import STAKE, Leg, leg
from tests.verified import SKEW_S
from worker.build import build_worker

NAMES = ("binance", "kraken", "coinbase")
BOOKS = "testexchange.db"


def at(exchange: str, operation: Leg) -> Leg:
    """Return an operation at another exchange."""
    moved: Leg = json.loads(json.dumps(operation).replace("binance", exchange))
    return moved


def leaving(exchange: str, network: str, address: str) -> Leg:
    """Return a withdrawal of 2 ETH."""
    details = {"amount": "2", "address": address, "network": network}
    return leg(f"from-{exchange}", "withdraw", f"{exchange}>wallet", "ETH>ETH", {f"{exchange}:ETH": "-2"}, **details)


COMES = "0x" + "ab" * 32
COMING = leg("comes", "transfer", "binance.deposits>binance", "ETH>ETH", {"binance:ETH": "3"}, amount="3", memo=COMES)
GROUPS: dict[str, tuple[GroupStatus, Sequence[Leg]]] = {
    "done": (GroupStatus.COMPLETED, (SELL_ETH, BUY_BTC)),
    "undone": (GroupStatus.ROLLED_BACK, (SELL_ETH, TOO_MUCH)),
    "opened": (GroupStatus.COMPLETED, (SHORT_ETH,)),
    "closed": (GroupStatus.COMPLETED, (CLOSE_ETH,)),
    "moved": (GroupStatus.COMPLETED, (TO_MARGIN,)),
    "left": (GroupStatus.COMPLETED, (SEND_OUT,)),
    "mixed": (GroupStatus.COMPLETED, (STAKE, BUY_BTC)),
    "elsewhere": (GroupStatus.COMPLETED, (at("kraken", SELL_ETH), at("coinbase", BUY_BTC))),
    "come": (GroupStatus.COMPLETED, (COMING,)),
    "gone": (
        GroupStatus.COMPLETED,
        (leaving("kraken", "Ethereum", NAMED_ADDRESS), leaving("coinbase", "ethereum", NAMED_ADDRESS)),
    ),
}
"""One after the other, so that each row of the books has a number that is known: orders 1 and 2, 3 and 4, 5, 6, 7."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A data folder `desk` and the exchange's books beside it."""

    folder: Path

    @property
    def desk(self) -> Path:
        """The data folder."""
        return self.folder / "desk"

    @property
    def books(self) -> Path:
        """The exchanges' file."""
        return self.folder / "exchange" / BOOKS

    def copied(self, folder: Path) -> "Rehearsed":
        """Return a copy that may be spoilt."""
        shutil.copytree(self.desk, folder / "desk")
        (folder / "exchange").mkdir()
        shutil.copy(self.books, folder / "exchange" / BOOKS)
        return Rehearsed(folder)

    def sql(self, *statements: str, file: Path | None = None) -> "Rehearsed":
        """Change the exchange's books, or another file."""
        with sqlite3.connect(file or self.books) as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount, statement
        connection.close()
        return self

    def again(self, table: str, where: str, **values: str) -> "Rehearsed":
        """Write one row a second time, with other values in some columns."""
        with sqlite3.connect(self.books) as connection:
            columns = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
            told = ", ".join(values.get(name, name) for name in columns)
            connection.execute(f"INSERT INTO {table} SELECT {told} FROM {table} WHERE {where}")  # noqa: S608 (a test's)
        connection.close()
        return self

    async def report(self, *, paper: bool = True, books: bool = True, client: Client | None = None) -> Report:
        """Check it."""
        papers = (self.desk / "paper.db",) if paper else ()
        exchanges = (ExchangeFile(self.books),) if books else ()
        return await examine(Request(self.desk / "logs", papers, client, skew_s=SKEW_S, exchanges=exchanges))


async def rehearse(folder: Path, client: Client, task_queue: str) -> Rehearsed:
    """Run every group, with a payment of funding, a deposit and a fee in a third asset in between."""
    made = Rehearsed(folder)
    async with serving(made.books.parent, NAMES) as exchange:
        engine = exchange.engines["binance"]
        for each in exchange.engines.values():
            each.moving.withdrawal_ms = each.moving.deposit_ms = 0  # as soon as somebody looks
        async with _working(made, client, task_queue, exchange) as settings:
            for name, (status, legs) in GROUPS.items():
                if name == "undone":
                    engine.pays_third.add(ACCOUNT)
                if name == "closed":
                    engine.perpetuals.fund(engine.markets["ETHUSDT.P"], Decimal("0.01"))
                    engine.moving.arrive(ACCOUNT, "ETH", Decimal(3), tx_id=COMES)
                plan = AtomicGroup.model_validate({"atomic_group_id": f"{task_queue}-{name}", "operations": list(legs)})
                result = await (await start(client, settings.task_queue, plan)).result()
                assert result.status is status, result.reason
    return made


@asynccontextmanager
async def _working(made: Rehearsed, client: Client, task_queue: str, exchange: Served) -> AsyncGenerator[Settings]:
    settings = Settings(data_dir=made.desk, task_queue=task_queue)
    world = PaperWorld(made.desk)
    listed = _listed(made.folder)
    venues: dict[str, Venue] = {name: world.venue(name) for name in ("wallet", "lido")}
    for name in NAMES:
        venues[name] = open_venue(name, _options(exchange, name, addresses=listed))
    way_in = options(exchange, "deposits", data_dir=str(made.desk))
    venues["binance.deposits"] = open_venue("binance.deposits", way_in)
    venues["binance.usdm"] = open_venue("binance.usdm", options(exchange, "usdm"))
    try:
        async with build_worker(client, settings, venues, JsonlEventLog(settings.log_dir)):
            yield settings
    finally:
        await close_venues(venues.values())
        world.close()


def _options(exchange: Served, name: str, **more: Any) -> dict[str, str]:
    own = {"exchange": name, "credentials_file": str(exchange.credentials_file(name))}
    return {**options(exchange), **own, **more}


def _listed(folder: Path) -> str:
    path = folder / "addresses.json"
    ways = (("ETH", f"0x{'00' * 19}aa"), ("Ethereum", NAMED_ADDRESS), ("ethereum", NAMED_ADDRESS))
    rows = [{"asset": "ETH", "network": network, "address": address} for network, address in ways]
    rows[1]["key"] = "desk-wallet"
    path.write_text(json.dumps(rows))
    return str(path)
