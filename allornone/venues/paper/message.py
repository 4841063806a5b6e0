"""What goes over the wire between a paper server and its clients."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from allornone.models.execution import ExecutionRequest, Prepared
from allornone.units import PositiveAmount

QUOTES_VERSION = "X-Paper-Quotes"
"""The header in which every answer tells which quotes it was made under, so that clients notice new ones."""


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Call(_Closed):
    """One call of the venue protocol. `prepared` stays out of `prepare` and `simulate`."""

    request: ExecutionRequest
    prepared: Prepared | None = None


class PreparedAnswer(_Closed):
    """The answer to `prepare`."""

    prepared: Prepared


class Problem(_Closed):
    """Why a call was not served: `refused`, `not_sent`, `duplicate`, `unavailable`."""

    error: str
    code: str = "EXEC-001"
    message: str


class FillOrder(_Closed):
    """Fill an open order by `amount`; by all of its rest where none is given."""

    amount: PositiveAmount | None = None


class OrderView(_Closed):
    """One order as the operator's endpoints show it."""

    order_id: int
    venue: str
    client_ref: str
    group_id: str
    operation_id: str
    operation_type: str
    direction: str
    state: str
    requested: Decimal
    filled: Decimal
    reason: str
