"""An atomic operation group: all of its operations, or none of them, or the exact exposure that is left."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints, model_validator

from allornone.ids import digest
from allornone.models.operation import OperationCommand
from allornone.units import CorrelationId, GroupId, NonNegativeAmount, PositiveAmount, Token, UtcTime

MAX_OPERATIONS = 64
"""Keeps a group's state, its UI table and its end record far below Temporal's 2 MiB."""


LOW_PRIORITY = -10
"""Below it a group goes last of all."""


class GroupStatus(StrEnum):
    """Where a group stands. The four ends are the seed's words, and they are honest (docs/guarantees.md)."""

    RUNNING = "running"
    ROLLING_BACK = "rolling_back"
    BLOCKED = "blocked"
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    PARTIAL = "partial"


ENDS = frozenset({GroupStatus.COMPLETED, GroupStatus.ROLLED_BACK, GroupStatus.FAILED, GroupStatus.PARTIAL})


class GroupPolicy(BaseModel):
    """What a group does where more than one thing would be right.

    `on_stuck_undo`: `wait`, or `continue` past operations declared independent. `accept_residual`: end `partial`
    instead of waiting for an operator when exposure must stay. `max_friction`: per token, how much fees, slippage and
    dust may cost before an undone group is called `partial`. Budgets are seconds until the group asks for an operator;
    it goes on trying. `forward_retries`: further epochs after a proven refusal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    on_stuck_undo: Literal["wait", "continue"] = "wait"
    accept_residual: StrictBool = False
    max_friction: dict[Token, NonNegativeAmount] | None = None
    resolve_budget_s: Annotated[PositiveAmount, Field(le=604_800)] = Decimal(600)
    undo_budget_s: Annotated[PositiveAmount, Field(le=604_800)] = Decimal(900)
    forward_retries: Annotated[StrictInt, Field(ge=0, le=100)] = 0


class AtomicGroup(BaseModel):
    """A plan: operations in sequence, under one id. The same id with the same plan is the same group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    atomic_group_id: GroupId
    operations: Annotated[tuple[OperationCommand, ...], Field(min_length=1, max_length=MAX_OPERATIONS)]
    correlation_id: CorrelationId = ""
    strategy: Annotated[str, StringConstraints(max_length=100)] = ""
    deadline: UtcTime | None = None
    policy: GroupPolicy = GroupPolicy()
    simulated: StrictBool = False
    metadata: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_one_sequence(self) -> Self:
        _unique([operation.operation_id for operation in self.operations])
        for operation in self.operations:
            if operation.atomic_group_id not in (None, self.atomic_group_id):
                raise ValueError(
                    f"operation {operation.operation_id!r} belongs to group {operation.atomic_group_id!r}, "
                    f"not to {self.atomic_group_id!r}"
                )
        # Frozen for everybody else; here the sequence is still being read.
        object.__setattr__(self, "operations", _in_sequence(self.atomic_group_id, self.operations))
        return self

    @property
    def plan_hash(self) -> str:
        """The plan's fingerprint: everything but metadata and correlation id, so that it tells another plan apart."""
        return digest(self.model_dump(mode="json", exclude={"metadata", "correlation_id"}))

    @property
    def priority_key(self) -> int:
        """Temporal's key for forward work, from the largest `priority`: 2 above 0, 3 at 0, 4 down to -10, else 5.

        Key 1 is kept for undoing and resolving.
        """
        largest = max(operation.priority for operation in self.operations)
        if largest > 0:
            return 2
        if largest == 0:
            return 3
        return 4 if largest >= LOW_PRIORITY else 5

    @property
    def venues(self) -> tuple[str, ...]:
        """Every venue the plan names, sorted."""
        names = {name for operation in self.operations for name in (operation.source_venue, operation.target_venue)}
        return tuple(sorted(names))


def _unique(operation_ids: list[str]) -> None:
    for operation_id in operation_ids:
        if operation_ids.count(operation_id) > 1:
            raise ValueError(f"operation_id {operation_id!r} appears twice; give each operation an id of its own")


def _in_sequence(group_id: str, operations: tuple[OperationCommand, ...]) -> tuple[OperationCommand, ...]:
    """Order by `sequence_in_group` (from 0 or 1, without gaps), or number operations that have none by position."""
    numbers = [operation.sequence_in_group for operation in operations]
    if all(number is None for number in numbers):
        numbered = zip(range(1, len(operations) + 1), operations, strict=True)
    elif None in numbers:
        raise ValueError("sequence_in_group must be given for every operation of the group, or for none")
    else:
        given = [number for number in numbers if number is not None]
        first = min(given)
        if first > 1 or sorted(given) != list(range(first, first + len(given))):
            raise ValueError(f"sequence_in_group must count from 0 or 1 without gaps or repeats, was {sorted(given)}")
        numbered = zip(given, operations, strict=True)
    ordered = sorted(numbered, key=lambda pair: pair[0])
    return tuple(
        operation.model_copy(update={"sequence_in_group": number, "atomic_group_id": group_id})
        for number, operation in ordered
    )
