"""A worker finds what its server has lost, says so, and calls somebody: once, and not what another server runs."""

import asyncio
import errno
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from allornone.alerts.alert import Alert
from allornone.alerts.box import AlertBox
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.settings import Settings
from tests.e2e.test_namespace import new_namespace
from tests.plans import CARRY, SELL
from tests.receiver import receiving
from tests.workflows.house import House
from tests.workflows.sweeping import whole_worker
from worker import lost
from worker.alerting import Alerter, deliver_to
from worker.lost import LostGroups, looking_for_lost
from worker.schedule import schedule_id


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost, "SURE_S", 0.0)
    monkeypatch.setattr(lost, "GLANCE_S", 0.01)


async def elsewhere(house: House) -> Client:
    """Return a client of a server that has lost all it knew."""
    named = await new_namespace(house.client, f"lost-{uuid4().hex[:8]}")
    target = house.client.service_client.config.target_host
    return await Client.connect(target, namespace=named.namespace, data_converter=pydantic_data_converter)


class Told:
    """Hears alerts."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    async def __call__(self, alert: Alert) -> None:
        self.alerts.append(alert)


@asynccontextmanager
async def open_group(house: House) -> AsyncGenerator[None]:
    """Have a group open in the log meanwhile, held at lido."""
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        yield
        gate.opens.set()
        await house.ends(handle)


def settings(house: House) -> Settings:
    return Settings(data_dir=house.folder, task_queue=house.task_queue)


async def test_a_group_that_the_server_has_lost_is_told_once_with_the_command_that_goes_on_with_it(
    slow_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house, told = slow_house, Told()
    async with open_group(house):
        looking = LostGroups(await elsewhere(house), settings(house), house.log, told)
        assert await looking.look()
        assert await looking.look()

    (alert,) = told.alerts
    assert (alert.group, alert.status) == (house.group_id, "lost")
    assert alert.reason == (
        f"the server does not know 1 open group(s) of the event log: {house.group_id}; "
        "nobody runs them until `allornone recover`"
    )
    assert alert.commands == ("allornone recover --dry-run", "allornone recover")
    assert alert.reason in caplog.text


async def test_a_group_that_the_server_runs_is_not_lost_and_nothing_is_recorded(slow_house: House) -> None:
    house, told = slow_house, Told()
    async with open_group(house):
        before = house.seen.story()
        await LostGroups(house.client, settings(house), house.log, told).look()
        await LostGroups(await elsewhere(house), settings(house), house.log, None).look()
        assert house.seen.story() == before

    assert told.alerts == []


class Unreadable(JsonlEventLog):
    """A log that cannot be read."""

    async def open_groups(self) -> tuple[str, ...]:
        raise OSError(errno.EIO, "Input/output error")


async def test_a_log_that_cannot_be_read_is_looked_at_again(house: House, caplog: pytest.LogCaptureFixture) -> None:
    log = Unreadable(house.folder / "logs")

    assert not await LostGroups(house.client, settings(house), log, None).look()

    assert "cannot see which groups the server has lost: [Errno 5] Input/output error" in caplog.text


async def test_a_worker_that_starts_calls_somebody_with_no_page_that_the_server_does_not_have(
    slow_house: House,
) -> None:
    house = slow_house
    async with receiving() as receiver, open_group(house):
        alerter = Alerter(AlertBox(house.folder), deliver_to(receiver.url), lambda group_id: f"ui/{group_id}")
        running = asyncio.create_task(alerter.run())
        async with looking_for_lost(await elsewhere(house), settings(house), house.log, alerter.tell):
            (call,) = await receiver.called()
        running.cancel()

    assert (call["group"], call["status"], call["ui"]) == (house.group_id, "lost", None)


class Looks(LostGroups):
    """Tells when it has looked."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.looked = asyncio.Event()

    async def look(self) -> bool:
        seen = await super().look()
        self.looked.set()
        return seen


async def test_a_server_that_becomes_another_under_a_worker_is_prepared_and_looked_at_at_once(
    slow_house: House,
) -> None:
    house, told = slow_house, Told()
    async with open_group(house):
        client, other = house.client, await elsewhere(house)
        moving = await Client.connect(client.service_client.config.target_host, namespace=client.namespace)
        looks = Looks(moving, settings(house), house.log, told)
        looking = asyncio.create_task(looks.run())
        await looks.looked.wait()
        assert told.alerts == []
        # One client, whose server is another one now.
        moving._config["namespace"] = other.namespace  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] (of the SDK)
        async with asyncio.timeout(30):
            while not told.alerts:  # noqa: ASYNC110 (what is waited for comes from another task)
                await asyncio.sleep(0.01)
        looking.cancel()

    assert told.alerts[0].group == house.group_id
    assert await other.get_schedule_handle(schedule_id(house.task_queue)).describe()


async def test_the_same_groups_lost_by_the_same_server_are_the_same_alert(slow_house: House) -> None:
    house, told = slow_house, Told()
    async with open_group(house):
        client = await elsewhere(house)
        for _ in range(2):
            await LostGroups(client, settings(house), house.log, told).look()
        await LostGroups(await elsewhere(house), settings(house), house.log, told).look()

    first, second, other = [alert.event_id for alert in told.alerts]
    assert first == second != other


async def test_a_group_that_has_ended_is_not_lost(house: House) -> None:
    told = Told()
    async with house.working():
        await house.ends(await house.start(house.group(SELL)))

    assert await LostGroups(await elsewhere(house), settings(house), house.log, told).look()
    assert told.alerts == []
