"""How a group stands and how it ended: what the status query, the CLI and a strategy read."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from allornone.models.execution import Direction, ExecutionHandshake
from allornone.models.group import GroupStatus
from allornone.models.operation import DeltaTotals
from allornone.models.reconciliation import Verdict
from allornone.units import ZERO, Amount, ClientRef, UtcTime


class OperationState(StrEnum):
    """`planned -> pending -> confirmed | failed | unknown`, and after that `confirmed -> rolled_back`."""

    PLANNED = "planned"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ROLLED_BACK = "rolled_back"


class UnfencedRange(BaseModel):
    """A reference that may still take effect, or have: somewhere from nothing to `amount` of `token`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: str
    direction: Direction
    client_ref: ClientRef
    token: str
    amount: Amount = ZERO


class OperationResult(BaseModel):
    """What one operation came to: the handshake of every reference that was sent, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: str
    state: OperationState
    verdict: Verdict | None = None
    handshakes: tuple[ExecutionHandshake, ...] = ()
    undo_handshakes: tuple[ExecutionHandshake, ...] = ()
    residual_deltas: DeltaTotals = Field(default_factory=dict)


class GroupResult(BaseModel):
    """How a group ended. `residual_deltas` is the exposure left, `friction` what the way there cost.

    A completed group's deltas are what its plan asked for and are no residual. `not_looked` are the references that
    the last look before the end could not ask about: their venue was silent. The looks after the end owe them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    atomic_group_id: str
    plan_hash: str
    status: GroupStatus
    operations: tuple[OperationResult, ...]
    residual_deltas: DeltaTotals = Field(default_factory=dict)
    friction: DeltaTotals = Field(default_factory=dict)
    unfenced: tuple[UnfencedRange, ...] = ()
    not_looked: tuple[ClientRef, ...] = ()
    reason: str = ""


class Effort(BaseModel):
    """What was tried for the reference that is unknown or stuck. Counts saturate at 128.

    `sends`: references of this direction so far, this one among them. `refusals`: answers that proved that nothing
    happened. `since` is the send of what is unknown, or the first try of what is stuck; an operator's retry of an
    unknown begins it anew. `fence` tells whether "it did not happen" can be believed (DESIGN 6.5), empty where
    nothing is in flight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sends: int
    looks: int = 0
    refusals: int = 0
    since: UtcTime | None = None
    fence: str = ""


class OperationView(BaseModel):
    """One operation as it stands. `client_ref` is the reference that a command must name, where one would help.

    `effort` is what was tried for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: str
    operation_type: str
    venue: str
    state: OperationState
    direction: Direction = Direction.FORWARD
    epoch: int = 0
    client_ref: ClientRef | None = None
    verdict: Verdict | None = None
    expected_deltas: DeltaTotals = Field(default_factory=dict)
    net_deltas: DeltaTotals = Field(default_factory=dict)
    note: str = ""
    effort: Effort | None = None


class GroupView(BaseModel):
    """The answer to the query `status`. `commands` are those that make sense now; `needs` says why one is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    atomic_group_id: str
    plan_hash: str
    status: GroupStatus
    reason: str = ""
    needs_operator: bool = False
    paused: bool = False
    cancelling: bool = False
    simulated: bool = False
    operations: tuple[OperationView, ...]
    residual_deltas: DeltaTotals = Field(default_factory=dict)
    friction: DeltaTotals = Field(default_factory=dict)
    commands: tuple[str, ...] = ()
    started_at: UtcTime | None = None
    deadline: UtcTime | None = None
    known_seq: int = 0
    result: GroupResult | None = None
