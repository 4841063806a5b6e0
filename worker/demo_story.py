"""A group's story as the event log tells it, while it happens: nothing between two looks is missed."""

from pathlib import Path

from allornone.cli.session import say
from allornone.cli.tables import changes
from allornone.eventlog.reader import EventReader, Position
from allornone.events import Event, GroupTransitionEvent, OperationExecutionEvent


class Story:
    """Says what is new of one group since the last time."""

    def __init__(self, log_dir: Path, group_id: str) -> None:
        self._reader = EventReader(log_dir)
        self._group_id = group_id
        self._position: Position = self._reader.after({})[1]

    def tell(self) -> None:
        """Say what was recorded since."""
        found, self._position = self._reader.after(self._position)
        for event in found:
            if event.atomic_group_id == self._group_id and (line := _line(event)):
                say(f"  {line}")


def _line(event: Event) -> str:
    if isinstance(event, OperationExecutionEvent):
        return _operation(event)
    if isinstance(event, GroupTransitionEvent) and event.kind not in {"started", "command"}:
        return ": ".join(part for part in (event.kind, event.reason) if part)
    return ""


def _operation(event: OperationExecutionEvent) -> str:
    undo = "undo of " if event.direction.value == "rollback" else ""
    verdict = f" ({event.reconciliation.verdict.value})" if event.reconciliation else ""
    why = f": {event.error_message}" if event.error_message else ""
    moved = f": {changes(event.actual_deltas)}" if event.actual_deltas else why
    return f"{undo}{event.operation_id}, {event.operation_type} on {event.venue}: {event.status}{verdict}{moved}"
