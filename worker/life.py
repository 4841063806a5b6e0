"""A worker's life: boot, work until told to stop, drain."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager

from temporalio.client import Client

from allornone.alerts.telling import TellingLog
from allornone.eventlog import EventLog
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.settings import Settings
from allornone.venues import Venue
from allornone.venues.registry import close_venues, open_venues
from worker.alerting import Alerter, alerting
from worker.build import build_worker
from worker.lost import looking_for_lost
from worker.prepare import prepare
from worker.whereto import check_places

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def work(client: Client, settings: Settings, ready: Callable[[], None]) -> None:
    """Run a worker until a stop signal, then let what runs at a venue come back. Calls `ready` once it polls.

    Raises BadSettingsError when the server lacks what groups need and it cannot be registered, and where a venue of an
    open group leads elsewhere by now.
    """
    stop = stop_requested()
    await prepare(client, settings)
    venues = open_venues(settings)
    try:
        async with (
            alerting(settings, client) as alerter,
            _working(client, settings, venues, alerter),
        ):
            ready()
            await stop.wait()
    finally:
        await close_venues(venues.values())


@asynccontextmanager
async def _working(
    client: Client, settings: Settings, venues: Mapping[str, Venue], alerter: Alerter | None
) -> AsyncGenerator[None]:
    """Run the worker, and look meanwhile for what no sweep finds."""
    log, tell = _log(settings, alerter), alerter.tell if alerter is not None else None
    await check_places(settings, log)
    async with build_worker(client, settings, venues, log), looking_for_lost(client, settings, log, tell):
        yield


def _log(settings: Settings, alerter: Alerter | None) -> EventLog:
    log = JsonlEventLog(settings.log_dir, rotate_bytes=settings.log_rotate_bytes)
    return log if alerter is None else TellingLog(log, alerter.tell)


def stop_requested() -> asyncio.Event:
    """Return an event that the first stop signal sets. Further ones change nothing: the drain is bounded."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    return stop
