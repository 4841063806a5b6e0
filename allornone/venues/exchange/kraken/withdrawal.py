"""Withdrawals from Kraken: to addresses that have a name there. No id of ours goes along, so none can be looked up."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from allornone.errors import RefusedError, VenueUnavailableError
from allornone.models.details import WithdrawDetails
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.units import ZERO, normalised, total
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.addresses import Allowed, AllowList
from allornone.venues.exchange.clock import moment_of
from allornone.venues.exchange.fills import unreadable
from allornone.venues.exchange.kraken.keyed import Keyed
from allornone.venues.exchange.leaving import Left, handshake_of_left, reading_of_left
from allornone.venues.exchange.market import INVALID, to_grid
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.readable import readable
from allornone.venues.exchange.watching import watched
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading, ReadingState

WITHDRAWAL = OperationCapability(
    id_scope="none",  # the call takes no id of the caller's
    expiry="none",  # nor a time after which it is not taken
    lookup="none",
    recall=False,
    undo=UndoClass.NONE,
)
_UNIT = Decimal("1e-8")
_STATES = {
    "Initial": ReadingState.OPEN,
    "Pending": ReadingState.OPEN,
    "Settled": ReadingState.OPEN,
    "Success": ReadingState.CLOSED,
    "Failure": ReadingState.REFUSED,
}


class Withdrawals:
    """Withdrawals to the installation's allowed addresses, by the names that they have at Kraken."""

    def __init__(self, keyed: Keyed, listed: AllowList) -> None:
        self._keyed = keyed
        self._listed = listed

    @property
    def capability(self) -> OperationCapability:
        """What Kraken can do for it."""
        return WITHDRAWAL

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix asset, name and amount. Raises RefusedError where the address is not listed, or has no name there."""
        entry, name, amount, _ = await self._checked(request)
        asset = await self._keyed.asset(request.source_token)
        return {"asset": asset, "key": name, "address": entry.address, "amount": str(amount)}

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Ask for the withdrawal once, and watch it to its end. Kraken holds the address to the one of the name.

        Shows it open where its end does not come while it is watched: nobody else can look at it.
        """
        answer = await self._keyed.write("privatePostWithdraw", prepared)
        placed = answer.accepted()
        with readable("the answer to a withdrawal"):
            number = str(placed["result"]["refid"])
        sent, asset = Decimal(prepared["amount"]), prepared["asset"]
        what = f"withdrawal {request.client_ref} was taken as {number}"
        left = await watched(self._keyed.client, what, lambda: self._ended(asset, number, sent))
        open_yet = Left(number, ReadingState.OPEN, debited=ZERO, fee=ZERO, executed=ZERO)
        return reading_of_left(request, left or open_yet, sent, None)  # no clock: what is known waits for none

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Answer that it cannot be asked: candidates by amount and time are hints for a person."""
        del prepared
        return unreadable(request, await self._keyed.time())

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Answer as a look-up does: what cannot be found cannot be cancelled."""
        return await self.lookup(request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return that there is none."""
        del request, handshake
        return Inverse(undo_class=UndoClass.NONE)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict the debit, the network's fee in it."""
        _, _, amount, fee = await self._checked(request)
        left = Left("", ReadingState.CLOSED, debited=amount, fee=fee, executed=amount)
        shown = handshake_of_left(request, left, amount)
        return shown.model_copy(update={"simulated": True, "status": ExecutionStatus.CONFIRMED})

    async def _checked(self, request: ExecutionRequest) -> tuple[Allowed, str, Decimal, Decimal]:
        details = request.operation_details
        if not isinstance(details, WithdrawDetails):
            raise RefusedError(f"{request.operation_id!r} is no withdrawal", INVALID)
        entry = self._listed.allowed(request.source_token, details.address, details.network)
        if entry.key is None:
            raise RefusedError(f"{entry.address} is listed without its name at Kraken (`key`)", INVALID)
        minimums = await self._minimums(request.source_token, entry.network)
        amount, least = to_grid(details.amount, _UNIT), min(minimums.values())
        if not amount or amount < least:
            told = max(least, _UNIT)
            raise RefusedError(
                f"amount must be at least {told:f} {request.source_token}, was {details.amount:f}", INVALID
            )
        method, fee = await self._way(request.source_token, entry.key, amount)
        if method not in minimums:  # the name alone decides the network, whatever the list and the plan say
            here = self._keyed.client.name
            raise RefusedError(f"{entry.key!r} at {here} leads over {method}, and not over {entry.network}", INVALID)
        return entry, entry.key, amount, fee

    async def _minimums(self, token: str, network: str) -> dict[str, Decimal]:
        """Return the least amount of each method of the network. Raises RefusedError where it has none."""
        asset = await self._keyed.asset(token)
        methods = await self._keyed.read("privatePostWithdrawMethods", {"asset": asset})
        with readable(f"how {token} is withdrawn"):
            found = {
                str(each["method"]): _amount(each["minimum"])
                for each in methods
                if (each["asset"], each["network"]) == (asset, network)
            }
        if not found:
            raise RefusedError(f"{self._keyed.client.name} withdraws no {token} over {network} now", "EXEC-001")
        return found

    async def _way(self, token: str, key: str, amount: Decimal) -> tuple[str, Decimal]:
        """Return the method that the name leads over, and what it takes.

        Raises RefusedError in Kraken's own words, such as of a name it has not.
        """
        asked = {"asset": await self._keyed.asset(token), "key": key, "amount": str(amount)}
        answer = await self._keyed.ask("privatePostWithdrawInfo", asked)
        if answer.outcome is Outcome.REFUSED:
            raise RefusedError(answer.told, answer.error)
        shown = answer.shown()
        with readable("what a withdrawal costs"):
            return str(shown["result"]["method"]), _amount(shown["result"]["fee"])

    async def _ended(self, asset: str, number: str, sent: Decimal) -> Left | None:
        """Return the withdrawal as its history shows it at its end, None before."""
        rows = await self._keyed.read("privatePostWithdrawStatus", {"asset": asset})
        with readable("the withdrawal history"):
            found = [_left_of(row, sent) for row in rows if row["refid"] == number]
            return next((left for left in found if left.state is not ReadingState.OPEN), None)


def _left_of(row: Mapping[str, Any], sent: Decimal) -> Left:
    """Return what a row shows. Withdraw info: the amount is net, "after fees"; where they do not add up, no size is."""
    state, fee = _STATES[str(row["status"])], _amount(row["fee"])
    gross = total((_amount(row["amount"]), fee))
    if gross != sent:
        raise VenueUnavailableError(f"withdrawal {row['refid']} shows {gross:f}, and {sent:f} was sent")
    failed = state is ReadingState.REFUSED
    return Left(
        withdrawal_id=str(row["refid"]),
        state=state,
        debited=ZERO if failed else gross,
        fee=ZERO if failed else fee,
        executed=ZERO if failed else gross,
        tx_hash=str(row["txid"]) if row.get("txid") else None,
        applied_at=moment_of(int(row["time"]) * 1_000),
        why=f"the withdrawal is {row['status']} {row.get('status-prop', '')}".strip() if failed else None,
    )


def _amount(value: object) -> Decimal:
    return normalised(Decimal(str(value)))
