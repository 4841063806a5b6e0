"""What goes to a venue and what comes back: the request and the handshake."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    field_validator,
    model_validator,
)

from allornone.models.details import FROM_SOURCE, OperationDetails, OperationType
from allornone.models.operation import Deltas, DeltaTotals, lower_type, with_typed_details
from allornone.positions import PositionKeyText
from allornone.units import (
    ZERO,
    ClientRef,
    GroupId,
    NonNegativeAmount,
    OperationId,
    Token,
    UtcTime,
    VenueName,
)

Prepared = Annotated[dict[str, str], Field(max_length=64)]
"""What fixes an effect at its venue (symbol, rounded amounts, own id, expiry, signed bytes), free of secrets."""


class Direction(StrEnum):
    """Whether a reference does an operation or undoes it."""

    FORWARD = "forward"
    ROLLBACK = "rollback"


class ExecutionStatus(StrEnum):
    """The seed's four states of an operation, and the third outcome that it lacks."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ROLLED_BACK = "rolled_back"


class Fee(BaseModel):
    """What the venue kept or the chain burned: a positive cost, taken from `position_key`, already in the deltas."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position_key: PositionKeyText
    amount: NonNegativeAmount
    currency: Token
    kind: Literal["commission", "gas", "withdrawal", "premium"] = "commission"


class Evidence(BaseModel):
    """Where the deltas were read: the venue's own ids. Never the request.

    `attested` marks an outcome that an operator vouched for because the venue could not be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    venue_ids: tuple[str, ...] = ()
    fills: tuple[dict[str, str], ...] = ()
    tx_hash: str | None = None
    block: int | None = None
    note: str | None = None
    attested: StrictBool = False


class ExecutionRequest(BaseModel):
    """Execution to venue: one reference, one intent, one send.

    `client_ref` is the venue's client id; `not_after` is when the venue must stop taking it; `known_seq` is the last
    record of the group that its workflow has seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: OperationId
    operation_type: OperationType
    source_venue: VenueName
    target_venue: VenueName
    source_token: Token
    target_token: Token
    expected_deltas: Deltas
    operation_details: OperationDetails
    atomic_group_id: GroupId | None = None
    sequence_in_group: int | None = None
    client_ref: ClientRef
    direction: Direction = Direction.FORWARD
    epoch: Annotated[StrictInt, Field(ge=1)] = 1
    not_after: UtcTime
    known_seq: Annotated[StrictInt, Field(ge=0)] = 0
    plan_hash: str = ""

    _read_type = field_validator("operation_type", mode="before")(lower_type)
    _read_details = model_validator(mode="before")(with_typed_details)

    @property
    def venue(self) -> str:
        """The venue that executes."""
        return self.source_venue if self.operation_type in FROM_SOURCE else self.target_venue


class ExecutionHandshake(BaseModel):
    """Venue to execution: what the venue shows happened.

    `actual_deltas` are complete: every balance that changed, fees included, read from the venue's evidence.
    `executed_amount` is in the unit of the details' amount. `fee_amount` and `fee_currency` are the seed's single
    fee: the sum in the first fee's currency.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: OperationId
    status: ExecutionStatus
    actual_deltas: DeltaTotals = Field(default_factory=dict)
    execution_details: dict[str, Any] = Field(default_factory=dict)
    fee_amount: NonNegativeAmount = ZERO
    fee_currency: Token = "USDT"
    error_code: Annotated[str, StringConstraints(max_length=64)] | None = None
    error_message: Annotated[str, StringConstraints(max_length=2000)] | None = None
    fees: tuple[Fee, ...] = ()
    filled_ratio: Annotated[NonNegativeAmount, Field(le=1)] = Decimal(1)
    executed_amount: NonNegativeAmount = ZERO
    evidence: Evidence = Evidence()
    submitted_at: UtcTime | None = None
    executed_at: UtcTime | None = None
    simulated: StrictBool = False

    @model_validator(mode="after")
    def _single_fee(self) -> Self:
        if not self.fees or self.fee_amount:
            return self
        currency = self.fees[0].currency
        amount = sum((fee.amount for fee in self.fees if fee.currency == currency), ZERO)
        # Frozen for everybody else; here the single fee is still being derived.
        object.__setattr__(self, "fee_amount", amount)
        object.__setattr__(self, "fee_currency", currency)
        return self
