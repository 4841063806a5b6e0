"""What a history tells of a group that is still open: L2, L6; recorded histories, cut off where it suits."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from allornone_verify.invariants.operators import l6_commands_are_audited
from allornone_verify.records import Record
from allornone_verify.runs import Asked, Run, Taken, run_of
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
