"""Whose a futures position is: Binance nets all that an account trades of a contract, whichever group it was for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError
from allornone.models.details import PerpTradeDetails, Side
from allornone.models.execution import Direction, ExecutionRequest
from allornone.units import normalised, total
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.market import INVALID, market_of
from allornone.venues.exchange.readable import readable

_NET = "BOTH"
"""Position information, positionSide: in one-way mode there is this one; in hedge mode there are LONG and SHORT."""


async def check_position(signed: Signed, request: ExecutionRequest) -> None:
    """Raise RefusedError where an order would be netted with what is not its group's.

    An undo that only reduces has to find all of what it closes: with less, Binance may fill a part or reject it ("the
    position size exceeds the open position", its FAQ on failed orders), and what is there may be another group's. An
    order that opens must not meet a position the other way. Raises VenueUnavailableError where it cannot be asked.
    """
    details = request.operation_details
    if not isinstance(details, PerpTradeDetails):
        return
    undoes = request.direction is Direction.ROLLBACK
    if undoes is not details.reduce_only:
        return  # a plan's own close is judged by Binance, and the undo of a close opens again what it closed
    market = await market_of(signed.client, details.pair, contract=True)
    rows = await signed.read("fapiPrivateV3GetPositionRisk", {"symbol": market.venue_id})
    with readable(f"the position in {market.symbol}"):
        held = _held(rows)
    against = held if details.side is Side.SELL else -held
    has = f"{market.symbol} has a position of {held:f} at {signed.client.name}"
    amount = market.floored(details.amount)
    if undoes and against < amount:
        was = "long" if details.side is Side.SELL else "short"
        raise RefusedError(
            f"{has}, and this undo closes {amount:f} of a {was} one: somebody else trades it in this account, or the "
            "exchange closed some; nothing is sent that would be of theirs"
        )
    if not undoes and against > 0:
        raise RefusedError(
            f"{has}: what is opened the other way would be netted with it; name reduce_only to close it", INVALID
        )


def _held(rows: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return the net position; version 3 tells none where there is none. Raises RefusedError in hedge mode."""
    if any(row["positionSide"] != _NET for row in rows):
        raise RefusedError("the futures account is in hedge mode, and has to be in one-way mode", INVALID)
    return normalised(total(Decimal(str(row["positionAmt"])) for row in rows))
