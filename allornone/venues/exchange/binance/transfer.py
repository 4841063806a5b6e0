"""Transfers between Binance's own wallets: no id of ours goes along, so nothing can be looked up by it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError
from allornone.models.details import OperationType, TransferDetails
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.models.operation import GivenInverse
from allornone.positions import identity, parse_key
from allornone.units import normalised, share, total
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.clock import moment_of
from allornone.venues.exchange.fills import held, nothing_of, unreadable
from allornone.venues.exchange.market import INVALID, to_grid
from allornone.venues.exchange.readable import readable
from allornone.venues.exchange.watching import watched
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading, ReadingState

TRANSFER = OperationCapability(
    id_scope="none",  # the endpoint takes no id of the caller's
    expiry="none",  # it would be refused late, but nothing could show that it was
    lookup="none",
    recall=False,
    undo=UndoClass.INSTANT,
)
_UNIT = Decimal("1e-8")
_PARTNERS = {"spot": ("usdm", "MAIN_UMFUTURE"), "usdm": ("spot", "UMFUTURE_MAIN")}
"""By the wallet that it leaves: the one that it goes to, and Binance's name of the way."""


class Transfers:
    """Transfers out of one wallet, to the other of the same account."""

    def __init__(self, signed: Signed) -> None:
        self._signed = signed

    @property
    def capability(self) -> OperationCapability:
        """What Binance can do for it."""
        return TRANSFER

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix asset, amount and way. Raises RefusedError for any other way than between these two wallets."""
        amount = self._checked(request)
        _, way = _PARTNERS[self._signed.client.options.account]
        return {
            "asset": request.source_token,
            "amount": str(amount),
            "way": way,
            **await self._signed.pinned(request.not_after),
        }

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Transfer, and watch for what Binance's history shows under the number that it answered with.

        Shows it open where that does not come while it is watched: nobody else can look at it.
        """
        answer = await self._signed.client.send(
            "sapiPostAssetTransfer",
            {
                "type": prepared["way"],
                "asset": prepared["asset"],
                "amount": prepared["amount"],
                "timestamp": prepared["timestamp"],
                "recvWindow": prepared["recv_window"],
            },
        )
        with readable("the answer to a transfer"):
            number = str(answer.accepted()["tranId"])
        what = f"transfer {request.client_ref} was taken as {number}"
        row = await watched(self._signed.client, what, lambda: self._row(prepared, number))
        return _taken(request, number) if row is None else _reading(request, row)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Answer that it cannot be asked: candidates by amount and time are hints for a person."""
        del prepared
        return unreadable(request, await self._signed.time())

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Answer as a look-up does: a transfer is done or not, never open."""
        return await self.lookup(request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return the transfer back of what arrived."""
        wanted = identity(parse_key(held(request.target_venue, request.target_token)))
        deltas = handshake.actual_deltas.items()
        came = total(change for key, change in deltas if identity(parse_key(key)) == wanted)
        if came <= 0:
            return Inverse(undo_class=TRANSFER.undo)
        step = GivenInverse(
            operation_type=OperationType.TRANSFER,
            source_venue=request.target_venue,
            target_venue=request.source_venue,
            source_token=request.target_token,
            target_token=request.source_token,
            expected_deltas=_deltas(request.target_venue, request.source_venue, request.source_token, came),
            operation_details=TransferDetails(amount=came),
        )
        return Inverse(undo_class=TRANSFER.undo, steps=(step,))

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict the whole amount: there is no fee and no part."""
        return _handshake(request, self._checked(request)).model_copy(update={"simulated": True})

    def _checked(self, request: ExecutionRequest) -> Decimal:
        details = request.operation_details
        if not isinstance(details, TransferDetails) or details.address is not None:
            raise RefusedError(f"{request.operation_id!r} is no transfer between wallets", INVALID)
        wallet, _ = _PARTNERS[self._signed.client.options.account]
        partner = request.source_venue.partition(".")[0] + ("" if wallet == "spot" else f".{wallet}")
        if request.target_venue != partner or request.source_token != request.target_token:
            raise RefusedError(f"{request.source_venue} transfers to {partner} only, in the same asset", INVALID)
        amount = to_grid(details.amount, _UNIT)
        if not amount:
            raise RefusedError(f"amount must be at least {_UNIT:f}, was {details.amount:f}", INVALID)
        return amount

    async def _row(self, prepared: Prepared, number: str) -> Mapping[str, Any] | None:
        """Return the transfer as the history shows it confirmed, None before; it lags a little."""
        params = {"type": prepared["way"], "startTime": int(prepared["timestamp"]) - 1_000, "size": 100}
        shown = await self._signed.read("sapiGetAssetTransfer", params)
        with readable("the transfer history"):
            found = (dict(row) for row in shown.get("rows", ()) if str(row["tranId"]) == number)
            return next((row for row in found if row["status"] == "CONFIRMED"), None)


def _taken(request: ExecutionRequest, number: str) -> Reading:
    """Return the reading of a transfer that was taken and is not confirmed yet, with all that is known of it."""
    shown = nothing_of(request, f"transfer {number} was taken and is not confirmed yet")
    handshake = shown.model_copy(
        update={"status": ExecutionStatus.PENDING, "error_code": None, "evidence": Evidence(venue_ids=(number,))}
    )
    return Reading(state=ReadingState.OPEN, handshake=handshake, full_history=False)


def _reading(request: ExecutionRequest, row: Mapping[str, Any]) -> Reading:
    at = moment_of(row["timestamp"])
    shown = _handshake(request, normalised(Decimal(str(row["amount"]))))
    evidence = Evidence(venue_ids=(str(row["tranId"]),))
    handshake = shown.model_copy(update={"evidence": evidence, "submitted_at": at, "executed_at": at})
    return Reading(state=ReadingState.CLOSED, handshake=handshake, venue_time=at, full_history=False)


def _handshake(request: ExecutionRequest, amount: Decimal) -> ExecutionHandshake:
    return ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.CONFIRMED,
        actual_deltas=_deltas(request.source_venue, request.target_venue, request.source_token, amount),
        execution_details={"executed_amount": str(amount)},
        filled_ratio=share(amount, request.operation_details.amount),
        executed_amount=amount,
    )


def _deltas(source: str, target: str, token: str, amount: Decimal) -> dict[str, Decimal]:
    return {held(source, token): -amount, held(target, token): amount}
