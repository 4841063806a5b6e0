"""What the control port is sent: closed and bounded."""

import json
from typing import Annotated, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from allornone.documents import complaint
from allornone.testexchange.engine.movement import WithdrawalState
from allornone.units import Amount as AnyAmount
from allornone.units import PositiveAmount

_Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
_Hash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,128}$")]
_Milliseconds = Annotated[int, Field(ge=0, le=31_536_000_000)]


class Body(BaseModel):
    """A closed JSON object."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MarketChange(Body):
    """A new mark, a halt or its end."""

    mark: PositiveAmount | None = None
    halted: bool | None = None


class Amount(Body):
    """How much of an order to fill; all that is left where it is not said."""

    amount: PositiveAmount | None = None


class End(Body):
    """How a withdrawal ends."""

    state: WithdrawalState


class Arrival(Body):
    """Money from outside."""

    account: _Name = "desk"
    asset: _Name
    amount: PositiveAmount
    network: _Name | None = None
    tx_id: _Hash | None = None
    """Of the transaction that brings it, where another exchange has told it; else one of its own."""


class FundingRate(Body):
    """What longs pay shorts, of the position's value."""

    symbol: _Name
    rate: AnyAmount


class Choice(Body):
    """The wallet that a person chose in Binance's pages."""

    wallet: Literal["spot", "funding"]


class Good(Body):
    """Whether a key is taken."""

    good: bool


class Times(Body):
    """How long withdrawals and deposits take from now on."""

    withdrawal_ms: _Milliseconds | None = None
    deposit_ms: _Milliseconds | None = None


class Offset(Body):
    """How far the exchanges' clock is ahead of this machine's."""

    offset_ms: Annotated[int, Field(ge=-31_536_000_000, le=31_536_000_000)]


B = TypeVar("B", bound=Body)


class BadBodyError(Exception):
    """A body is not what the port takes there; the message names the field."""


async def sent(request: web.Request, model: type[B]) -> B:
    """Return the body of a request; nothing is an empty object. Raises BadBodyError."""
    text = await request.text() or "{}"
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        try:
            found = json.loads(text)
        except ValueError:
            raise BadBodyError("the body must be JSON") from None
        raise BadBodyError(complaint(error, found, model, "body")) from None
