"""A deposit as its exchange shows it, what it is told by, and what it changed."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from allornone.errors import VenueUnavailableError
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, ExecutionStatus
from allornone.units import ZERO, share
from allornone.venues.exchange.fills import held
from allornone.venues.reading import Reading, ReadingState

_STATUS = {
    ReadingState.OPEN: ExecutionStatus.PENDING,
    ReadingState.CLOSED: ExecutionStatus.CONFIRMED,
    ReadingState.REFUSED: ExecutionStatus.FAILED,
}
_HEX = re.compile(r"^(?:0x)?([0-9a-fA-F]{64})$")


@dataclass(frozen=True, slots=True)
class Credit:
    """One deposit. `credit_id` is the exchange's own number of it; `amount` is what is, or would be, credited.

    Without a `state` it stands as nothing here can read, and `why` says how. `address` and `network` are None where
    the history does not tell them.
    """

    credit_id: str
    state: ReadingState | None
    amount: Decimal
    seen_at: datetime
    address: str | None = None
    network: str | None = None
    tx_hash: str | None = None
    credited_at: datetime | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which deposit is meant: the one of a transaction, else one of exactly this amount to this address.

    Nothing that the exchange saw before `since` is it.
    """

    asset: str
    amount: Decimal
    since: datetime
    address: str | None = None
    network: str | None = None
    tx_hash: str | None = None

    def fits(self, credit: Credit) -> bool:
        """Tell whether a deposit may be the one that is meant."""
        if credit.seen_at < self.since or self.address not in (None, credit.address):
            return False
        if self.network is not None and credit.network not in (None, self.network):
            return False
        if self.tx_hash is not None:
            return credit.tx_hash is not None and _same(self.tx_hash, credit.tx_hash)
        # One that failed may be anybody's: taken for ours it would prove what nobody knows.
        return credit.amount == self.amount and credit.state is not ReadingState.REFUSED

    @property
    def told(self) -> str:
        """Say it to a person."""
        if self.tx_hash is not None:
            return f"the deposit of {self.asset} by transaction {self.tx_hash}"
        return f"the deposit of {self.amount:f} {self.asset} to {self.address}"


def reading_of_credit(request: ExecutionRequest, credit: Credit, asked: Decimal, time: datetime) -> Reading:
    """Return the reading of a deposit of which `asked` was expected. Only what is credited is an effect.

    Raises VenueUnavailableError where it stands as nothing here can read.
    """
    if credit.state is None:
        raise VenueUnavailableError(f"deposit {credit.credit_id} {credit.why}")
    ids = (credit.credit_id,) if not credit.tx_hash else (credit.credit_id, credit.tx_hash)
    credited = credit.amount if credit.state is ReadingState.CLOSED else ZERO
    handshake = handshake_of_credit(request, credited, asked).model_copy(
        update={
            "status": _STATUS[credit.state],
            "evidence": Evidence(venue_ids=ids, tx_hash=credit.tx_hash),
            "submitted_at": credit.seen_at,
            "executed_at": credit.credited_at,
            "error_code": None if credit.why is None else "EXEC-001",
            "error_message": credit.why,
        }
    )
    return Reading(state=credit.state, handshake=handshake, venue_time=time, full_history=False)


def handshake_of_credit(request: ExecutionRequest, credited: Decimal, asked: Decimal) -> ExecutionHandshake:
    """Return what a deposit changed, without saying how certain that is."""
    return ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.UNKNOWN,
        actual_deltas={held(request.target_venue, request.target_token): credited} if credited else {},
        execution_details={"executed_amount": str(credited)},
        filled_ratio=share(credited, asked) if credited else ZERO,
        executed_amount=credited,
    )


def _same(one: str, other: str) -> bool:
    """Tell whether two texts are one transaction: exchanges differ in the case of hashes, and in `0x`."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    found = _HEX.match(text)
    return text if found is None else found[1].lower()
