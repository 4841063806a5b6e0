"""What is left to see from outside: the event log's records and the paper venues' own ledger."""

from pathlib import Path

from allornone.eventlog.reader import EventReader
from allornone.events import (
    AtomicOperationGroupEvent,
    Event,
    ExecutionDeltaEvent,
    GroupTransitionEvent,
    OperationExecutionEvent,
)
from allornone.venues.paper import PaperWorld


class Witness:
    """Reads the log of one group, and everything in a ledger."""

    def __init__(self, log_folder: Path, world: PaperWorld, group_id: str) -> None:
        self._reader = EventReader(log_folder)
        self._world = world
        self._group_id = group_id

    def events(self) -> list[Event]:
        """Return the group's records in the order of `seq`."""
        return list(self._reader.events(self._group_id))

    def operations(self) -> list[OperationExecutionEvent]:
        """Return the records of operations among them."""
        return [event for event in self.events() if isinstance(event, OperationExecutionEvent)]

    def transitions(self) -> list[GroupTransitionEvent]:
        """Return what else happened to the group."""
        return [event for event in self.events() if isinstance(event, GroupTransitionEvent)]

    def story(self) -> list[str]:
        """Return the records in a word or two each."""
        return [_words(event) for event in self.events()]

    def orders(self) -> list[str]:
        """Return every order that reached a venue, oldest first."""
        return [f"{row.operation_id} {row.direction} {row.state.value}" for row in self._world.ledger.orders()]

    def changes(self) -> dict[str, str]:
        """Return what the venues say changed, fees included."""
        return {key: str(amount) for key, amount in self._world.ledger.totals().items()}


def _words(event: Event) -> str:
    match event:
        case OperationExecutionEvent():
            return f"{event.operation_id} {event.status}"
        case GroupTransitionEvent():
            return event.kind.value
        case ExecutionDeltaEvent():
            return "deltas"
        case AtomicOperationGroupEvent():
            return event.group_status
