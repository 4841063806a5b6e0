"""An alert is delivered at least once, three times tried, and never in anybody's way."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from allornone.alerts.box import FOLDER, AlertBox
from tests.receiver import PATIENCE_S, Receiver, receiving
from tests.unit.alerts.records import alert
from worker import alerting
from worker.alerting import Alerter, deliver_to


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "PAUSE_S", 0.0)
    monkeypatch.setattr(alerting, "LOOK_EVERY_S", 0.02)


@asynccontextmanager
async def running(folder: Path, receiver: Receiver) -> AsyncGenerator[Alerter]:
    alerter = Alerter(AlertBox(folder), deliver_to(receiver.url), lambda group_id: f"ui/{group_id}")
    task = asyncio.create_task(alerter.run())
    try:
        yield alerter
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if holds():
                return
            await asyncio.sleep(0.01)


def waits(folder: Path) -> int:
    return len(list((folder / FOLDER).glob("*.json")))


def given_up(folder: Path) -> list[str]:
    return [each.why for each in AlertBox(folder).undelivered()]


async def test_what_is_told_is_delivered_with_the_page_where_it_is_shown(tmp_path: Path) -> None:
    async with receiving() as receiver, running(tmp_path, receiver) as alerter:
        await alerter.tell(alert())
        (call,) = await receiver.called()
        await until(lambda: waits(tmp_path) == 0)

    assert (call["group"], call["status"], call["ui"]) == ("g-1", "blocked", "ui/g-1")
    assert call["event_id"] == f"{1:032x}"


async def test_a_receiver_that_refuses_is_tried_three_times_and_then_an_operator_is_told(tmp_path: Path) -> None:
    async with receiving(500, 500, 503) as receiver, running(tmp_path, receiver) as alerter:
        await alerter.tell(alert())
        await until(lambda: bool(given_up(tmp_path)))

    assert len(receiver.calls) == 3
    assert given_up(tmp_path) == ["the URL answered HTTP 503"]


async def test_the_log_says_whose_alert_reached_nobody_and_not_where_it_went(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiving(500, 500, 503) as receiver:
        receiver.url += "?key=hunter2"
        async with running(tmp_path, receiver) as alerter:
            await alerter.tell(alert())
            await until(lambda: bool(given_up(tmp_path)))

    assert caplog.messages == ["alert of group g-1 (blocked) was not delivered: the URL answered HTTP 503"]


async def test_a_receiver_that_refuses_once_is_told_the_second_time(tmp_path: Path) -> None:
    async with receiving(500) as receiver, running(tmp_path, receiver) as alerter:
        await alerter.tell(alert())
        await until(lambda: waits(tmp_path) == 0)

    assert len(receiver.calls) == 2
    assert given_up(tmp_path) == []


async def test_the_same_record_again_is_not_told_again(tmp_path: Path) -> None:
    async with receiving() as receiver, running(tmp_path, receiver) as alerter:
        await alerter.tell(alert())
        await until(lambda: waits(tmp_path) == 0 and bool(receiver.calls))
        await alerter.tell(alert())
        await alerter.tell(alert(number=2))
        calls = await receiver.called(2)

    assert [call["event_id"][-1] for call in calls] == ["1", "2"]


async def test_a_receiver_that_hangs_keeps_no_other_alert_waiting(tmp_path: Path) -> None:
    async with receiving(0) as receiver, running(tmp_path, receiver) as alerter:
        await alerter.tell(alert())
        await receiver.called(1)
        await alerter.tell(alert(number=2))
        await until(lambda: waits(tmp_path) == 1)
        receiver.end()

    assert [call["event_id"][-1] for call in receiver.calls] == ["1", "2"]


async def test_what_a_worker_left_behind_is_delivered_by_another(tmp_path: Path) -> None:
    box = AlertBox(tmp_path)
    box.put(alert())
    box.put(alert(number=2))
    (left,) = (tmp_path / FOLDER).glob("*1.json")
    os.utime(left, (0, 0))

    async with receiving() as receiver, running(tmp_path, receiver):
        await receiver.called()
        await until(lambda: waits(tmp_path) == 1)

    # The other one is somebody's who lives.
    assert [call["event_id"][-1] for call in receiver.calls] == ["1"]


async def test_what_was_given_up_is_tried_again_by_the_next_worker(tmp_path: Path) -> None:
    box = AlertBox(tmp_path)
    box.put(alert())
    box.settle(alert(), "the URL answered HTTP 500")
    (left,) = (tmp_path / FOLDER).glob("*1.json")
    os.utime(left, (0, 0))

    async with receiving() as receiver, running(tmp_path, receiver):
        await receiver.called()
        await until(lambda: waits(tmp_path) == 0)

    assert given_up(tmp_path) == []


async def test_an_alert_that_cannot_be_kept_is_sent_all_the_same(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file where the folder should be")

    async with receiving() as receiver, running(tmp_path, receiver) as alerter:
        await alerter.tell(alert())
        assert len(await receiver.called()) == 1


async def test_what_is_under_way_when_the_worker_stops_is_kept(tmp_path: Path) -> None:
    async with receiving(0) as receiver:
        async with running(tmp_path, receiver) as alerter:
            await alerter.tell(alert())
            await receiver.called()
        assert waits(tmp_path) == 1


@pytest.mark.parametrize("left", ["no json", '{"group": "g-1"}'])
async def test_a_file_that_is_no_alert_is_in_nobodys_way(tmp_path: Path, left: str) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "left.json").write_text(left)
    os.utime(tmp_path / FOLDER / "left.json", (0, 0))

    async with receiving() as receiver, running(tmp_path, receiver) as alerter:
        await alerter.tell(alert())
        assert len(await receiver.called()) == 1
