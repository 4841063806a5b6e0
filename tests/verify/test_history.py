"""The log against Temporal's history: E5, E7, E8, L2, L6, L7, L9, S17."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHistory

from allornone_verify.invariants.history import (
    e8_result_equals_end,
    l2_no_silent_stop,
    l7_closed_has_end,
    l9_history_is_bounded,
)
from allornone_verify.invariants.ids import s17_plan_never_changes
from allornone_verify.invariants.order import l5_one_start
from allornone_verify.records import Record
from allornone_verify.runs import Pending, Run, run_of
from allornone_verify.server import Histories
from allornone_verify.story import Story
from tests.histories.scenarios import SCENARIOS
from tests.verify.installation import Fields, Installation, end, first, kind, names, operation, place

Good = Callable[[str], Installation]
FOLDER = Path(__file__).parents[1] / "histories"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER_LIVES = ("recovered", "abandoned", "started_again")
"""Their last runs did not begin, or did not record the end."""


def recorded(name: str) -> Run:
    """Return the run of a recorded history."""
    history = WorkflowHistory.from_json(f"group-{name}", (FOLDER / f"{name}.json").read_text())
    return run_of("the-run", history.events)


def story(run: Run, *records: Record) -> Story:
    return Story("g", list(records), runs=(run,))


def transition(name: str, **facts: Fields) -> Record:
    fields: Fields = {"event_id": name, "seq": 1, "real_utc_time": "2026-01-01T00:00:00Z", "kind": name, "facts": facts}
    return Record("group_transitions", fields, "line 1")


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in LATER_LIVES])
def test_a_recorded_history_is_read_as_what_it_was(name: str) -> None:
    run = recorded(name)

    assert (run.status, run.waits, run.gave_way) == ("completed", False, False)
    assert run.result is not None
    assert run.plan["atomic_group_id"] == run.result["atomic_group_id"]
    assert [each.activity for each in run.told][:1] == ["record:started:0"]
    assert run.told[-1].activity == "record:end"


async def test_e5_a_record_that_the_log_lost_and_the_history_knows(good: Good) -> None:
    spoilt = good("rolled_back")
    spoilt.change(kind("rolling_back"), event_id="0" * 32)

    report = await spoilt.report(history=True)

    assert names(report) == {"E5"}
    assert first(report, "E5")[0] == "record:rolling_back:1 completed, and the log has no record of it"
    assert " event " in first(report, "E5")[1]


async def test_e5_an_answer_that_is_not_what_was_recorded(good: Good) -> None:
    spoilt = good("completed")
    (sold,) = [fields for fields in spoilt.log() if operation("sell", "confirmed")(fields)]
    moved = {**sold["actual_deltas"], "binance:BaseToken:USDT": "2996"}
    judged = {**sold["reconciliation"], "actual": moved, "explained": {"binance:BaseToken:USDT": "-4"}}
    fees = [{**sold["fees"][0], "amount": "4"}]
    spoilt.change(operation("sell", "confirmed"), actual_deltas=moved, reconciliation=judged, fees=fees)

    report = await spoilt.report(history=True)

    assert names(report) == {"S4", "E5"}
    assert first(report, "E5")[0] == "execute:sell:1 answered otherwise than the log records: binance:USDT +1 apart"


async def test_e5_an_outcome_that_no_activity_ever_answered(good: Good) -> None:
    spoilt = good("failed")
    (failed,) = [fields for fields in spoilt.log() if operation("sell", "failed")(fields)]
    (sent,) = [fields for fields in spoilt.log() if operation("sell", "pending")(fields)]
    for fields in (sent, failed):
        made_up = {"operation_id": "stake", "client_ref": "a" * 32, "event_id": f"made-up-{fields['status']}"}
        spoilt.insert({**fields, **made_up}, before=end)

    report = await spoilt.report(history=True, ledger=False)

    assert "recorded as failed, but no activity of its workflow ever said so" in {
        found.found for found in report.verdict("E5").breaks
    }


async def test_e7_records_at_the_end_that_are_gone(good: Good) -> None:
    spoilt = good("completed")
    spoilt.write(spoilt.log()[:8])

    report = await spoilt.report(history=True, ledger=False)

    assert names(report) == {"E7", "L7"}
    assert first(report, "E7")[0] == "execute:short:1 saw record 10, the log ends at 8"


async def test_e8_an_end_that_is_not_the_workflows_result(good: Good) -> None:
    spoilt = good("rolled_back")
    (ended,) = [fields for fields in spoilt.log() if end(fields)]
    ended["operations"][2]["state"] = "planned"
    spoilt.change(end, operations=ended["operations"])

    report = await spoilt.report(history=True)

    assert names(report) == {"E8"}
    assert first(report, "E8")[0] == "short is failed in the workflow, planned in the log"


async def test_e8_a_residual_that_the_workflow_does_not_have(good: Good) -> None:
    spoilt = good("partial")
    (ended,) = [fields for fields in spoilt.log() if end(fields)]
    spoilt.change(end, residual_deltas=ended["friction"], friction=ended["residual_deltas"])

    report = await spoilt.report(history=True)

    assert names(report) == {"E8"}
    assert report.verdict("E8").count == 2


def test_e8_another_word() -> None:
    run = recorded("completed")
    ended: Fields = {"group_status": "partial", "residual_deltas": {}, "friction": (run.result or {})["friction"]}
    ended |= {"operations": (run.result or {})["operations"], "event_id": "e", "seq": 1}

    found = [each.found for each in e8_result_equals_end(story(run, Record("atomic_operation_groups", ended)))]

    assert found == ["the workflow ended completed, the log partial"]


async def test_l6_a_command_that_was_taken_and_never_recorded(good: Good) -> None:
    spoilt = good("cancelled")
    log = spoilt.log()
    log[place(log, kind("command"))]["facts"]["command_id"] = "another"
    spoilt.write(log)

    report = await spoilt.report(history=True)

    assert names(report) == {"L6"}
    assert "was taken, and the log has no record of it" in first(report, "L6")[0]


async def test_l7_a_workflow_that_is_closed_without_an_end(good: Good) -> None:
    spoilt = good("failed")
    log = spoilt.log()
    spoilt.write(log[:-1])

    report = await spoilt.report(history=True)

    assert names(report) == {"E7", "L7"}
    assert first(report, "L7")[0] == "its workflow is completed, and the log has no end of it"


@pytest.mark.parametrize("status", ["terminated", "failed", "timed_out", "canceled"])
def test_l7_a_workflow_that_is_gone_must_have_been_found_gone(status: str) -> None:
    gone = Run("r", status=status, events=9)

    assert [each.place for each in l7_closed_has_end(story(gone, transition("started")))] == ["run r event 9"]
    assert list(l7_closed_has_end(story(gone, transition("started"), transition("abandoned")))) == []
    assert list(l7_closed_has_end(story(gone))) == []


async def test_l7_a_workflow_that_completed_and_of_which_the_log_has_nothing(
    good: Good, installations: dict[str, Installation]
) -> None:
    run = good("completed")
    (start,) = [fields for fields in run.log() if kind("started")(fields)]
    client = await Client.connect(installations["completed"].target)
    queue = start["atomic_group_id"].removeprefix("group-")

    assert [(each.group_id, each.status) async for each in Histories(client).listed(queue)] == [
        (start["atomic_group_id"], "completed")
    ]


def test_l2_a_group_that_waits_for_nothing() -> None:
    still = Run("r", events=4)

    assert [each.place for each in l2_no_silent_stop(story(still, transition("started")))] == ["run r event 4"]
    assert (
        list(
            l2_no_silent_stop(
                story(replace(still, pending=(Pending("timer", NOON, "run r event 3"),)), transition("started"))
            )
        )
        == []
    )
    assert list(l2_no_silent_stop(story(still, transition("started"), transition("blocked")))) == []


def test_l9_a_history_that_grew_too_long() -> None:
    assert [each.found for each in l9_history_is_bounded(story(Run("r", events=10_000)))] == [
        "a history of 10000 events"
    ]
    assert list(l9_history_is_bounded(story(Run("r", events=9_999)))) == []


def test_s17_and_l5_a_run_with_another_plan() -> None:
    run = recorded("completed")
    started = transition("started", plan={**run.plan, "operations": run.plan["operations"][:2]})
    told = Story(run.plan["atomic_group_id"], [started], runs=(run,))

    assert [each.found for each in s17_plan_never_changes(told)] == ["the run's input is another plan than the log's"]
    assert [each.found for each in l5_one_start(told)] == ["a run of this id has other operations than the log's plan"]
