"""Withdrawals from Binance: found by our own id for as long as its history reaches, and never sent again on a guess."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError, VenueUnavailableError
from allornone.models.details import WithdrawDetails
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, ExecutionStatus, Fee, Prepared
from allornone.units import ZERO, normalised, share, total
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.addresses import Allowed, AllowList
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.binance.wallets import SPOT, is_spot
from allornone.venues.exchange.fills import held, not_found
from allornone.venues.exchange.market import INVALID, to_grid
from allornone.venues.exchange.readable import readable
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading, ReadingState

WITHDRAWAL = OperationCapability(
    id_scope="none",  # whether Binance refuses a repeated withdrawOrderId is not documented
    expiry="enforced",  # timestamp and recvWindow, as every signed request
    lookup="recent",  # "if withdrawOrderId is sent": seven days; and absence is never concluded for money that leaves
    recall=False,
    undo=UndoClass.NONE,  # what left for a chain comes back by a transaction of whoever holds the address, or not
    settle_s=Decimal(60),  # our own figure, in no document
)
_OPEN = frozenset({"0", "2", "4"})
"""Email sent, awaiting approval, processing."""
_FAILED = {"1": "cancelled", "3": "rejected", "5": "failed and refunded"}
_DONE = "6"


class Withdrawals:
    """Withdrawals of the spot wallet to the installation's allowed addresses."""

    def __init__(self, signed: Signed, listed: AllowList) -> None:
        self._signed = signed
        self._listed = listed

    @property
    def capability(self) -> OperationCapability:
        """What Binance can do for it."""
        return WITHDRAWAL

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix address, network and amount. Raises RefusedError where the address is not on the list."""
        entry, amount, _ = await self._checked(request)
        return {
            "client_ref": request.client_ref,
            "asset": request.source_token,
            "amount": str(amount),
            "address": entry.address,
            "network": entry.network,
            **({"tag": entry.tag} if entry.tag is not None else {}),
            **await self._signed.pinned(request.not_after),
        }

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Ask for the withdrawal once, and show how it stands."""
        answer = await self._signed.client.send(
            "sapiPostCapitalWithdrawApply",
            {
                "coin": prepared["asset"],
                "withdrawOrderId": prepared["client_ref"],
                "network": prepared["network"],
                "address": prepared["address"],
                **({"addressTag": prepared["tag"]} if "tag" in prepared else {}),
                "amount": prepared["amount"],
                "walletType": SPOT,
                "timestamp": prepared["timestamp"],
                "recvWindow": prepared["recv_window"],
            },
        )
        answer.accepted()
        return await self.lookup(request, prepared)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Show every withdrawal under our id, of the last seven days."""
        time = await self._signed.time()
        rows = await self._signed.read(
            "sapiGetCapitalWithdrawHistory", {"coin": request.source_token, "withdrawOrderId": request.client_ref}
        )
        with readable("the withdrawal history"):
            found = [row for row in rows if row.get("withdrawOrderId") == request.client_ref]
            if not found:
                return not_found(request, time, full_history=False)
            return _reading(request, found, time, prepared)

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Show how it stands: the interface can cancel nothing."""
        return await self.lookup(request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return that there is none."""
        del request, handshake
        return Inverse(undo_class=UndoClass.NONE)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict the debit, the network's fee in it."""
        _, amount, fee = await self._checked(request)
        shown = _handshake(request, amount, fee, amount)
        return shown.model_copy(update={"simulated": True, "status": ExecutionStatus.CONFIRMED})

    async def _checked(self, request: ExecutionRequest) -> tuple[Allowed, Decimal, Decimal]:
        details = request.operation_details
        if not isinstance(details, WithdrawDetails):
            raise RefusedError(f"{request.operation_id!r} is no withdrawal", INVALID)
        entry = self._listed.allowed(request.source_token, details.address, details.network)
        network = await self._network(request.source_token, entry.network)
        with readable(f"what {request.source_token} is withdrawn by"):
            if not network["withdrawEnable"]:
                raise RefusedError(f"{request.source_token} cannot be withdrawn over {entry.network} now", "EXEC-001")
            amount = to_grid(details.amount, _amount(network["withdrawIntegerMultiple"]))
            least, fee = _amount(network["withdrawMin"]), _amount(network["withdrawFee"])
        if amount < least or amount <= fee:
            least = max(least, fee)
            raise RefusedError(
                f"amount must be at least {least:f} {request.source_token}, was {details.amount:f}", INVALID
            )
        return entry, amount, fee

    async def _network(self, asset: str, name: str) -> Mapping[str, Any]:
        coins = await self._signed.read("sapiGetCapitalConfigGetall", {})
        with readable("the list of coins"):
            for coin in coins:
                for network in coin["networkList"] if coin["coin"] == asset else ():
                    if network["network"] == name:
                        return dict(network)
        raise RefusedError(f"{self._signed.client.name} withdraws no {asset} over {name}", INVALID)


def _reading(
    request: ExecutionRequest, rows: list[Mapping[str, Any]], time: datetime, prepared: Prepared | None
) -> Reading:
    """Return what all withdrawals under one id show together."""
    if not all(is_spot(row) for row in rows):
        raise VenueUnavailableError("a withdrawal under our id left another wallet than spot, which is not read here")
    statuses = {str(row["status"]) for row in rows}
    if statuses - _OPEN - _FAILED.keys() - {_DONE}:
        raise VenueUnavailableError(f"a withdrawal has a status that is not known: {sorted(statuses)}")
    done = [row for row in rows if str(row["status"]) not in _FAILED]
    sent = request.operation_details.amount if prepared is None else Decimal(prepared["amount"])
    gross = total(_gross(row, sent) for row in done)
    fee = total(_amount(row["transactionFee"]) for row in done)
    state = ReadingState.OPEN if statuses & _OPEN else ReadingState.CLOSED if done else ReadingState.REFUSED
    handshake = _handshake(request, gross, fee, sent)
    hashes = [str(row["txId"]) for row in done if row.get("txId")]
    why = "; ".join(_FAILED[str(row["status"])] for row in rows if str(row["status"]) in _FAILED)
    return Reading(
        state=state,
        handshake=handshake.model_copy(
            update={
                "status": _STATUS[state],
                "evidence": Evidence(
                    venue_ids=(*(str(row["id"]) for row in rows), *hashes), tx_hash=next(iter(hashes), None)
                ),
                "submitted_at": _moment(rows[0]["applyTime"]),
                "executed_at": _moment(done[-1]["completeTime"]) if done and done[-1].get("completeTime") else None,
                "error_code": "EXEC-001" if why and not done else None,
                "error_message": f"the withdrawal was {why}" if why and not done else None,
            }
        ),
        venue_time=time,
        full_history=False,
    )


_STATUS = {
    ReadingState.OPEN: ExecutionStatus.PENDING,
    ReadingState.CLOSED: ExecutionStatus.CONFIRMED,
    ReadingState.REFUSED: ExecutionStatus.FAILED,
}


def _gross(row: Mapping[str, Any], sent: Decimal) -> Decimal:
    """Return what the balance lost: the row's amount, or that and its fee, whichever is what was sent.

    Binance does not document which of the two it shows. Where neither is what was sent, the row proves no size.
    """
    amount, with_fee = _amount(row["amount"]), total((_amount(row["amount"]), _amount(row["transactionFee"])))
    if amount == sent:
        return amount
    if with_fee == sent:
        return with_fee
    raise VenueUnavailableError(f"withdrawal {row['id']} shows {amount:f}, and {sent:f} was sent")


def _handshake(request: ExecutionRequest, gross: Decimal, fee: Decimal, asked: Decimal) -> ExecutionHandshake:
    key = held(request.source_venue, request.source_token)
    fees = (Fee(position_key=key, amount=fee, currency=request.source_token, kind="withdrawal"),) if fee else ()
    return ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.UNKNOWN,
        actual_deltas={key: -gross} if gross else {},
        execution_details={"executed_amount": str(gross), "arrives": str(total((gross, -fee)))},
        fees=fees,
        filled_ratio=share(gross, asked) if gross else ZERO,
        executed_amount=gross,
    )


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)


def _amount(value: object) -> Decimal:
    return normalised(Decimal(str(value)))
