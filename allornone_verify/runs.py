"""What Temporal's history tells of a group: its runs, and what each activity answered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Run:
    """One run of a group's workflow."""

    run_id: str
    status: str = "open"
    before: str = ""
    """The run that this one continues, or was reset from."""
    plan: Fields = field(default_factory=Fields)
    told: list[Told] = field(default_factory=list[Told])
    commands: dict[str, str] = field(default_factory=dict[str, str])
    """The accepted updates that succeeded: id to place."""
    result: Fields | None = None
    events: int = 0
    waits: bool = False
    """Whether a timer, an activity or a workflow task is pending."""

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
    run.waits = bool(reader.pending)
    return run


class _Reader:
    """Follows what was scheduled, until it is closed."""

    def __init__(self) -> None:
        self.pending: set[tuple[str, int]] = set()
        self._asked: dict[int, tuple[str, Fields]] = {}
        self._updates: dict[str, Fields] = {}

    def read(self, run: Run, event: HistoryEvent) -> None:
        kind = event.event_type
        if kind in CLOSED:
            _close(run, event, CLOSED[kind])
        elif kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            _start(run, event)
        elif event.HasField("activity_task_scheduled_event_attributes"):
            scheduled = event.activity_task_scheduled_event_attributes
            self._asked[event.event_id] = scheduled.activity_id, _first(scheduled.input)
            self.pending.add(("activity", event.event_id))
        elif event.HasField("activity_task_completed_event_attributes"):
            completed = event.activity_task_completed_event_attributes
            self.pending.discard(("activity", completed.scheduled_event_id))
            activity, asked = self._asked.pop(completed.scheduled_event_id, ("", {}))
            run.told.append(Told(asked, _first(completed.result), activity, _place(run, event)))
        else:
            self._others(run, event)

    def _others(self, run: Run, event: HistoryEvent) -> None:
        for name in ("failed", "timed_out", "canceled"):
            attributes = f"activity_task_{name}_event_attributes"
            if event.HasField(attributes):  # type: ignore[arg-type]
                self.pending.discard(("activity", getattr(event, attributes).scheduled_event_id))
        if event.HasField("timer_started_event_attributes"):
            self.pending.add(("timer", event.event_id))
        if event.HasField("timer_fired_event_attributes"):
            self.pending.discard(("timer", event.timer_fired_event_attributes.started_event_id))
        if event.HasField("timer_canceled_event_attributes"):
            self.pending.discard(("timer", event.timer_canceled_event_attributes.started_event_id))
        self._tasks(run, event)
        self._commands(run, event)

    def _tasks(self, run: Run, event: HistoryEvent) -> None:
        if event.HasField("workflow_task_scheduled_event_attributes"):
            self.pending.add(("task", 0))
        if event.HasField("workflow_task_completed_event_attributes"):
            self.pending.discard(("task", 0))
        if event.HasField("workflow_task_failed_event_attributes"):
            reset_from = event.workflow_task_failed_event_attributes.base_run_id
            run.before = reset_from or run.before

    def _commands(self, run: Run, event: HistoryEvent) -> None:
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            accepted = event.workflow_execution_update_accepted_event_attributes
            self._updates[accepted.protocol_instance_id] = _first(accepted.accepted_request.input.args)
        if event.HasField("workflow_execution_update_completed_event_attributes"):
            completed = event.workflow_execution_update_completed_event_attributes
            given = self._updates.pop(completed.meta.update_id, {})
            if completed.outcome.HasField("success"):
                run.commands[str(given.get("command_id") or completed.meta.update_id)] = _place(run, event)


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
