"""Sends from Coinbase: known by our id for good. The amount is what arrives; the network's fee comes on top."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError, VenueUnavailableError
from allornone.models.details import WithdrawDetails
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.units import ZERO, normalised, total
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.addresses import Allowed, AllowList
from allornone.venues.exchange.coinbase.orders import own_id
from allornone.venues.exchange.coinbase.timed import PAGE, Timed
from allornone.venues.exchange.fills import not_found
from allornone.venues.exchange.leaving import Left, handshake_of_left, reading_of_left
from allornone.venues.exchange.market import INVALID, to_grid
from allornone.venues.exchange.readable import readable
from allornone.venues.exchange.watching import watched
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading, ReadingState

SEND = OperationCapability(
    id_scope="all",  # idem: "if a previous transaction with the same idem parameter exists ... is returned"
    expiry="enforced",  # the token that a send comes with is over at not_after
    lookup="recent",  # absence is never concluded for money that leaves
    recall=False,
    undo=UndoClass.NONE,  # what left for a chain comes back by a transaction of whoever holds the address, or not
    settle_s=Decimal(60),  # our own figure, in no document
)
_UNIT = Decimal("1e-8")
_BACK = timedelta(hours=1)
"""How far before the reference's end its send is looked for: far more than any request may be taken late."""
_STATES = {
    "pending": ReadingState.OPEN,
    "waiting_for_clearing": ReadingState.OPEN,
    "waiting_for_signature": ReadingState.OPEN,
    "completed": ReadingState.CLOSED,
    "failed": ReadingState.REFUSED,
    "canceled": ReadingState.REFUSED,
    "expired": ReadingState.REFUSED,
}


class Sends:
    """Sends to the installation's allowed addresses."""

    def __init__(self, timed: Timed, listed: AllowList) -> None:
        self._timed = timed
        self._listed = listed

    @property
    def capability(self) -> OperationCapability:
        """What Coinbase can do for it."""
        return SEND

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix account, address, network and amount. Raises RefusedError where the address is not on the list."""
        entry, amount = self._checked(request)
        return {
            "account_id": await self._timed.account_of(request.source_token),
            "own_id": own_id(request.client_ref),
            "asset": request.source_token,
            "amount": str(amount),
            "address": entry.address,
            "network": entry.network,
            "not_after": request.not_after.isoformat(),
            **({"tag": entry.tag} if entry.tag is not None else {}),
        }

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Send once, with a token that is over when the send may not be taken any more.

        Raises NotSentError, without sending, where that is already so by Coinbase's own clock.
        """
        answer = await self._timed.write(
            "v2PrivatePostAccountsAccountIdTransactions",
            {
                "account_id": prepared["account_id"],
                "type": "send",
                "to": prepared["address"],
                "amount": prepared["amount"],
                "currency": prepared["asset"],
                "network": prepared["network"],
                "idem": prepared["own_id"],
                **({"destination_tag": prepared["tag"]} if "tag" in prepared else {}),
            },
            datetime.fromisoformat(prepared["not_after"]),
        )
        placed = answer.accepted()
        try:
            with readable("the answer to a send"):
                number = str(placed["data"]["id"])
            return await self._own(request, prepared, number)
        except VenueUnavailableError:
            return await self.lookup(request, prepared)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Show the send under our id, out of all that the account's history tells of the time."""
        time = await self._timed.time()
        account = await self._timed.account_of(request.source_token) if prepared is None else prepared["account_id"]
        asked = _sent(request, prepared)
        with readable("the account's transactions"):
            row = await self._row(account, request)
            if row is None:
                return not_found(request, time, full_history=False)
            return reading_of_left(request, _left_of(row, asked), asked, time)

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Show how it stands: a send cannot be taken back."""
        return await self.lookup(request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return that there is none."""
        del request, handshake
        return Inverse(undo_class=UndoClass.NONE)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict the amount alone: what the network takes is told when it is sent, and not before."""
        _, amount = self._checked(request)
        await self._timed.account_of(request.source_token)
        left = Left("", ReadingState.CLOSED, debited=amount, fee=ZERO, executed=amount)
        shown = handshake_of_left(request, left, amount)
        return shown.model_copy(update={"simulated": True, "status": ExecutionStatus.CONFIRMED})

    def _checked(self, request: ExecutionRequest) -> tuple[Allowed, Decimal]:
        details = request.operation_details
        if not isinstance(details, WithdrawDetails):
            raise RefusedError(f"{request.operation_id!r} is no withdrawal", INVALID)
        entry = self._listed.allowed(request.source_token, details.address, details.network)
        amount = to_grid(details.amount, _UNIT)
        if not amount:
            raise RefusedError(f"amount must be at least {_UNIT:f}, was {details.amount:f}", INVALID)
        return entry, amount

    async def _own(self, request: ExecutionRequest, prepared: Prepared, number: str) -> Reading:
        """Show the send by Coinbase's own number: as it stands, or at its end where its row does not tell our id.

        Rows need not tell it ("idem", optional). Then nothing can look the send up, and only this call has its number.
        Raises VenueUnavailableError where it is not shown, or tells another's id.
        """
        asked = _sent(request, prepared)
        params = {"account_id": prepared["account_id"], "transaction_id": number}

        async def shown() -> tuple[Left, object]:
            found = await self._timed.client.read("v2PrivateGetAccountsAccountIdTransactionsTransactionId", params)
            with readable(f"send {number}"):
                return _left_of(found["data"], asked), found["data"].get("idem")

        async def ended() -> Left | None:
            left, _ = await shown()
            return None if left.state is ReadingState.OPEN else left

        left, told = await shown()
        if told not in (None, "", prepared["own_id"]):
            raise VenueUnavailableError(f"send {number} tells another id than ours")
        if not told and left.state is ReadingState.OPEN:
            left = await watched(self._timed.client, f"send {request.client_ref} was taken as {number}", ended) or left
        return reading_of_left(request, left, asked, None)

    async def _row(self, account: str, request: ExecutionRequest) -> Mapping[str, Any] | None:
        """Return our send, reading page by page until what is older than the reference can be."""
        after: dict[str, str] = {}
        while True:
            params = {"account_id": account, "limit": PAGE, **after}
            page = await self._timed.client.read("v2PrivateGetAccountsAccountIdTransactions", params)
            rows = page["data"]
            for row in rows:
                if row.get("idem") == own_id(request.client_ref):
                    return dict(row)
            following = page["pagination"].get("next_starting_after")
            if not following or _moment(rows[-1]["created_at"]) < request.not_after - _BACK:
                return None
            after = {"starting_after": str(following)}


def _sent(request: ExecutionRequest, prepared: Prepared | None) -> Decimal:
    return to_grid(request.operation_details.amount, _UNIT) if prepared is None else Decimal(prepared["amount"])


def _left_of(row: Mapping[str, Any], sent: Decimal) -> Left:
    """Return what a row shows: a negative amount, the fee in it.

    That, or it less the fee, is what was sent; where neither is, the row proves no size.
    """
    state = _STATES.get(str(row["status"]))
    if state is None:
        raise VenueUnavailableError(f"send {row['id']} is {row['status']}, which says nothing")
    network: Mapping[str, Any] = row.get("network") or {}
    told: Mapping[str, Any] = network.get("transaction_fee") or {"amount": "0", "currency": row["amount"]["currency"]}
    if told["currency"] != row["amount"]["currency"]:
        raise VenueUnavailableError(f"send {row['id']} paid its fee in {told['currency']}, which is not read here")
    gross, fee = -_amount(row["amount"]["amount"]), _amount(told["amount"])
    failed = state is ReadingState.REFUSED
    if not failed and sent not in (gross, total((gross, -fee))):
        raise VenueUnavailableError(f"send {row['id']} shows {gross:f} with a fee of {fee:f}, and {sent:f} was sent")
    return Left(
        withdrawal_id=str(row["id"]),
        state=state,
        debited=ZERO if failed else gross,
        fee=ZERO if failed else fee,
        executed=ZERO if failed else total((gross, -fee)),
        tx_hash=str(network["hash"]) if network.get("hash") else None,
        applied_at=_moment(row["created_at"]),
        why=f"the send is {row['status']}" if failed else None,
    )


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _amount(value: object) -> Decimal:
    return normalised(Decimal(str(value)))
