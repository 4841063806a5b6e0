"""Calls a person when a group needs one: a URL or a command of the operator's, at least once for each alert."""

import asyncio
import logging
import shlex
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import quote

from temporalio.client import Client

from allornone.alerts.alert import Alert
from allornone.alerts.box import AlertBox
from allornone.alerts.lost import LOST
from allornone.alerts.refused import REFUSED
from allornone.client.address import read_address
from allornone.errors import BadSettingsError
from allornone.settings import Settings
from worker.receivers import Deliver, by_command, by_url

TRIES = 3
PAUSE_S = 1.0
"""After a first try that failed; twice as long after the second."""
LOOK_EVERY_S = 1.0
TAKE_OVER_S = 40.0
"""Past three tries and their pauses: by then whoever made the alert would have delivered it, or given it up."""
AT_ONCE = 16

_log = logging.getLogger("allornone.alerts")

UiLink = Callable[[str], str | None]


class Alerter:
    """Delivers what it is told, and what a worker that died left in the box.

    Nothing here raises, and telling never waits for a receiver.
    """

    def __init__(self, box: AlertBox, deliver: Deliver, ui: UiLink) -> None:
        self._box, self._deliver, self._ui = box, deliver, ui
        self._fresh: dict[str, Alert] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._told = asyncio.Event()

    async def tell(self, alert: Alert) -> None:
        """Keep an alert and have it delivered, unless it was. May be called again."""
        try:
            if not await asyncio.to_thread(self._box.put, alert):
                return
        except OSError as error:
            _log.warning("alert of group %s cannot be kept (%s); it is sent now or never", alert.group, error.strerror)
        self._fresh[alert.event_id] = alert
        self._told.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        await asyncio.to_thread(self._box.begin_anew)
        try:
            while True:
                await self._look()
                await self._rest()
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._told.wait(), LOOK_EVERY_S)
        except TimeoutError:
            return
        self._told.clear()

    async def _look(self) -> None:
        left = await asyncio.to_thread(lambda: list(self._box.waiting(TAKE_OVER_S)))
        due = {alert.event_id: alert for alert in left} | self._fresh
        self._fresh = {}
        for event_id, alert in due.items():
            if event_id not in self._under_way:
                task = asyncio.create_task(self._try(alert))
                self._under_way[event_id] = task
                task.add_done_callback(partial(self._over, event_id))

    def _over(self, event_id: str, _: "asyncio.Task[None]") -> None:
        del self._under_way[event_id]

    async def _try(self, alert: Alert) -> None:
        # A group that is lost has no page, and a log that refuses is of no group.
        page = None if alert.status in {LOST, REFUSED} else self._ui(alert.late_group or alert.group)
        body = alert.model_copy(update={"ui": page}).model_dump_json().encode()
        why = None
        for number in range(TRIES):
            async with self._turn:
                why = await self._deliver(body)
            if why is None:
                break
            await asyncio.sleep(PAUSE_S * 2**number if number < TRIES - 1 else 0)
        await self._note(alert, why)

    async def _note(self, alert: Alert, why: str | None) -> None:
        if why is not None:
            _log.warning("alert of group %s (%s) was not delivered: %s", alert.group, alert.status, why)
        try:
            await asyncio.to_thread(self._box.settle, alert, why)
        except OSError as error:
            _log.warning("what became of the alert of group %s cannot be kept: %s", alert.group, error.strerror)


def deliver_to(text: str) -> Deliver:
    """Return what delivers to a URL or a command. Raises BadSettingsError for a program that is not there."""
    if text.startswith(("http://", "https://")):
        return by_url(text)
    words = shlex.split(text)
    if shutil.which(words[0]) is None:
        raise BadSettingsError("ALLORNONE_ALERT: its program is not on PATH, or may not be run")
    return by_command(words)


@asynccontextmanager
async def alerting(settings: Settings, client: Client) -> AsyncGenerator[Alerter | None]:
    """Deliver alerts meanwhile, as the settings say; None where nobody is to be called."""
    if settings.alert is None:
        yield None
        return
    deliver = deliver_to(settings.alert.get_secret_value())
    alerter = Alerter(AlertBox(settings.data_dir), deliver, _ui_of(settings, client))
    running = asyncio.create_task(alerter.run())
    try:
        yield alerter
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def described(settings: Settings) -> str:
    """Say who is called, and nothing of how."""
    if settings.alert is None:
        return "none (ALLORNONE_ALERT names a command or a URL)"
    is_url = settings.alert.get_secret_value().startswith("http")
    return "a URL is called" if is_url else "a command is run"


def _ui_of(settings: Settings, client: Client) -> UiLink:
    """Return how a group's page is found, where the worker's server is the embedded one: only its UI is known."""

    def link(group_id: str) -> str | None:
        address = read_address(settings.data_dir)
        if address is None or address.target != client.service_client.config.target_host:
            return None
        return f"{address.ui_url}/namespaces/{client.namespace}/workflows/{quote(group_id, safe='')}"

    return link
