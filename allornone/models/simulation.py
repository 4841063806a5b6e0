"""A rehearsal: what a group or an operation would do, without doing it."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from allornone.models.execution import ExecutionHandshake
from allornone.models.group import AtomicGroup
from allornone.models.operation import DeltaTotals, OperationCommand
from allornone.models.reconciliation import Reconciliation
from allornone.units import Amount


class SimulationRequest(BaseModel):
    """Predict a group or one operation.

    `quote` prices each operation by itself, `dry_run` walks the group and its rollback, `fork` asks a venue that
    keeps a copy of the chain; a venue without one answers as for `dry_run` and says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: AtomicGroup | None = None
    operation: OperationCommand | None = None
    mode: Literal["quote", "dry_run", "fork"] = "dry_run"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.group is None) == (self.operation is None):
            raise ValueError("a simulation must name either a group or an operation")
        return self


class SimulatedOperation(BaseModel):
    """What one operation would do, and what undoing it right after would leave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: str
    venue: str
    handshake: ExecutionHandshake
    reconciliation: Reconciliation | None = None
    undo_class: str = ""
    rollback_cost: DeltaTotals = Field(default_factory=dict)


class SimulationAnswer(BaseModel):
    """The prediction. `refused` holds, by operation, why a venue would refuse it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: str
    operations: tuple[SimulatedOperation, ...] = ()
    refused: dict[str, str] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    net_deltas: DeltaTotals = Field(default_factory=dict)
    fees: dict[str, Amount] = Field(default_factory=dict)
    rollback_cost: DeltaTotals = Field(default_factory=dict)
