"""The logging world: rich events for history, one model a file."""

from allornone.events.delta import ExecutionDeltaEvent
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent

Event = OperationExecutionEvent | AtomicOperationGroupEvent | ExecutionDeltaEvent | GroupTransitionEvent
"""Whatever the log keeps. Every event of a group has an `event_id` and, once written, its `seq`."""

__all__ = [
    "AtomicOperationGroupEvent",
    "Event",
    "ExecutionDeltaEvent",
    "GroupTransitionEvent",
    "OperationExecutionEvent",
]
