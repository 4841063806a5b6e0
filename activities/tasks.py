"""What the workflow hands to an activity: one frozen model in."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest
from allornone.models.group import AtomicGroup
from allornone.models.operation import OperationCommand
from allornone.models.result import GroupResult
from allornone.units import ClientRef, UtcTime


class GroupContext(BaseModel):
    """What each record repeats of its group. `timestamp` is the strategy's own moment, where it gave one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    atomic_group_id: str
    correlation_id: str = ""
    strategy: str = ""
    timestamp: str = ""
    simulated: bool = False
    plan_hash: str = ""
    total_operations: int = 0


class OperationClaim(BaseModel):
    """An operator's word about a reference: what happened, or, without a handshake, that nothing did."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    handshake: ExecutionHandshake | None = None


class OperationTask(BaseModel):
    """One reference: what to send, undo or look up.

    `request` is the forward request, sized to what is left to do; an undo's is the whole operation's. An undo also
    needs `effect`, the net of what the operation and its other undos moved, `filled_ratio` being the share that is
    left, and derives its own request from it. `mode`, `reading`, `came_back`, `revoked_s`,
    `blind_s` and `seen` are for look-ups: why we look, the how-manieth reading this is, whether the sending attempt
    answered, for how long the reference has certainly been revoked, for how much of that no look was told the venue's
    time, and whether the venue has shown the reference before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    context: GroupContext
    operation: OperationCommand
    request: ExecutionRequest
    direction: Direction = Direction.FORWARD
    epoch: int = 1
    client_ref: ClientRef
    not_after: UtcTime
    known_seq: int = 0
    effect: ExecutionHandshake | None = None
    mode: Literal["look", "read", "reread", "resolve", "last_look"] = "resolve"
    reading: int = 1
    came_back: bool = False
    revoked_s: float = 0.0
    blind_s: float = 0.0
    seen: bool = False
    claim: OperationClaim | None = None


class RecordTask(BaseModel):
    """One group event: a transition, or, with a result, the end.

    `in_flight` is the reference whose records the workflow may not have seen yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    context: GroupContext
    number: int = 0
    known_seq: int = 0
    in_flight: ClientRef | None = None
    kind: TransitionKind | None = None
    reason: str = ""
    actor: str = ""
    operation_id: str | None = None
    client_ref: ClientRef | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    plan: AtomicGroup | None = None
    result: GroupResult | None = None
    execution_time_ms: float = 0.0


class RecordAnswer(BaseModel):
    """The group's last record, and whether another life of the group went on before.

    `result` is how the group ended, where it is started again after its end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: int
    superseded: bool = False
    result: GroupResult | None = None
