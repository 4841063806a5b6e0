"""The record of one effect on positions."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from allornone.models.execution import Direction
from allornone.units import ClientRef


class ExecutionDeltaEvent(BaseModel):
    """One line of `execution_deltas.jsonl`: the structured deltas of one effect, forward or undone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timestamp: str
    real_utc_time: str
    correlation_id: str
    pid: int
    source_operation_id: str
    operation_type: str
    deltas: list[dict[str, Any]]
    metadata: dict[str, Any] | None = None

    event_id: str = ""
    seq: int = 0
    atomic_group_id: str | None = None
    direction: Direction = Direction.FORWARD
    epoch: int = 1
    client_ref: ClientRef | None = None
    simulated: bool = False
