"""Deposits to Kraken, out of its deposit status. Its rows name a method, in words of Kraken's, and no network."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError
from allornone.models.details import OperationType
from allornone.units import normalised
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.clock import milliseconds, moment_of
from allornone.venues.exchange.deposits.credit import Credit, Sought
from allornone.venues.exchange.deposits.deposits import open_deposits
from allornone.venues.exchange.dialect import Dialect
from allornone.venues.exchange.kraken import spot
from allornone.venues.exchange.kraken.keyed import Keyed
from allornone.venues.exchange.market import INVALID
from allornone.venues.exchange.readable import readable
from allornone.venues.reading import ReadingState

_STATES = {
    "Initial": ReadingState.OPEN,
    "Pending": ReadingState.OPEN,
    "Settled": ReadingState.OPEN,  # "received but still needs additional confirmations on the blockchain"
    "Success": ReadingState.CLOSED,  # "has achieved the required number of confirmations"
    "Failure": ReadingState.REFUSED,
}
"""Advanced API FAQ, deposits."""
_WHY = {
    ReadingState.REFUSED: "the deposit is Failure",
    None: "has a status that says nothing of its end, or a fee that may be in its amount",
}
_HELD = frozenset({"onhold", "on-hold"})
"""Get status of recent deposits, `status-prop`: "deposit is on hold pending review"."""


class KrakenDeposits:
    """The deposits of one account."""

    def __init__(self, keyed: Keyed) -> None:
        self._keyed = keyed

    async def time(self) -> datetime:
        """Read the exchange's clock. Raises VenueUnavailableError where it cannot be."""
        return await self._keyed.time()

    async def address(self, asset: str, address: str | None, network: str | None) -> str:
        """Return `address` as it is: Kraken tells its addresses by method only, a call for each.

        That it is the account's shows when a deposit comes to it. Raises RefusedError where none is named.
        """
        if network is not None:
            raise RefusedError("Kraken's deposits show no network: name the address alone", INVALID)
        if address is None:
            raise RefusedError(f"which address {asset} comes to has to be named, or its transaction", INVALID)
        return address

    async def credits(self, sought: Sought) -> list[Credit]:
        """Return the deposits of the asset since then."""
        asset = await self._keyed.asset(sought.asset)
        params = {"asset": asset, "start": milliseconds(sought.since) // 1_000}
        rows = await self._keyed.read("privatePostDepositStatus", params)
        with readable("the deposits"):
            return [credit_of(row) for row in rows if row["asset"] == asset]


def credit_of(row: Mapping[str, Any]) -> Credit:
    """Return what a row shows. One with a fee shows no size: whether the fee is in the amount is in no document."""
    state = _STATES.get(str(row["status"]))
    if row.get("status-prop") in _HELD:
        state = ReadingState.OPEN
    if Decimal(str(row.get("fee") or 0)):
        state = None
    return Credit(
        credit_id=str(row["refid"]),
        state=state,
        amount=normalised(Decimal(str(row["amount"]))),
        seen_at=moment_of(int(row["time"]) * 1_000),
        address=str(row["info"]),
        tx_hash=str(row["txid"]) if row.get("txid") else None,
        why=_WHY.get(state),
    )


def _dialects(client: Client) -> Mapping[OperationType, Dialect]:
    return open_deposits(client, KrakenDeposits(Keyed(client)))


ACCOUNT = replace(spot.ACCOUNT, dialects=_dialects)
