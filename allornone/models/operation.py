"""What a strategy asks for: one operation of a group, and how far it may miss."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, field_validator, model_validator

from allornone.models.details import FROM_SOURCE, OperationDetails, OperationType
from allornone.positions import PositionKeyText
from allornone.units import (
    Amount,
    GroupId,
    NonNegativeAmount,
    OperationId,
    PositiveAmount,
    Ratio,
    Token,
    VenueName,
)

Deltas = Annotated[dict[PositionKeyText, Amount], Field(max_length=32)]
"""Signed changes by position key, in whole units of each key's token: of a plan, and so of bounded size."""

DeltaTotals = dict[PositionKeyText, Amount]
"""Signed changes by position key that were added up or seen: there is no bound to what may have happened."""


def lower_type(value: object) -> object:
    """Read an operation type in either case: the seed's events write `STAKE`."""
    return value.lower() if isinstance(value, str) else value


def with_typed_details(data: Any) -> Any:
    """Tell the details which operation they belong to, so that a file need not say it twice."""
    if not isinstance(data, dict):
        return data
    given = cast("dict[str, Any]", data)
    details = given.get("operation_details")
    if not isinstance(details, dict) or "operation_type" in details:
        return given
    typed = {**cast("dict[str, Any]", details), "operation_type": lower_type(given.get("operation_type"))}
    return {**given, "operation_details": typed}


class Tolerance(BaseModel):
    """How far an operation may end from what was expected and still count as done.

    `price_bps` bounds, on the bad side only, what a price decides: the quote leg of a trade, the output of a swap.
    `absolute` bounds everything else, in whole units of each key's token, on both sides.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    price_bps: Annotated[NonNegativeAmount, Field(le=10_000)] = Decimal(30)
    absolute: NonNegativeAmount = Decimal(0)


class GivenInverse(BaseModel):
    """An undo that the strategy states itself, for the whole effect; a part is undone in proportion."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_type: OperationType
    source_venue: VenueName
    target_venue: VenueName
    source_token: Token
    target_token: Token
    expected_deltas: Annotated[Deltas, Field(min_length=1)]
    operation_details: OperationDetails

    _read_type = field_validator("operation_type", mode="before")(lower_type)
    _read_details = model_validator(mode="before")(with_typed_details)


class OperationCommand(BaseModel):
    """Strategy to execution: one operation, with the changes it is expected to make.

    The seed's fields, and what a group needs to be undone honestly. `rollback` is the venue's own inverse
    (`default`), one given here, or `none`. Only `pivot` makes an operation one that nothing before it is undone
    after. `independent` lets older undos pass this one when its own is stuck. `min_fill` is the least share of the
    amount that counts as done. `timeout_s` bounds how long an open order and not-sent attempts are waited for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: OperationId
    operation_type: OperationType
    source_venue: VenueName
    target_venue: VenueName
    source_token: Token
    target_token: Token
    expected_deltas: Annotated[Deltas, Field(min_length=1)]
    operation_details: OperationDetails
    atomic_group_id: GroupId | None = None
    sequence_in_group: Annotated[StrictInt, Field(ge=0, le=10_000)] | None = None
    priority: Annotated[StrictInt, Field(ge=-1000, le=1000)] = 0
    rollback: GivenInverse | Literal["default", "none"] = "default"
    pivot: StrictBool = False
    independent: StrictBool = False
    min_fill: Annotated[Ratio, Field(gt=0)] | None = None
    tolerance: Tolerance | None = None
    timeout_s: Annotated[PositiveAmount, Field(le=86_400)] = Decimal(60)

    _read_type = field_validator("operation_type", mode="before")(lower_type)
    _read_details = model_validator(mode="before")(with_typed_details)

    @model_validator(mode="after")
    def _details_fit(self) -> Self:
        if self.operation_details.operation_type != self.operation_type:
            raise ValueError(
                f"operation_details are those of {self.operation_details.operation_type.value!r}, "
                f"the operation is a {self.operation_type.value!r}"
            )
        return self

    @property
    def venue(self) -> str:
        """The venue that executes: the target, except for what leaves the source (withdraw, unstake, transfer)."""
        return self.source_venue if self.operation_type in FROM_SOURCE else self.target_venue
