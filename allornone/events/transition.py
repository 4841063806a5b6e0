"""The record of everything else that happens to a group."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from allornone.units import ClientRef


class TransitionKind(StrEnum):
    """What happened."""

    STARTED = "started"
    ROLLING_BACK = "rolling_back"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    COMMAND = "command"
    JUDGED = "judged"
    """An operator's word was held against a look-up, and answered."""
    DEADLINE = "deadline"
    REVOKED = "revoked"
    CONFLICT = "conflict"
    LATE_EFFECT = "late_effect"
    SUPERSEDED = "superseded"
    ABANDONED = "abandoned"
    """The workflow ended without an end record, and the group is not taken up again."""
    RECOVERED = "recovered"
    """A new life of the group begins, rebuilt from these records; whatever lives on of an older one is fenced."""


class GroupTransitionEvent(BaseModel):
    """One line of `group_transitions.jsonl`. `started` carries the whole plan in `facts`, before any intent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timestamp: str
    real_utc_time: str
    correlation_id: str
    pid: int
    atomic_group_id: str
    kind: TransitionKind
    reason: str = ""
    actor: str = ""
    operation_id: str | None = None
    client_ref: ClientRef | None = None
    facts: dict[str, Any] = Field(default_factory=dict)

    event_id: str = ""
    seq: int = 0
    simulated: bool = False
