"""Which file an event belongs to, and which model reads it back."""

from allornone.events import Event
from allornone.events.delta import ExecutionDeltaEvent
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent

EVENTS = "events"
"""The folder of the four files, in the log's directory."""

OPERATIONS = "operation_executions.jsonl"
GROUPS = "atomic_operation_groups.jsonl"
DELTAS = "execution_deltas.jsonl"
TRANSITIONS = "group_transitions.jsonl"

MODELS: dict[str, type[Event]] = {
    OPERATIONS: OperationExecutionEvent,
    GROUPS: AtomicOperationGroupEvent,
    DELTAS: ExecutionDeltaEvent,
    TRANSITIONS: GroupTransitionEvent,
}
"""The files in reading order, each with the model of its lines."""

FAMILIES = {OPERATIONS: "operation", GROUPS: "group", DELTAS: "delta", TRANSITIONS: "transition"}

LOG_RECOVERED = "log_recovered"
"""The `kind` of the one line that is no event: an unterminated tail was cut off."""


def file_of(event: Event) -> str:
    """Return the name of the file that keeps `event`."""
    match event:
        case OperationExecutionEvent():
            return OPERATIONS
        case AtomicOperationGroupEvent():
            return GROUPS
        case ExecutionDeltaEvent():
            return DELTAS
        case GroupTransitionEvent():
            return TRANSITIONS


def kind_of(event: Event) -> str:
    """Return a transition's kind, else the family of the event's file: operation, group, delta."""
    return event.kind.value if isinstance(event, GroupTransitionEvent) else FAMILIES[file_of(event)]


def reference_of(event: Event) -> str | None:
    """Return the `client_ref` that `event` is about; a group's end is about none."""
    return None if isinstance(event, AtomicOperationGroupEvent) else event.client_ref
