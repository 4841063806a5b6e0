"""A person is called when a group is blocked, when an effect comes late, and when a workflow is lost."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from allornone import wire
from allornone.alerts.box import AlertBox
from allornone.alerts.telling import TellingLog
from allornone.models.commands import RetryCommand
from allornone.models.group import GroupStatus
from tests.plans import CARRY, SELL
from tests.receiver import receiving
from tests.workflows.house import House
from tests.workflows.sweeping import has_recorded, swept, waits_for_an_operator, whole_worker
from tests.workflows.test_late_run import Aftermath
from tests.workflows.test_sweep import named, newest, terminated_at
from worker.alerting import Alerter, deliver_to

WITHIN_S = 60
UNSEEN = (
    {"behaviour": "lose_answer", "operation_id": "sell", "direction": "forward"},
    {"behaviour": "unreadable", "operation_id": "sell", "count": "always"},
)


@asynccontextmanager
async def alerting(house: House, url: str) -> AsyncGenerator[None]:
    """Have the house's records told to `url`, as a worker does."""
    alerter = Alerter(AlertBox(house.folder), deliver_to(url), lambda _: None)
    house.log = TellingLog(house.log, alerter.tell)
    task = asyncio.create_task(alerter.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_group_that_is_blocked_calls_somebody_within_a_minute(house: House) -> None:
    house.misbehave(*UNSEEN)
    plan = house.group(*CARRY, policy={"resolve_budget_s": "1"})

    async with receiving() as receiver, alerting(house, receiver.url), house.working():
        handle = await house.start(plan)
        view = await house.shows(handle, lambda view: view.needs_operator)
        blocked_at = time.monotonic()
        (call,) = await receiver.called()
        took_s = time.monotonic() - blocked_at
        house.misbehave()
        result = await house.ends(handle)

    assert took_s < WITHIN_S
    assert (call["group"], call["status"], call["reason"]) == (house.group_id, "blocked", view.reason)
    assert [(each["operation_id"], each["client_ref"]) for each in call["operations"]] == [
        ("sell", view.operations[0].client_ref)
    ]
    assert f"allornone retry {house.group_id} --ref {view.operations[0].client_ref}" in call["commands"]
    (blocked,) = [each for each in house.seen.transitions() if each.kind == "blocked"]
    assert (call["event_id"], call["time"]) == (blocked.event_id, blocked.real_utc_time)
    assert result.status is GroupStatus.COMPLETED
    assert len(receiver.calls) == 1


async def test_a_receiver_that_hangs_is_in_no_groups_way(house: House) -> None:
    house.misbehave(*UNSEEN)

    async with receiving(0) as receiver, alerting(house, receiver.url), house.working():
        handle = await house.start(house.group(SELL, policy={"resolve_budget_s": "1"}))
        await receiver.called()
        view = await house.shows(handle, lambda view: view.needs_operator)
        house.misbehave()
        await house.tell(handle, wire.RETRY, RetryCommand(actor="ann", client_ref=str(view.operations[0].client_ref)))
        result = await house.ends(handle)

    assert result.status is GroupStatus.COMPLETED


async def test_an_effect_that_comes_after_the_end_calls_somebody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)

    async with receiving() as receiver, alerting(house, receiver.url):
        aftermath = Aftermath(house)
        async with aftermath.ended():
            late = await aftermath.late_run()
            calls = await receiver.called(2)

    told = {call["status"]: call for call in calls}
    assert told["late_effect"]["group"] == house.group_id
    assert told["late_effect"]["late_group"] == late.id
    assert told["late_effect"]["residual"]["binance:BaseToken:ETH"] == "-1"
    assert f"allornone cancel {late.id}" in told["late_effect"]["commands"]
    assert told["blocked"]["group"] == late.id


async def test_a_workflow_that_is_lost_calls_somebody_once(slow_house: House) -> None:
    house, gate = slow_house, slow_house.gated("lido", "execute")

    async with receiving() as receiver, alerting(house, receiver.url), whole_worker(house):
        handle = await terminated_at(house, gate)
        await has_recorded(house, "stake confirmed")
        await swept(house, 1)
        (call,) = await receiver.called()
        view = await waits_for_an_operator(house, handle)
        await swept(house, 2)
        await house.tell(newest(house), wire.RETRY, RetryCommand(actor="ann", client_ref=named(view)))
        await house.ends(newest(house))

    assert (call["group"], call["status"], call["reason"]) == (house.group_id, "blocked", view.reason)
    assert call["reason"] == "its workflow was terminated; rebuilt from the event log"
    assert len(receiver.calls) == 1
