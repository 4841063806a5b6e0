"""A desk at the test exchange: the production worker, the adapter as settings open it, a group's way through."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle

from allornone.client.start import start
from allornone.eventlog import OperationExecutionEvent
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.reader import EventReader
from allornone.models.group import AtomicGroup
from allornone.models.result import GroupResult, GroupView
from allornone.settings import Settings
from allornone.testexchange.engine.order import Order
from allornone.testexchange.serving import ACCOUNT, Served
from allornone.venues import Venue
from allornone.venues.exchange import open_venue
from allornone.venues.paper import PaperWorld
from allornone.venues.registry import close_venues
from tests.plans import leg
from tests.verified import verify_now
from worker.build import build_worker

PATIENCE_S = 60

SELL_ETH = leg(
    "sell-eth",
    "spot_trade",
    "binance>binance",
    "ETH>USDT",
    {"binance:ETH": "-1", "binance:USDT": "2000"},
    pair="ETH/USDT",
    side="sell",
)
BUY_BTC = leg(
    "buy-btc",
    "spot_trade",
    "binance>binance",
    "USDT>BTC",
    {"binance:BTC": "0.02", "binance:USDT": "-1000"},
    pair="BTC/USDT",
    side="buy",
    amount="0.02",
)
SHORT_ETH = leg(
    "short-eth",
    "perp_trade",
    "binance.usdm>binance.usdm",
    "USDT>ETHUSDT",
    {"binance.usdm:ETHUSDT": "-1"},
    pair="ETH/USDT",
    side="sell",
)
CLOSE_ETH = leg(
    "close-eth",
    "perp_trade",
    "binance.usdm>binance.usdm",
    "USDT>ETHUSDT",
    {"binance.usdm:ETHUSDT": "1"},
    pair="ETH/USDT",
    side="buy",
    reduce_only=True,
)
TO_MARGIN = leg(
    "to-margin",
    "transfer",
    "binance>binance.usdm",
    "USDT>USDT",
    {"binance:USDT": "-1000", "binance.usdm:USDT": "1000"},
    amount="1000",
)
SEND_OUT = leg(
    "send-out",
    "withdraw",
    "binance>wallet",
    "ETH>ETH",
    {"binance:ETH": "-1"},
    address="0x00000000000000000000000000000000000000aa",
    network="ETH",
)
TOO_MUCH = leg(
    "too-much",
    "spot_trade",
    "binance>binance",
    "BTC>USDT",
    {"binance:BTC": "-7", "binance:USDT": "350000"},
    pair="BTC/USDT",
    side="sell",
    amount="7",
)
"""More than the account has: the exchange refuses it."""


def options(exchange: Served, account: str = "spot", **more: str) -> dict[str, str]:
    """Return what the settings say of an account at the test exchange."""
    return {
        "exchange": "binance",
        "account": account,
        "connect_to": exchange.connect_to,
        "ca_file": str(exchange.ca_file),
        "credentials_file": str(exchange.credentials_file("binance")),
        "timeout_s": "3",
        **more,
    }


def listed(folder: Path) -> Path:
    """Return a file that lists the one address that these tests withdraw to."""
    path = folder / "addresses.json"
    path.write_text(json.dumps([{"asset": "ETH", "network": "ETH", "address": f"0x{'00' * 19}aa"}]))
    return path


class Desk:
    """One installation whose only venues are accounts at the test exchange."""

    def __init__(self, folder: Path, client: Client, task_queue: str, exchange: Served) -> None:
        self.settings = Settings(data_dir=folder, task_queue=task_queue)
        self.client = client
        self.exchange = exchange
        self.group_id = f"group-{task_queue}"
        self.broken: frozenset[str] = frozenset()
        """What the checker has to find: what a test's exchange did wrong."""
        self.options = {
            "binance": options(exchange, addresses=str(listed(exchange.folder))),
            "binance.usdm": options(exchange, "usdm"),
        }

    def plan(self, *legs: dict[str, Any], **more: Any) -> AtomicGroup:
        """Return this desk's one group."""
        return AtomicGroup.model_validate({"atomic_group_id": self.group_id, "operations": list(legs), **more})

    async def run(self, plan: AtomicGroup) -> GroupResult:
        """Run a group to its end by a worker that lives as long."""
        async with self.working():
            handle = await self.begin(plan)
            async with asyncio.timeout(PATIENCE_S):
                return await handle.result()

    async def begin(self, plan: AtomicGroup) -> WorkflowHandle[Any, GroupResult]:
        """Start a group, for whoever follows it."""
        return await start(self.client, self.settings.task_queue, plan)

    async def run_until_blocked(self, plan: AtomicGroup) -> GroupView:
        """Run a group until it needs an operator."""
        async with self.working():
            handle = await self.begin(plan)
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    view: GroupView = await handle.query("status", result_type=GroupView)
                    if view.needs_operator:
                        return view
                    await asyncio.sleep(0.1)

    @asynccontextmanager
    async def working(self) -> AsyncGenerator[None]:
        """Have a worker meanwhile."""
        venues: dict[str, Venue] = {name: open_venue(name, given) for name, given in self.options.items()}
        world = PaperWorld()
        venues["wallet"] = world.venue("wallet")  # where withdrawals go to: a plan names known venues only
        log = JsonlEventLog(self.settings.log_dir)
        try:
            async with build_worker(self.client, self.settings, venues, log):
                yield
        finally:
            await close_venues(venues.values())
            world.close()

    @property
    def books(self) -> Path:
        """The file that the exchange keeps its books in."""
        return self.exchange.folder / "testexchange.db"

    def check(self) -> None:
        """Let the checker hold the exchange's books, the log and the history against each other."""
        if (self.settings.log_dir / "events").is_dir():
            verify_now(self.settings.data_dir, self.client.service_client.config.target_host, self.broken, [self.books])

    def told(self) -> list[str]:
        """Return what the log says went wrong."""
        return [
            event.error_message
            for event in EventReader(self.settings.log_dir).events()
            if isinstance(event, OperationExecutionEvent) and event.error_message is not None
        ]

    def balance(self, asset: str, wallet: str = "spot") -> Decimal:
        """Return what the exchange's own books say that the account has."""
        return self.exchange.engines["binance"].ledger.total(ACCOUNT, wallet, asset)

    def orders(self) -> list[Order]:
        """Return every order that the exchange ever accepted."""
        return list(self.exchange.engines["binance"].books.orders.values())


def desk_at(folder: Path, client: Client, task_queue: str, exchange: Served, *names: str) -> Desk:
    """Return a desk with the spot account of each of these exchanges."""
    opened = Desk(folder, client, task_queue, exchange)
    opened.options = {
        name: {**options(exchange), "exchange": name, "credentials_file": str(exchange.credentials_file(name))}
        for name in names
    }
    return opened
