"""What Temporal's history tells of a group: its runs, and what each activity answered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from allornone_verify.fields import Fields, fields_of

CLOSED = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "completed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "failed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "timed_out",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "canceled",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "terminated",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continued_as_new",
}

KNOWN = frozenset({"closed", "refused", "not_sent", "absent"})
"""The answers that settle a reference."""

SUPERSEDED = "superseded by another life"
"""How the result of a run begins that did nothing more, because another went on."""


@dataclass(frozen=True, slots=True)
class Told:
    """One activity that completed: what it was asked and what it answered."""

    asked: Fields
    answer: Fields
    activity: str
    place: str

    @property
    def seq(self) -> int:
        """The group's last record when it answered."""
        return int(self.answer.get("seq") or 0)

    @property
    def ref(self) -> str:
        """The reference it is about, empty for a record of the group."""
        return str(self.asked.get("client_ref") or "") if "operation" in self.asked else ""

    @property
    def settles(self) -> bool:
        """Whether it says, as recorded, what became of its reference."""
        return bool(self.answer.get("recorded")) and self.answer.get("kind") in KNOWN

    @property
    def deltas(self) -> Fields:
        """What it says changed."""
        return fields_of(fields_of(self.answer.get("handshake")).get("actual_deltas"))


@dataclass(frozen=True, slots=True)
class Taken:
    """A command that was accepted and done: its name, the event at which it was accepted, and where it was answered."""

    name: str
    accepted: int
    place: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An activity that was scheduled. `task` is the event of the workflow's decision to do so."""

    activity: str
    about: Fields
    task: int
    place: str

    @property
    def is_record(self) -> bool:
        """Whether it only records, and neither sends nor looks."""
        return "operation" not in self.about


@dataclass(frozen=True, slots=True)
class Pending:
    """What a run waits for, and until when that should have come: now, for a task or an activity without an end."""

    what: str
    due: datetime
    place: str


@dataclass(slots=True)
class Run:
    """One run of a group's workflow."""

    run_id: str
    status: str = "open"
    before: str = ""
    """The run that this one continues, or was reset from."""
    plan: Fields = field(default_factory=Fields)
    told: list[Told] = field(default_factory=list[Told])
    asked: list[Asked] = field(default_factory=list[Asked])
    commands: dict[str, Taken] = field(default_factory=dict[str, Taken])
    """The accepted updates that succeeded, by the command's id."""
    cancelled: int = 0
    """The event of the first decision after Temporal's own cancel, 0 where there is none."""
    result: Fields | None = None
    events: int = 0
    pending: tuple[Pending, ...] = ()
    """The timers, activities and workflow tasks that it waits for."""

    @property
    def waits(self) -> bool:
        """Whether a timer, an activity or a workflow task is pending."""
        return bool(self.pending)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is done in it: it waits for a command, or for time to pass."""
        return self.status == "open" and all(each.what == "timer" for each in self.pending)

    @property
    def gave_way(self) -> bool:
        """Whether it ended only because another life of the group went on."""
        return self.result is not None and str(self.result.get("reason", "")).startswith(SUPERSEDED)


def run_of(run_id: str, events: Iterable[HistoryEvent]) -> Run:
    """Read one run's history. Raises ValueError where a payload is no JSON."""
    run, reader = Run(run_id), _Reader()
    for event in events:
        run.events += 1
        reader.read(run, event)
    run.pending = tuple(reader.pending.values())
    return run


class _Reader:
    """Follows what was scheduled, until it is closed."""

    def __init__(self) -> None:
        self.pending: dict[tuple[str, int], Pending] = {}
        self._asked: dict[int, tuple[str, Fields]] = {}
        self._updates: dict[str, tuple[str, int, Fields]] = {}
        self._cancelled = False

    def read(self, run: Run, event: HistoryEvent) -> None:
        kind = event.event_type
        if kind in CLOSED:
            _close(run, event, CLOSED[kind])
        elif kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            _start(run, event)
        elif event.HasField("activity_task_scheduled_event_attributes"):
            self._schedule(run, event)
        elif event.HasField("activity_task_completed_event_attributes"):
            completed = event.activity_task_completed_event_attributes
            self.pending.pop(("activity", completed.scheduled_event_id), None)
            activity, asked = self._asked.pop(completed.scheduled_event_id, ("", {}))
            run.told.append(Told(asked, _first(completed.result), activity, _place(run, event)))
        else:
            self._others(run, event)

    def _schedule(self, run: Run, event: HistoryEvent) -> None:
        scheduled = event.activity_task_scheduled_event_attributes
        about, task = _first(scheduled.input), scheduled.workflow_task_completed_event_id
        self._asked[event.event_id] = scheduled.activity_id, about
        run.asked.append(Asked(scheduled.activity_id, about, task, _place(run, event)))
        self._wait(run, event, "activity", event.event_id, scheduled.schedule_to_close_timeout.ToTimedelta())

    def _wait(self, run: Run, event: HistoryEvent, what: str, number: int, lasts: timedelta = timedelta()) -> None:
        due = event.event_time.ToDatetime(UTC) + lasts
        self.pending[what, number] = Pending(what, due, _place(run, event))

    def _others(self, run: Run, event: HistoryEvent) -> None:
        for name in ("failed", "timed_out", "canceled"):
            attributes = f"activity_task_{name}_event_attributes"
            if event.HasField(attributes):  # type: ignore[arg-type]
                self.pending.pop(("activity", getattr(event, attributes).scheduled_event_id), None)
        if event.HasField("timer_started_event_attributes"):
            lasts = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            self._wait(run, event, "timer", event.event_id, lasts)
        if event.HasField("timer_fired_event_attributes"):
            self.pending.pop(("timer", event.timer_fired_event_attributes.started_event_id), None)
        if event.HasField("timer_canceled_event_attributes"):
            self.pending.pop(("timer", event.timer_canceled_event_attributes.started_event_id), None)
        self._tasks(run, event)
        self._commands(run, event)

    def _tasks(self, run: Run, event: HistoryEvent) -> None:
        if event.HasField("workflow_task_scheduled_event_attributes"):
            self._wait(run, event, "task", 0)
        if event.HasField("workflow_execution_cancel_requested_event_attributes"):
            self._cancelled = True
        if event.HasField("workflow_task_completed_event_attributes"):
            self.pending.pop(("task", 0), None)
            if self._cancelled and not run.cancelled:
                run.cancelled = event.event_id
        if event.HasField("workflow_task_failed_event_attributes"):
            reset_from = event.workflow_task_failed_event_attributes.base_run_id
            run.before = reset_from or run.before

    def _commands(self, run: Run, event: HistoryEvent) -> None:
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            accepted = event.workflow_execution_update_accepted_event_attributes
            said = accepted.accepted_request.input
            self._updates[accepted.protocol_instance_id] = said.name, event.event_id, _first(said.args)
        if event.HasField("workflow_execution_update_completed_event_attributes"):
            completed = event.workflow_execution_update_completed_event_attributes
            name, accepted_at, given = self._updates.pop(completed.meta.update_id, ("", event.event_id, {}))
            if completed.outcome.HasField("success"):
                command_id = str(given.get("command_id") or completed.meta.update_id)
                run.commands.setdefault(command_id, Taken(name, accepted_at, _place(run, event)))


def _start(run: Run, event: HistoryEvent) -> None:
    started = event.workflow_execution_started_event_attributes
    run.before = started.continued_execution_run_id
    run.plan = fields_of(_first(started.input).get("group"))


def _close(run: Run, event: HistoryEvent, status: str) -> None:
    run.status = status
    if status == "completed":
        run.result = _first(event.workflow_execution_completed_event_attributes.result)


def _first(payloads: Payloads) -> Fields:
    """Return the first payload, the models' own JSON; empty where it is no object."""
    for payload in payloads.payloads:
        return fields_of(orjson.loads(payload.data) if payload.data else None)
    return {}


def _place(run: Run, event: HistoryEvent) -> str:
    return f"run {run.run_id} event {event.event_id}"


def told(runs: Iterable[Run]) -> Iterator[Told]:
    """Yield every answer of a group's runs."""
    for run in runs:
        yield from run.told
