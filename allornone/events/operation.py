"""The record of one status that an operation, or its undo, takes."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from allornone.models.execution import Direction, Fee, Prepared
from allornone.models.operation import DeltaTotals
from allornone.models.reconciliation import Reconciliation
from allornone.units import ZERO, Amount, ClientRef, UtcTime


class OperationExecutionEvent(BaseModel):
    """The seed's event, one line of `operation_executions.jsonl`, with what makes it provable.

    `timestamp` is the strategy's moment where it gave one, `real_utc_time` when the record was made. `venue` is the
    venue that executes. `order_id` is the venue's own id when it is known, else the operation's. `submitted_at` is
    when the request left; in a `pending` record, when the intent was made. `seq` is given by the log: 1..n per group.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    timestamp: str
    real_utc_time: str
    correlation_id: str
    pid: int
    operation_id: str
    order_id: str
    operation_type: str
    venue: str
    status: str
    source_venue: str
    target_venue: str
    source_token: str
    target_token: str
    operation_details: dict[str, Any]
    position_deltas: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    executed_amount: Amount = ZERO
    fee_amount: Amount = ZERO
    fee_currency: str = "USDT"
    error_code: str | None = None
    error_message: str | None = None
    atomic_group_id: str | None = None
    sequence_in_group: int | None = None
    submitted_at: UtcTime
    executed_at: UtcTime | None = None
    venue_metadata: dict[str, Any] = Field(default_factory=dict)
    simulated: bool = False
    metadata: dict[str, Any] | None = None

    event_id: str = ""
    seq: int = 0
    direction: Direction = Direction.FORWARD
    epoch: int = 1
    attempt: int = 1
    client_ref: ClientRef | None = None
    plan_hash: str = ""
    not_after: UtcTime | None = None
    prepared: Prepared | None = None
    expected_deltas: DeltaTotals = Field(default_factory=dict)
    actual_deltas: DeltaTotals = Field(default_factory=dict)
    reconciliation: Reconciliation | None = None
    fees: tuple[Fee, ...] = ()
    filled_ratio: Amount | None = None
    evidence: dict[str, Any] = Field(default_factory=dict)
    outcome: str | None = None
