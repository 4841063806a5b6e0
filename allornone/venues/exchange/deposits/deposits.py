"""Deposits as an operation: a transfer from an exchange's way in to the account, by nobody's request.

The way in is a venue of its own (`binance.deposits`), so that the exchange where the money arrives is the one that is
asked, and what it can promise of that is declared apart from what it can do with transfers.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from allornone.errors import BadSettingsError, RefusedError, VenueUnavailableError
from allornone.models.details import OperationType, TransferDetails
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.units import normalised
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.deposits.claims import Claim, Claims
from allornone.venues.exchange.deposits.credit import (
    Credit,
    Sought,
    handshake_of_credit,
    reading_of_credit,
)
from allornone.venues.exchange.dialect import Dialect
from allornone.venues.exchange.fills import not_found
from allornone.venues.exchange.market import INVALID
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading, ReadingState

DEPOSIT = OperationCapability(
    id_scope="all",  # ours: a reference claims one deposit, for good
    expiry="none",  # who sends it knows nothing of our time, and a chain may bring it at any
    lookup="recent",  # so that its absence is never concluded either
    recall=False,
    undo=UndoClass.NONE,  # the exchange does not say where it may be sent back to
    settle_s=Decimal(60),
)
FILE = "deposits.db"
BACK = timedelta(hours=1)
"""How long before it is awaited a deposit may have been seen: what was sent in the same group is quicker than that."""
BACK_BY_TRANSACTION = timedelta(days=7)
"""The same, where its transaction is named: nothing else can be taken for it."""
_UNIT = Decimal("1e-8")


class History(Protocol):
    """What one exchange shows of the deposits to one account."""

    async def time(self) -> datetime:
        """Read the exchange's clock."""
        ...

    async def address(self, asset: str, address: str | None, network: str | None) -> str:
        """Return the account's address for deposits. Raises RefusedError where that is not `address`."""
        ...

    async def credits(self, sought: Sought) -> list[Credit]:
        """Return the deposits of the asset since then, all that came to the address where one is sought."""
        ...


class Deposits:
    """Awaits deposits, and shows each under the one reference that it belongs to. Sends nothing at all."""

    def __init__(self, name: str, history: History, claims: Claims, *, by_amount: bool) -> None:
        self._name = name
        self._by_amount = by_amount
        self._history = history
        self._claims = claims

    @property
    def capability(self) -> OperationCapability:
        """What can be promised of money that others send."""
        return DEPOSIT

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix which deposit is meant. Raises RefusedError where it could not be told from another."""
        sought = await self._checked(request)
        return {
            "asset": sought.asset,
            "amount": str(sought.amount),
            "since": sought.since.isoformat(),
            **({"address": sought.address} if sought.address is not None else {}),
            **({"network": sought.network} if sought.network is not None else {}),
            **({"tx_hash": sought.tx_hash} if sought.tx_hash is not None else {}),
        }

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Begin to wait. What is not shown yet is open from here on, as long as the operation's `timeout_s` lasts."""
        shown = await self.lookup(request, prepared)
        if shown.state is not ReadingState.NOT_FOUND:
            return shown
        handshake = shown.handshake.model_copy(
            update={"status": ExecutionStatus.PENDING, "error_code": None, "error_message": None}
        )
        return shown.model_copy(update={"state": ReadingState.OPEN, "handshake": handshake})

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Show the reference's deposit. Not found says nothing: it may come at any time.

        Raises VenueUnavailableError where several deposits may be it, or where it stands in no way that is known
        here: a person has to say.
        """
        time = await self._history.time()
        claim = await asyncio.to_thread(self._claims.of, request.client_ref)
        if prepared is not None:
            sought = _sought(prepared)
        elif claim is not None:  # by its number, among all of the time
            sought = Sought(request.target_token, normalised(request.operation_details.amount), claim.since)
        else:
            return not_found(request, time, full_history=False)
        shown = await self._history.credits(sought)
        claim = claim or await self._claimed(request.client_ref, sought, shown)
        mine = [credit for credit in shown if claim is not None and credit.credit_id == claim.credit_id]
        if not mine:
            return not_found(request, time, full_history=False)
        return reading_of_credit(request, mine[0], sought.amount, time)

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Show how it stands: what others sent cannot be called back."""
        return await self.lookup(request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return that there is none: a plan that wants one gives a withdrawal as its `rollback`."""
        del request, handshake
        return Inverse(undo_class=UndoClass.NONE)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict that the amount arrives."""
        sought = await self._checked(request)
        shown = handshake_of_credit(request, sought.amount, sought.amount)
        return shown.model_copy(update={"simulated": True, "status": ExecutionStatus.CONFIRMED})

    async def _checked(self, request: ExecutionRequest) -> Sought:
        details, account = request.operation_details, self._name.rpartition(".")[0]
        if not isinstance(details, TransferDetails) or request.source_token != request.target_token:
            raise RefusedError(f"{request.operation_id!r} is no deposit of one asset", INVALID)
        if request.target_venue != account:
            raise RefusedError(f"what comes in at {self._name} is credited at {account}, nowhere else", INVALID)
        if details.amount < _UNIT:
            raise RefusedError(f"amount must be at least {_UNIT:f}, was {details.amount:f}", INVALID)
        tx_hash = details.memo or None
        if tx_hash is None and not self._by_amount:
            # Amount and time prove nothing: whoever goes by them has to have said so.
            raise RefusedError(
                f"a deposit is told by its transaction: name its transaction in memo, or let {self._name} go by exact "
                "amounts with deposits_by: amount",
                INVALID,
            )
        address = details.address
        if tx_hash is None or address is not None:
            address = await self._history.address(request.target_token, address, details.network)
        return Sought(
            asset=request.target_token,
            amount=normalised(details.amount),
            since=await self._history.time() - (BACK if tx_hash is None else BACK_BY_TRANSACTION),
            address=address,
            network=details.network,
            tx_hash=tx_hash,
        )

    async def _claimed(self, reference: str, sought: Sought, shown: list[Credit]) -> Claim | None:
        fitting = [credit for credit in shown if sought.fits(credit)]
        if not fitting:
            return None
        taken = await asyncio.to_thread(self._claims.taken, [credit.credit_id for credit in fitting], reference)
        free = [credit for credit in fitting if credit.credit_id not in taken]
        if len(free) > 1:
            ids = ", ".join(credit.credit_id for credit in free)
            raise VenueUnavailableError(f"{self._name}: {sought.told} may be any of {ids}")
        if not free:
            return None
        return await asyncio.to_thread(self._claims.take, free[0].credit_id, reference, sought.since)


def open_deposits(client: Client, history: History) -> Mapping[OperationType, Dialect]:
    """Return the one dialect of an account `deposits`. Raises BadSettingsError for a name that says not whose."""
    if not client.name.rpartition(".")[0]:
        raise BadSettingsError(
            f"ALLORNONE_VENUES at {client.name}: name it after the venue that is credited, as in {client.name}.deposits"
        )
    options = client.options
    if options.data_dir is None:
        raise BadSettingsError(f"ALLORNONE_VENUES at {client.name} needs data_dir: deposits are claimed there")
    exchange = options.exchange if options.connect_to is None else f"{options.exchange}@{options.connect_to}"
    claims = Claims(options.data_dir / FILE, exchange)
    return {OperationType.TRANSFER: Deposits(client.name, history, claims, by_amount=options.deposits_by == "amount")}


def _sought(prepared: Prepared) -> Sought:
    return Sought(
        asset=prepared["asset"],
        amount=Decimal(prepared["amount"]),
        since=datetime.fromisoformat(prepared["since"]),
        address=prepared.get("address"),
        network=prepared.get("network"),
        tx_hash=prepared.get("tx_hash"),
    )
