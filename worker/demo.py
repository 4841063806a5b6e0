"""`demo`: the examples on the embedded server, with what can go wrong going wrong on purpose."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from rich.console import Console
from temporalio.client import Client

from allornone.cli import exits
from allornone.cli.session import INTERRUPTED, finish, say
from allornone.cli.tables import PIPE_WIDTH
from allornone.client.address import ServerAddress, with_running_paper
from allornone.client.connect import connect
from allornone.client.groups import GroupClient
from allornone.errors import BadSettingsError, NoServerError
from allornone.settings import Settings, load_settings
from allornone.venues.registry import close_venues, open_venues
from worker.demo_operator import Operator
from worker.demo_play import play
from worker.demo_scenes import examples_folder
from worker.demo_table import print_rows
from worker.embedded import embedded
from worker.filelock import take
from worker.keeper import keep
from worker.life import STOP_SIGNALS, work
from worker.namespace import keep_closed_groups

LOCK = "demo.lock"
GO_ON = "stopped; open groups go on at the next `allornone demo` or `allornone dev`"

T = TypeVar("T")


def demo(*, stay: bool) -> None:
    """Run the examples, and say how each ended. `stay` leaves everything up afterwards."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)
    finish(_demo(stay=stay), interrupted=GO_ON)


async def _demo(*, stay: bool) -> int:
    examples, settings = examples_folder(), _on_paper(load_settings())
    say("starting Temporal's server and the paper venues, or finding those that run")
    with _alone(settings), embedded(settings) as address:
        settings = with_running_paper(settings)
        client = await connect(settings, embedded_only=True)
        await keep_closed_groups(client)
        say(f"UI {address.ui_url}, venues {settings.paper_url}, events {settings.log_dir / 'events'}")
        async with _at_work(client, settings, address) as working, _groups(client, settings) as groups:
            operator = Operator(groups, settings.paper_url or "", _talk())
            rows = await _unless_stopped(working, play(groups, operator, settings, examples))
            if rows is None:
                say(GO_ON)
                return INTERRUPTED
            print_rows(rows, address)
            await _stay(working, address, stay=stay)
        return exits.FINE if all(row.is_right for row in rows) else exits.UNDONE


def _on_paper(settings: Settings) -> Settings:
    """Return settings with nothing but paper venues, and all of them.

    Raises BadSettingsError where other venues are configured: a worker that knows them may run meanwhile, and
    it would take the demo's groups to them.
    """
    others = [name for name, venue in settings.venues.items() if venue.adapter != "paper"]
    if others:
        raise BadSettingsError(
            f"ALLORNONE_VENUES has {', '.join(others)}, and the demo must only reach paper venues; "
            "unset it and give the demo a folder of its own with ALLORNONE_DATA_DIR"
        )
    return settings.model_copy(update={"venues": {}, "paper_url": None})


def _talk() -> Console:
    """Return the console of the operator's doings."""
    return Console(stderr=True, width=None if sys.stderr.isatty() else PIPE_WIDTH)


@contextmanager
def _alone(settings: Settings) -> Generator[None]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = take(settings.data_dir / LOCK)
    if lock is None:
        raise NoServerError(f"a demo already runs in {settings.data_dir}; wait for it, or stop it")
    try:
        yield
    finally:
        os.close(lock)


@asynccontextmanager
async def _groups(client: Client, settings: Settings) -> AsyncGenerator[GroupClient]:
    venues = open_venues(settings)
    try:
        yield GroupClient(client, task_queue=settings.task_queue, venues=venues)
    finally:
        await close_venues(venues.values())


@asynccontextmanager
async def _at_work(client: Client, settings: Settings, address: ServerAddress) -> AsyncGenerator[asyncio.Task[None]]:
    """Have a worker poll meanwhile, and the servers kept up. The task is over early when a signal stops it."""
    ready = asyncio.Event()
    working = asyncio.create_task(work(client, settings, ready.set))
    others = (asyncio.create_task(keep(settings, address)), asyncio.create_task(ready.wait()))
    try:
        await asyncio.wait((working, others[1]), return_when=asyncio.FIRST_COMPLETED)
        yield working
    finally:
        for task in (working, *others):
            task.cancel()
        await asyncio.gather(working, *others, return_exceptions=True)


async def _unless_stopped(working: asyncio.Task[None], doing: Coroutine[None, None, T]) -> T | None:
    """Return what is done, or None where a signal stopped the worker first. Raises what the worker died of."""
    playing = asyncio.create_task(doing)
    try:
        await asyncio.wait((working, playing), return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            return playing.result()
        working.result()
        return None
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


async def _stay(working: asyncio.Task[None], address: ServerAddress, *, stay: bool) -> None:
    if stay:
        say(f"everything stays up until Ctrl-C; the UI is {address.ui_url}")
        await working
    else:
        say("the links work while `allornone dev` (or `allornone demo --stay`) runs")
