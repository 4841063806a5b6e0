"""Where an activity can be cut: each thing it asks of a venue or of the log suspends it until somebody answers."""

from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from typing import Any

from allornone.eventlog import (
    Effects,
    EndedGroup,
    Event,
    GroupTrace,
    GroupTransitionEvent,
    OperationExecutionEvent,
    Permit,
    Recorded,
    ReferenceTrace,
    SentReference,
)
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, Prepared
from allornone.venues.capabilities import Capabilities
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading
from tests.campaign.virtual.inverse import inverse_of


class Call:
    """One question to the world. Awaiting it suspends the activity; what it is resumed with is the answer."""

    __slots__ = ("arguments", "name")

    def __init__(self, name: str, *arguments: Any) -> None:
        self.name = name
        self.arguments = arguments

    def __await__(self) -> Generator["Call", Any, Any]:
        answer = yield self
        return answer


class AskingVenue:
    """A `Venue` whose every answer is the world's. A send is two calls: it leaves, and its answer is awaited."""

    def __init__(self, name: str, capabilities: Capabilities, no_undo: frozenset[str]) -> None:
        self.name = name
        self.capabilities = capabilities
        self._no_undo = no_undo

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        prepared: Prepared = await Call("prepare", request)
        return prepared

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        await Call("send", request, prepared)
        reading: Reading = await Call("answer", request)
        return reading

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        reading: Reading = await Call("lookup", request, prepared)
        return reading

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        reading: Reading = await Call("recall", request, prepared)
        return reading

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        return inverse_of(request, handshake, undoable=request.operation_id not in self._no_undo)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        raise NotImplementedError(f"{request.operation_id}: nothing is simulated here")


class AskingLog:
    """An `EventLog` whose every answer is the world's. An intent is two calls: written, and known to be."""

    directory = Path("/nowhere")

    async def intend(self, intent: OperationExecutionEvent, known_seq: int) -> Permit:
        permit: Permit = await Call("intend", intent, known_seq)
        await Call("intended", intent)
        return permit

    async def revoke(self, revocation: GroupTransitionEvent, known_seq: int) -> ReferenceTrace:
        trace: ReferenceTrace = await Call("revoke", revocation, known_seq)
        return trace

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        recorded: Recorded = await Call("record", events, known_seq, in_flight)
        await Call("recorded", events)
        return recorded

    async def settle(self, outcome: OperationExecutionEvent, effects: Effects, known_seq: int) -> Recorded:
        recorded: Recorded = await Call("settle", outcome, effects, known_seq)
        await Call("recorded", (outcome,))
        return recorded

    async def reference(self, group_id: str, client_ref: str) -> ReferenceTrace:
        trace: ReferenceTrace = await Call("reference", group_id, client_ref)
        return trace

    async def group(self, group_id: str) -> GroupTrace:
        trace: GroupTrace = await Call("group", group_id)
        return trace

    async def history(self, group_id: str) -> tuple[Event, ...]:
        events: tuple[Event, ...] = await Call("history", group_id)
        return events

    async def open_groups(self) -> tuple[str, ...]:
        groups: tuple[str, ...] = await Call("open_groups")
        return groups

    async def ended_groups(self, since: datetime) -> tuple[EndedGroup, ...]:
        groups: tuple[EndedGroup, ...] = await Call("ended_groups", since)
        return groups

    async def references(self, group_id: str) -> tuple[SentReference, ...]:
        references: tuple[SentReference, ...] = await Call("references", group_id)
        return references
