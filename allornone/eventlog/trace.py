"""What the log answers: plain values, so that every kind of log answers alike."""

from dataclasses import dataclass
from enum import StrEnum

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
    """The answer to a record: the group's last `seq`, and whether another life of the group went on before."""

    seq: int
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class GroupTrace:
    """Where the log stands with a group: its last record, its start and whether it has an end record."""

    seq: int = 0
    started: GroupTransitionEvent | None = None
    ended: bool = False
