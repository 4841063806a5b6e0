"""What the log answers: plain values, so that every kind of log answers alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from allornone.events import Event
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent


@dataclass(frozen=True, slots=True)
class ReferenceTrace:
    """All that is recorded of one reference.

    `outcome` is the last record that settles it: status confirmed, failed or rolled_back. `superseded` tells that the
    group has later records of another life (other references, or its end) than the `known_seq` of the question.
    """

    seq: int
    """The group's last record."""
    intent: OperationExecutionEvent | None = None
    revoked: bool = False
    outcome: OperationExecutionEvent | None = None
    superseded: bool = False
    contradiction: OperationExecutionEvent | None = None
    """The last effect that a venue told and that contradicts `outcome`: an answer that came late."""

    @property
    def effect(self) -> OperationExecutionEvent | None:
        """The effect that the log tells of by now, None where nothing in it took effect."""
        told = self.contradiction or self.outcome
        return told if told is not None and told.actual_deltas else None


Effects = Callable[[OperationExecutionEvent | None], tuple[Event, ...]]
"""What to record of an effect, beyond the one that the log tells of by now (None: of none)."""


class PermitState(StrEnum):
    """Who may send."""

    WRITTEN = "written"
    FOUND = "found"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Permit:
    """The answer to an intent: `written` is the only one that permits a send."""

    state: PermitState
    trace: ReferenceTrace


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer to a record: the group's last `seq`, and whether another life of the group went on before.

    `conflicts` are the contradictions that the record is kept in, now or already before.
    """

    seq: int
    superseded: bool = False
    conflicts: tuple[GroupTransitionEvent, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class GroupTrace:
    """Where the log stands with a group: its last record, its start and whether it has an end record."""

    seq: int = 0
    started: GroupTransitionEvent | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class EndedGroup:
    """A group that has an end record, and when that was made."""

    group_id: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class SentReference:
    """A reference that has an intent, and what its group took it for when it ended: None for nothing certain.

    That is its outcome as it was recorded by then, or the other one that a look before the end showed.
    """

    intent: OperationExecutionEvent
    known: OperationExecutionEvent | None = None
    since: OperationExecutionEvent | None = None
    """The last effect of it that an answer which came late recorded, and that the group ended without taking up."""
    late: tuple[GroupTransitionEvent, ...] = ()
    """What was recorded of it as late effects after the end, in that order."""
