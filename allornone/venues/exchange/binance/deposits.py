"""Deposits to Binance's spot wallet, out of its deposit history."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError
from allornone.models.details import OperationType
from allornone.units import normalised
from allornone.venues.exchange.binance import spot
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.binance.wallets import is_spot
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.clock import milliseconds, moment_of
from allornone.venues.exchange.deposits.credit import Credit, Sought
from allornone.venues.exchange.deposits.deposits import open_deposits
from allornone.venues.exchange.dialect import Dialect
from allornone.venues.exchange.market import INVALID
from allornone.venues.exchange.readable import readable
from allornone.venues.reading import ReadingState

_STATES = {
    "0": ReadingState.OPEN,  # pending
    "8": ReadingState.OPEN,  # waiting for the user to confirm
    "6": ReadingState.CLOSED,  # credited, cannot be withdrawn yet
    "1": ReadingState.CLOSED,
    "2": ReadingState.REFUSED,
}
"""Deposit history: "0:pending, 6:credited but cannot withdraw, 7:Wrong Deposit, 8:Waiting User confirm, 1:success,
2:rejected". What becomes of a wrong deposit, its owner and Binance settle."""
_WHY = {ReadingState.REFUSED: "the deposit was rejected", None: "has a status that says nothing of its end"}
_PAGE = 1_000


class BinanceDeposits:
    """The deposits of one account."""

    def __init__(self, signed: Signed) -> None:
        self._signed = signed

    async def time(self) -> datetime:
        """Read the exchange's clock. Raises VenueUnavailableError where it cannot be."""
        return await self._signed.time()

    async def address(self, asset: str, address: str | None, network: str | None) -> str:
        """Return Binance's address for `asset`, over its usual network where none is named."""
        named = {} if network is None else {"network": network}
        shown = await self._signed.read("sapiGetCapitalDepositAddress", {"coin": asset, **named})
        with readable(f"the address of {asset}"):
            own = str(shown["address"])
        if address not in (None, own):
            raise RefusedError(f"{address} is not where {asset} is deposited: that is {own}", INVALID)
        return own

    async def credits(self, sought: Sought) -> list[Credit]:
        """Return every deposit of the asset since then, page by page."""
        found: list[Mapping[str, Any]] = []
        while True:
            params = {"coin": sought.asset, "startTime": milliseconds(sought.since)}
            page = await self._signed.read(
                "sapiGetCapitalDepositHisrec", {**params, "limit": _PAGE, "offset": len(found)}
            )
            with readable("the deposit history"):
                found.extend(page)
                if len(page) < _PAGE:
                    rows = {str(row["id"]): row for row in found}
                    return [credit_of(row) for row in rows.values() if row["coin"] == sought.asset and is_spot(row)]


def credit_of(row: Mapping[str, Any]) -> Credit:
    """Return what a row shows."""
    state = _STATES.get(str(row["status"]))
    credited = row.get("completeTime") if state is ReadingState.CLOSED else None
    return Credit(
        credit_id=str(row["id"]),
        state=state,
        amount=normalised(Decimal(str(row["amount"]))),
        seen_at=moment_of(row["insertTime"]),
        address=str(row["address"]),
        network=str(row["network"]),
        tx_hash=str(row["txId"]) if row.get("txId") else None,
        credited_at=moment_of(credited) if credited else None,
        why=_WHY.get(state),
    )


def _dialects(client: Client) -> Mapping[OperationType, Dialect]:
    return open_deposits(client, BinanceDeposits(Signed(client, "publicGetTime")))


ACCOUNT = replace(spot.ACCOUNT, dialects=_dialects)
