"""What a venue declares about itself: per operation type, how it can be asked, fenced and undone."""

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from allornone.models.details import OperationType
from allornone.units import NonNegativeAmount


class UndoClass(StrEnum):
    """How an operation is undone."""

    INSTANT = "instant"
    AT_MARKET = "at_market"
    DELAYED = "delayed"
    NONE = "none"


class OperationCapability(BaseModel):
    """One operation type at one venue.

    `expiry`: `enforced` when the venue itself refuses after `not_after`, `bounded` when a late effect is declared to
    come within `lateness_s`, `none` when it may come any time. `settle_s` is longer than the venue's worst stale read
    plus clock skew. `id_scope`: among which orders our id is unique; ids are for finding, never for deduplicating.
    There is no time of finality: what is not final yet an adapter shows as open (`ReadingState.CLOSED`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id_scope: Literal["open", "all", "none"] = "open"
    expiry: Literal["enforced", "bounded", "none"] = "enforced"
    lateness_s: NonNegativeAmount = Decimal(0)
    lookup: Literal["full", "recent", "none"] = "full"
    partial_fills: bool = False
    recall: bool = True
    undo: UndoClass = UndoClass.INSTANT
    settle_s: NonNegativeAmount = Decimal(2)


class Capabilities(BaseModel):
    """What one venue can do. An operation type that is not listed is refused at submit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operations: dict[OperationType, OperationCapability]

    def of(self, operation_type: OperationType) -> OperationCapability | None:
        """Return what is declared for `operation_type`, None where it is not supported."""
        return self.operations.get(operation_type)

    def answers(self, operation_type: OperationType) -> bool:
        """Tell whether the venue can be asked by our id what became of an operation."""
        declared = self.of(operation_type)
        return declared is not None and declared.lookup != "none"
