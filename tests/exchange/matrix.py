"""Every cell of the table side by side: an exchange for each fault, a group for each write, one production worker."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from allornone.client.start import start
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.models.commands import Command, ResolveCommand, ResolvedOutcome, RetryCommand
from allornone.models.group import ENDS, AtomicGroup
from allornone.models.operation import OperationCommand
from allornone.models.result import GroupResult, GroupView
from allornone.settings import Settings
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import WithdrawalState
from allornone.testexchange.serving import Served
from allornone.venues import Venue
from allornone.venues.exchange import open_venue
from allornone.venues.paper import PaperWorld
from allornone.venues.registry import close_venues
from allornone_verify import ExchangeFile, Report, Request, examine
from tests.exchange.asking import LOOK_AGAIN_S, Handle, needs_operator, told, view_of
from tests.exchange.cells import RESOLVE_SOON, SITES, TABLES, TRIES_S, rules, write_of
from tests.exchange.sites import accounts, engine, everything, named, served
from tests.exchange.table.cell import Cell
from worker.build import build_worker

PATIENCE_S = 1_800
"""For the groups of one exchange: on a machine that does other work they take long."""
AT_ONCE = {"coinbase": 12}
"""Venues side by side. ccxt signs a call of Coinbase's in 0.1 s of this one process, which the exchanges share."""
STANDS_S = 10
PAST_EVERY_WINDOW_MS = 300_000
"""Longer than the send window and any settle time: an exchange whose clock is so far on takes nothing sent before."""

Books = dict[str, Decimal]
"""By `wallet:asset`; a contract's position is an asset of its wallet."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one cell. `shown` is what its handshakes say that changed, fees and undos included."""

    result: GroupResult
    shown: Books
    blocked: bool


class Matrix:
    """One desk with a venue for each fault at each exchange. Its worker lives as long as `opened`."""

    def __init__(self, client: Client, settings: Settings, exchanges: dict[str, Served]) -> None:
        self.exchanges = exchanges
        self.ended: dict[str, Ended] = {}
        self.unfinished: dict[str, str] = {}
        self._client = client
        self._settings = settings
        self._opening = {site: everything(engine(each)) for site, each in exchanges.items()}

    @property
    def names(self) -> set[str]:
        """The exchanges that are served."""
        return {name for each in self.exchanges.values() for name in each.engines}

    def moved(self, cell: Cell) -> Books:
        """Return what the exchange's own books say that a cell's write changed: no other there moves its assets."""
        now, before = everything(engine(self.exchanges[cell.site])), self._opening[cell.site]
        changed = {key: now.get(key, Decimal(0)) - before.get(key, Decimal(0)) for key in now.keys() | before.keys()}
        return {key: amount for key, amount in changed.items() if amount and key in write_of(cell).keys}

    def effects(self, cell: Cell) -> Counter[str]:
        """Return how often each client id took effect; a transfer has none and counts by its number."""
        books = engine(self.exchanges[cell.site]).books
        symbol = write_of(cell).symbol
        if symbol:
            return Counter(each.client_id for each in books.orders.values() if each.symbol == symbol and each.filled)
        if cell.write == "transfer":
            return Counter(str(each.transfer_id) for each in books.transfers)
        gone = (WithdrawalState.FAILED, WithdrawalState.CANCELED)
        return Counter(named(each) for each in books.withdrawals.values() if each.state not in gone)

    async def run(self, site: str) -> None:
        """Run the groups of one venue. What the server does not answer as it should is told of them, and no others."""
        try:
            await self._run(site)
        except RPCError as problem:
            self.unfinished |= {cell.name: str(problem) for cell in SITES[site] if cell.name not in self.ended}

    async def _run(self, site: str) -> None:
        """Run first those that end by themselves, then what waits for a person."""
        exchange = self.exchanges[site]
        groups = [(cell, await start(self._client, self._settings.task_queue, _plan(cell))) for cell in SITES[site]]
        for cell, handle in groups:
            if not cell.blocked:
                await self._end(cell, handle, blocked=False)
        waiting = [(cell, handle) for cell, handle in groups if cell.blocked]
        asked_for = [await needs_operator(handle) for _, handle in waiting]
        await exchange.no_more_late()
        _let_go(engine(exchange))
        exchange.store.commit()
        for (cell, handle), blocked in zip(waiting, asked_for, strict=True):
            exchange.clock.offset_ms = PAST_EVERY_WINDOW_MS
            await self._settle(cell, handle)
            exchange.clock.offset_ms = 0
            await self._end(cell, handle, blocked=blocked)

    async def examined(self) -> Report:
        """Let the checker hold every exchange's books, the one log and the histories against each other."""
        books = tuple(
            ExchangeFile(exchange.folder / "testexchange.db", site) for site, exchange in self.exchanges.items()
        )
        # What was settled by an operator happened while its exchange's clock was ahead.
        skew_s = 2 * PAST_EVERY_WINDOW_MS / 1_000
        return await examine(Request(self._settings.log_dir, (), self._client, skew_s=skew_s, exchanges=books))

    def sites(self, exchange: str) -> list[str]:
        """Return the venues of one exchange's cells."""
        return [site for site in self.exchanges if SITES[site][0].exchange == exchange]

    async def note_unfinished(self, exchange: str) -> None:
        """Note how each group of an exchange stands that has not ended."""
        for cell in (cell for site in self.sites(exchange) for cell in SITES[site]):
            if cell.name not in self.ended:
                self.unfinished[cell.name] = await self._stands(cell)

    async def _stands(self, cell: Cell) -> str:
        try:
            async with asyncio.timeout(STANDS_S):
                view = await view_of(self._client.get_workflow_handle(_group_id(cell)))
        except TimeoutError:
            return "does not answer"
        return f"{view.status}: {view.operations[0].note}"

    async def _end(self, cell: Cell, handle: Handle, *, blocked: bool) -> None:
        result = await handle.result()
        self.ended[cell.name] = Ended(result, _shown(result), blocked)

    async def _settle(self, cell: Cell, handle: Handle) -> None:
        """Say what the books say, until the group takes it: an operator who has the exchange's own list."""
        while True:
            view = await view_of(handle)
            if view.status in ENDS:
                return
            if view.operations[0].client_ref is None:  # it waits before its next reference: nothing to say a word of
                await asyncio.sleep(LOOK_AGAIN_S)
                continue
            if await told(handle, self._word(cell, view)):
                return
            await told(handle, RetryCommand(actor="ann", client_ref=view.operations[0].client_ref or ""))
            await asyncio.sleep(LOOK_AGAIN_S)

    def _word(self, cell: Cell, view: GroupView) -> Command:
        moved, client_ref = self.moved(cell), view.operations[0].client_ref
        if not moved:
            return ResolveCommand(actor="ann", outcome=ResolvedOutcome.FAILED, client_ref=client_ref)
        deltas = {f"{_venue(cell.site, key)}:{key.partition(':')[2]}": amount for key, amount in moved.items()}
        return ResolveCommand(
            actor="ann", outcome=ResolvedOutcome.CONFIRMED, client_ref=client_ref, actual_deltas=deltas
        )


@asynccontextmanager
async def opened(folder: Path, client: Client, task_queue: str, sites: Iterable[str]) -> AsyncGenerator[Matrix]:
    """Serve an exchange for each venue, open its accounts as the settings would, and work."""
    settings = Settings(data_dir=folder / "desk", task_queue=task_queue, max_concurrent_activities=400)
    world = PaperWorld()
    venues: dict[str, Venue] = {"wallet": world.venue("wallet")}
    async with AsyncExitStack() as stack:
        exchanges = {site: await stack.enter_async_context(served(folder, site)) for site in sites}
        for site, exchange in exchanges.items():
            engine(exchange).moving.withdrawal_ms = 0  # as soon as somebody looks
            exchange.inject(*rules(site))
            venues |= {name: open_venue(name, given) for name, given in accounts(site, exchange).items()}
        stack.callback(world.close)
        stack.push_async_callback(close_venues, venues.values())
        async with build_worker(client, settings, venues, JsonlEventLog(settings.log_dir)):
            yield Matrix(client, settings, exchanges)


async def run_all(matrix: Matrix) -> None:
    """Run every cell, and note how those stand that do not end.

    One exchange after the other: the venues of one are what a process and a server keep up with.
    """
    for exchange in TABLES:
        room = asyncio.Semaphore(AT_ONCE.get(exchange, len(SITES)))
        try:
            async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
                for site in matrix.sites(exchange):
                    tasks.create_task(_runs(matrix, site, room))
        except TimeoutError:
            await matrix.note_unfinished(exchange)


async def _runs(matrix: Matrix, site: str, room: asyncio.Semaphore) -> None:
    async with room:
        await matrix.run(site)


def _group_id(cell: Cell) -> str:
    return f"matrix-{cell.name}"


def _plan(cell: Cell) -> AtomicGroup:
    operation = json.loads(json.dumps(write_of(cell).leg).replace("{}", cell.site))
    operation["timeout_s"] = "1" if cell.fault.startswith("stuck") else TRIES_S
    return AtomicGroup.model_validate(
        {
            "atomic_group_id": _group_id(cell),
            "operations": [OperationCommand.model_validate(operation)],
            "policy": RESOLVE_SOON if cell.blocked else {},
        }
    )


def _shown(result: GroupResult) -> Books:
    """Add up what the handshakes say, by the exchange's own names."""
    shown: Books = {}
    for operation in result.operations:
        for handshake in (*operation.handshakes, *operation.undo_handshakes):
            for key, amount in handshake.actual_deltas.items():
                venue, _, token = key.partition(":")
                place = f"{'usdm' if venue.endswith('.usdm') else 'spot'}:{token.rpartition(':')[2]}"
                shown[place] = shown.get(place, Decimal(0)) + amount
    return {place: amount for place, amount in shown.items() if amount}


def _venue(site: str, key: str) -> str:
    return f"{site}.usdm" if key.startswith("usdm:") else site


def _let_go(engine: Engine) -> None:
    """Let the exchange's people approve what is stuck."""
    for withdrawal in engine.books.withdrawals.values():
        if withdrawal.open:
            engine.moving.end_withdrawal(withdrawal, WithdrawalState.COMPLETED)
