"""A worker's life: boot, work until told to stop, drain."""

import asyncio
import signal
from collections.abc import Callable

from temporalio.client import Client

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.settings import Settings
from allornone.venues.registry import close_venues, open_venues
from worker.build import build_worker
from worker.namespace import register_search_attributes
from worker.schedule import schedule_sweep

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def work(client: Client, settings: Settings, ready: Callable[[], None]) -> None:
    """Run a worker until a stop signal, then let what runs at a venue come back. Calls `ready` once it polls.

    Raises BadSettingsError when the server lacks what groups need and it cannot be registered.
    """
    stop = stop_requested()
    await register_search_attributes(client)
    await schedule_sweep(client, settings)
    venues = open_venues(settings)
    try:
        log = JsonlEventLog(settings.log_dir, rotate_bytes=settings.log_rotate_bytes)
        async with build_worker(client, settings, venues, log):
            ready()
            await stop.wait()
    finally:
        await close_venues(venues.values())


def stop_requested() -> asyncio.Event:
    """Return an event that the first stop signal sets. Further ones change nothing: the drain is bounded."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    return stop
