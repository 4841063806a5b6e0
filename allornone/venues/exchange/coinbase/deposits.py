"""Deposits to Coinbase: by their address's own list, since the account's list does not say where each came to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError
from allornone.models.details import OperationType
from allornone.units import normalised
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.coinbase import spot
from allornone.venues.exchange.coinbase.timed import PAGE, Rows, Timed
from allornone.venues.exchange.deposits.credit import Credit, Sought
from allornone.venues.exchange.deposits.deposits import open_deposits
from allornone.venues.exchange.dialect import Dialect
from allornone.venues.exchange.market import INVALID
from allornone.venues.exchange.readable import readable
from allornone.venues.reading import ReadingState

_STATES = {
    "pending": ReadingState.OPEN,
    "waiting_for_clearing": ReadingState.OPEN,
    "completed": ReadingState.CLOSED,
    "failed": ReadingState.REFUSED,
    "canceled": ReadingState.REFUSED,
    "expired": ReadingState.REFUSED,
}
"""Transactions, status."""
_TRANSACTIONS = "v2PrivateGetAccountsAccountIdTransactions"
_OF_ADDRESS = "v2PrivateGetAccountsAccountIdAddressesAddressIdTransactions"
_ADDRESSES = "v2PrivateGetAccountsAccountIdAddresses"


class CoinbaseDeposits:
    """The deposits of one portfolio."""

    def __init__(self, timed: Timed) -> None:
        self._timed = timed

    async def time(self) -> datetime:
        """Read the exchange's clock. Raises VenueUnavailableError where it cannot be."""
        return await self._timed.time()

    async def address(self, asset: str, address: str | None, network: str | None) -> str:
        """Return the one address that is meant, out of those that Coinbase has for `asset`."""
        found = {
            str(row["address"])
            for row in await self._addresses(await self._timed.account_of(asset))
            if address in (None, row["address"]) and network in (None, row["network"])
        }
        if len(found) != 1:
            told = f"{asset} has {'several addresses' if found else 'no such address'} at Coinbase"
            raise RefusedError(f"{told}: {address or 'none named'} over {network or 'any network'}", INVALID)
        return found.pop()

    async def credits(self, sought: Sought) -> list[Credit]:
        """Return the deposits of the asset since then; of an address alone, where one is sought."""
        account = await self._timed.account_of(sought.asset)
        if sought.address is None:
            rows = await self._pages(_TRANSACTIONS, {"account_id": account}, sought.since)
            return credits_of(rows, None)
        found: list[Credit] = []
        for place in await self._addresses(account):
            if place["address"] == sought.address and sought.network in (None, place["network"]):
                params = {"account_id": account, "address_id": str(place["id"])}
                found += credits_of(await self._pages(_OF_ADDRESS, params, sought.since), sought.address)
        return list({credit.credit_id: credit for credit in found}.values())

    async def _addresses(self, account: str) -> Rows:
        return await self._pages(_ADDRESSES, {"account_id": account}, None)

    async def _pages(self, method: str, params: Mapping[str, str], since: datetime | None) -> Rows:
        """Return the rows of a list, newest first, until they are older than `since`."""
        rows: Rows = []
        after: dict[str, str] = {}
        while True:
            page = await self._timed.client.read(method, {**params, "limit": PAGE, **after})
            with readable("a list of Coinbase's"):
                rows.extend(page["data"])
                following = page["pagination"].get("next_starting_after")
                over = since is not None and rows and _moment(rows[-1]["created_at"]) < since
            if not following or over:
                return rows
            after = {"starting_after": str(following)}


def credits_of(rows: Rows, address: str | None) -> list[Credit]:
    """Return the deposits among an account's transactions, of which sends are some and trades are others."""
    with readable("the account's transactions"):
        return [credit_of(row, address) for row in rows if row["type"] == "send" and _amount(row) > 0]


def credit_of(row: Mapping[str, Any], address: str | None) -> Credit:
    """Return what a row of the list of `address` shows."""
    state = _STATES.get(str(row["status"]))
    network: Mapping[str, Any] = row.get("network") or {}
    return Credit(
        credit_id=str(row["id"]),
        state=state,
        amount=_amount(row),
        seen_at=_moment(row["created_at"]),
        address=address,
        network=str(network["network_name"]) if network.get("network_name") else None,
        tx_hash=str(network["hash"]) if network.get("hash") else None,
        credited_at=_moment(row["updated_at"]) if state is ReadingState.CLOSED else None,
        why=f"is {row['status']}" if state in (ReadingState.REFUSED, None) else None,
    )


def _amount(row: Mapping[str, Any]) -> Decimal:
    return normalised(Decimal(str(row["amount"]["amount"])))


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _dialects(client: Client) -> Mapping[OperationType, Dialect]:
    return open_deposits(client, CoinbaseDeposits(Timed(client)))


ACCOUNT = replace(spot.ACCOUNT, dialects=_dialects)
