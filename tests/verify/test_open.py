"""What a history tells of a group that is still open: L2, L6, S18; recorded histories, cut off where it suits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from allornone_verify.invariants.history import l2_no_silent_stop
from allornone_verify.invariants.operators import l6_commands_are_audited
from allornone_verify.invariants.order import s18_no_send_after_temporals_cancel
from allornone_verify.records import Record
from allornone_verify.runs import Asked, Pending, Run, Taken, run_of
from allornone_verify.story import Story
from tests.verify.installation import Fields

FOLDER = Path(__file__).parents[1] / "histories"


def cut(name: str, after: Callable[[HistoryEvent], bool]) -> Run:
    """Return the run of a recorded history as it was right after an event."""
    events = list(WorkflowHistory.from_json(f"group-{name}", (FOLDER / f"{name}.json").read_text()).events)
    last = next(number for number, event in enumerate(events, start=1) if after(event))
    return run_of("the-run", events[:last])


def scheduled(name: str) -> Callable[[HistoryEvent], bool]:
    """Pick the event that schedules an activity."""
    return lambda event: event.activity_task_scheduled_event_attributes.activity_id == name


def answered(event: HistoryEvent) -> bool:
    """Pick the event that answers a command."""
    return event.HasField("workflow_execution_update_completed_event_attributes")


def record(kind: str, seq: int = 1, **facts: str) -> Record:
    fields: Fields = {"event_id": kind, "seq": seq, "real_utc_time": "2026-01-01T00:00:00Z", "kind": kind}
    return Record("group_transitions", {**fields, "actor": "desk", "facts": facts}, f"line {seq}")


def lost(run: Run, *more: Run, records: tuple[Record, ...] = (), moving: bool = False) -> list[str]:
    """Return which commands of an open group are lost."""
    told = Story("g", [record("started"), *records], runs=(run, *more), moving=moving)
    return [each.found for each in l6_commands_are_audited(told)]


def only(run: Run) -> str:
    (command_id,) = run.commands
    return command_id


def test_l6_an_open_group_that_did_something_else_before_it_recorded_a_command() -> None:
    run = cut("cancelled", scheduled("rollback:stake:1"))
    told = record("command", 2, command_id=only(run), command="cancel")

    assert lost(run) == [f"command {only(run)} was taken, and the log has no record of it"]
    assert lost(run, records=(told,)) == []
    assert lost(run, moving=True) == []


def test_a_command_is_recorded_once_what_is_under_way_is_over() -> None:
    just_taken = cut("cancelled", answered)
    being_recorded = cut("cancelled", scheduled("record:command:1"))

    assert len(just_taken.commands) == len(being_recorded.commands) == 1
    assert lost(just_taken) == lost(being_recorded) == []


def test_l6_an_open_group_that_rests_after_a_command_that_it_did_not_record() -> None:
    resting = Run("r", commands={"c": Taken("pause", 4, "run r event 5")})

    assert lost(resting) == ["command c was taken, and the log has no record of it"]
    assert lost(replace(resting, status="terminated")) == []


@pytest.mark.parametrize(("about", "found"), [({"operation": {}}, 1), ({"kind": "blocked"}, 0)])
def test_l6_a_command_that_the_run_before_took(about: Fields, found: int) -> None:
    before = Run("r", status="continued_as_new", commands={"c": Taken("pause", 4, "run r event 5")})
    going_on = Run("s", asked=[Asked("a", about, 3, "run s event 4")], before="r")

    assert len(lost(before, replace(going_on, status="completed"))) == found


@pytest.mark.parametrize("what", ["timer", "activity", "task"])
def test_l2_what_an_open_group_waits_for_and_what_is_long_due(what: str) -> None:
    due = datetime(2026, 1, 1, 12, tzinfo=UTC)
    told = Story("g", [record("started")], runs=(Run("r", pending=(Pending(what, due, "run r event 3"),)),))

    def late(**by: float) -> list[str]:
        told.newest = due + timedelta(**by)
        return [each.place for each in l2_no_silent_stop(told)]

    assert late(minutes=59) == []
    assert late(hours=2) == ["run r event 3"]


def test_a_timer_is_due_when_it_fires_and_a_look_when_it_is_given_up() -> None:
    waiting = cut("request_lost", lambda event: event.HasField("timer_started_event_attributes"))
    begun = cut("request_lost", scheduled("resolve:sell:forward:1:0"))

    (timer,) = waiting.pending
    assert timer.what == "timer"
    assert [each.what for each in begun.pending] == ["activity"]
    assert timer.due - begun.pending[0].due < timedelta(hours=1)


def test_s18_a_forward_send_after_temporals_cancel() -> None:
    cancelled = Run("r", cancelled=7, asked=[Asked("execute:stake:1", {"operation": {}}, 8, "run r event 9")])
    same_decision = replace(cancelled, cancelled=8)

    def found(run: Run) -> list[str]:
        return [each.found for each in s18_no_send_after_temporals_cancel(Story("g", [], runs=(run,)))]

    assert found(cancelled) == ["execute:stake:1 was asked for after Temporal's cancel"]
    assert found(same_decision) == []


def test_temporals_cancel_is_read_from_the_history() -> None:
    run = cut("cancelled_in_temporal", scheduled("record:end"))

    assert run.cancelled
    assert cut("cancelled", scheduled("record:end")).cancelled == 0
    assert list(s18_no_send_after_temporals_cancel(Story("g", [], runs=(run,)))) == []
