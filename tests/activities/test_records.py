"""What the activities leave in the log, as Temporal calls them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.operations import OperationActivities, server_clock
from activities.records import RecordActivities
from activities.tasks import GroupContext, RecordTask
from allornone import wire
from allornone.eventlog.disk import Disk
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.events import AtomicOperationGroupEvent, ExecutionDeltaEvent, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.limits import Limits
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.models.result import GroupResult
from tests.activities.office import GROUP, NOON, PLAN_HASH, Office
from tests.plans import CARRY, SELL, STAKE, group
from tests.unit.eventlog.test_full_disk import RESERVE, SmallDisk

CONTEXT = GroupContext(atomic_group_id=GROUP, plan_hash=PLAN_HASH, strategy="carry", total_operations=3)
STARTED = RecordTask(context=CONTEXT, kind=TransitionKind.STARTED, plan=group(GROUP, *CARRY))


def records(office: Office) -> RecordActivities:
    return RecordActivities(office.venues, office.log)


def at(moment: datetime) -> ActivityEnvironment:
    """An activity that the server started at this moment."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=moment)
    return environment


async def test_the_start_is_recorded_once_with_the_whole_plan(office: Office) -> None:
    answers = [await at(NOON).run(records(office).record_group_event, STARTED) for _ in range(2)]

    assert [answer.seq for answer in answers] == [1, 1]
    (event,) = office.seen.events()
    assert isinstance(event, GroupTransitionEvent)
    assert [operation["operation_id"] for operation in event.facts["plan"]["operations"]] == ["sell", "stake", "short"]


async def test_a_plan_that_this_worker_cannot_run_is_refused_and_never_tried_again(office: Office) -> None:
    office.venues = {"binance": office.venues["binance"]}

    with pytest.raises(ApplicationError, match="unknown venue 'lido'") as refused:
        await at(NOON).run(records(office).record_group_event, STARTED)

    assert refused.value.non_retryable
    assert refused.value.type == wire.INVALID_GROUP
    assert office.seen.events() == []


async def test_a_plan_beyond_the_limits_is_refused_before_anything_of_it_is_recorded(office: Office) -> None:
    tight = Limits.model_validate({"venues": ["binance"], "assets": {"ETH": 1, "USDT": 9000}})

    with pytest.raises(ApplicationError, match="beyond this worker's limits: venue 'lido' is not listed") as refused:
        await at(NOON).run(RecordActivities(office.venues, office.log, limits=tight).record_group_event, STARTED)

    assert refused.value.type == wire.INVALID_GROUP
    assert office.seen.events() == []


async def test_a_limit_that_was_lowered_meanwhile_stops_no_group_that_has_started(office: Office) -> None:
    await at(NOON).run(records(office).record_group_event, STARTED)
    tight = Limits.model_validate({"venues": ["binance"], "assets": {"ETH": 1}})

    again = await at(NOON).run(RecordActivities(office.venues, office.log, limits=tight).record_group_event, STARTED)

    assert again.seq == 1


async def test_the_end_is_recorded_once(office: Office) -> None:
    result = GroupResult(
        atomic_group_id=GROUP, plan_hash=PLAN_HASH, status=GroupStatus.ROLLED_BACK, operations=(), reason="cancelled"
    )
    task = RecordTask(context=CONTEXT, result=result, execution_time_ms=12.5)

    for _ in range(2):
        await at(NOON).run(records(office).record_group_event, task)

    (event,) = office.seen.events()
    assert isinstance(event, AtomicOperationGroupEvent)
    assert (event.group_status, event.rollback_triggered, event.rollback_reason) == ("rolled_back", True, "cancelled")
    assert event.execution_time_ms == 12.5


async def test_the_end_keeps_which_references_were_not_looked_at(office: Office) -> None:
    assert STARTED.plan is not None
    context = CONTEXT.model_copy(update={"plan_hash": STARTED.plan.plan_hash})
    started = STARTED.model_copy(update={"context": context})
    unseen = office.task(SELL).client_ref
    result = GroupResult(
        atomic_group_id=GROUP,
        plan_hash=context.plan_hash,
        status=GroupStatus.FAILED,
        operations=(),
        not_looked=(unseen,),
    )
    began = await at(NOON).run(records(office).record_group_event, started)
    end = RecordTask(context=context, result=result, known_seq=began.seq)
    await at(NOON).run(records(office).record_group_event, end)

    event, again = office.seen.events()[-1], await at(NOON).run(records(office).record_group_event, started)

    assert isinstance(event, AtomicOperationGroupEvent)
    assert event.metadata == {"gas": {}, "not_looked": [unseen]}
    assert again.result is not None
    assert again.result.not_looked == (unseen,)


async def test_now_is_the_servers_time_and_not_this_machines(office: Office) -> None:
    operations = OperationActivities(office.venues, office.log)

    await at(NOON).run(operations.execute_operation, office.task(SELL))

    assert office.seen.operations()[0].real_utc_time.startswith("2026-01-05T12:00:0")


async def test_the_clock_of_an_activity_goes_on_from_its_start() -> None:
    async def passed() -> timedelta:
        clock = server_clock()
        return clock() - clock()

    started = datetime(2030, 1, 1, tzinfo=UTC)
    assert await at(started).run(passed) <= timedelta(0)


async def test_an_operations_record_carries_its_reconciliation(office: Office) -> None:
    await office.sends(office.task(SELL))

    confirmed = office.seen.operations()[-1]
    assert confirmed.reconciliation is not None
    assert confirmed.reconciliation.verdict is Verdict.MATCH
    assert confirmed.reconciliation.explained == {"binance:BaseToken:USDT": -3}
    assert confirmed.expected_deltas == {"binance:ETH": -1, "binance:USDT": 3000}


async def test_the_effect_is_written_before_the_outcome_that_relies_on_it(office: Office) -> None:
    await office.sends(office.task(STAKE))

    intent, effect, outcome = office.seen.events()
    assert isinstance(effect, ExecutionDeltaEvent)
    assert (intent.seq, effect.seq, outcome.seq) == (1, 2, 3)
    assert {row["position_key"] for row in effect.deltas} == {
        "binance:BaseToken:ETH",
        "lido:StakingToken:stETH",
        "wallet:BaseToken:ETH",
    }


async def test_a_full_disk_stops_the_send(office: Office, tmp_path: Path) -> None:
    disk = SmallDisk(tmp_path / "logs")
    office.log = JsonlEventLog(tmp_path / "logs", disk=Disk(write=disk.write), reserve_bytes=RESERVE)
    await office.sends(office.task(SELL))
    disk.fill()

    with pytest.raises(OSError, match="No space left"):
        await office.sends(office.task(STAKE, known_seq=3))

    assert office.seen.orders() == ["sell forward closed"]


async def test_a_full_disk_does_not_stop_the_record_of_a_send(office: Office, tmp_path: Path) -> None:
    disk = SmallDisk(tmp_path / "logs")
    office.log = JsonlEventLog(tmp_path / "logs", disk=Disk(write=disk.write), reserve_bytes=RESERVE)
    office.misbehave("lose_answer")
    task = office.task(SELL)
    await office.sends(task)
    disk.fill()

    await office.resolves(task)

    assert office.seen.story() == ["sell pending", "sell unknown", "revoked", "deltas", "sell confirmed"]
