"""The record of a group's end."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from allornone.models.operation import DeltaTotals
from allornone.units import ZERO, Amount


class AtomicOperationGroupEvent(BaseModel):
    """The seed's event, one line of `atomic_operation_groups.jsonl`: one per group, at its end.

    `total_gas_fees` is the sum of gas alone and in one native token; `fees` has every cost per currency. The sum of
    `residual_deltas` and `friction` is every change the group made that its plan did not ask for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    timestamp: str
    real_utc_time: str
    correlation_id: str
    pid: int
    atomic_group_id: str
    total_operations: int
    group_status: str
    operations: list[dict[str, Any]]
    total_gas_fees: Amount = ZERO
    execution_time_ms: float
    rollback_triggered: bool
    rollback_reason: str | None = None
    metadata: dict[str, Any] | None = None

    event_id: str = ""
    seq: int = 0
    plan_hash: str = ""
    strategy: str = ""
    simulated: bool = False
    residual_deltas: DeltaTotals = Field(default_factory=dict)
    friction: DeltaTotals = Field(default_factory=dict)
    fees: dict[str, Amount] = Field(default_factory=dict)
    unfenced: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    reason: str = ""
