"""The seed's logger: the same files and the same lines, for callers without an event loop."""

from pathlib import Path

from allornone.eventlog import recording
from allornone.eventlog.facts import plain
from allornone.eventlog.journal import Journal
from allornone.eventlog.layout import EVENTS
from allornone.events import Event
from allornone.events.delta import ExecutionDeltaEvent
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent
from allornone.ids import digest


class DomainEventLogger:
    """Writes events under `<log_dir>/events/`, beside any `JsonlEventLog` of the same directory.

    Each method returns when the event is on disk, and raises OSError when it cannot be. The same `event_id`
    is written once; an event without one gets an id made of all that it says.
    """

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self.events_dir = log_dir / EVENTS
        self._journal = Journal(log_dir)

    def log_operation_execution(self, event: OperationExecutionEvent) -> None:
        """Write one line of `operation_executions.jsonl`."""
        self._log(event)

    def log_atomic_group(self, event: AtomicOperationGroupEvent) -> None:
        """Write one line of `atomic_operation_groups.jsonl`."""
        self._log(event)

    def log_execution_delta(self, event: ExecutionDeltaEvent) -> None:
        """Write one line of `execution_deltas.jsonl`."""
        self._log(event)

    def log_transition(self, event: GroupTransitionEvent) -> None:
        """Write one line of `group_transitions.jsonl`."""
        self._log(event)

    def _log(self, event: Event) -> None:
        with self._journal.locked():
            recording.record(self._journal, (_identified(event),), known_seq=None)
        self._journal.sync()


def _identified(event: Event) -> Event:
    if event.event_id:
        return event
    return event.model_copy(update={"event_id": digest(["event", plain(event)])[:32]})
