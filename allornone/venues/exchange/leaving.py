"""A withdrawal as its exchange shows it, and what it changed: the debit, and the network's fee in it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionRequest, ExecutionStatus, Fee
from allornone.units import ZERO, share, total
from allornone.venues.exchange.fills import held
from allornone.venues.reading import Reading, ReadingState

_STATUS = {
    ReadingState.OPEN: ExecutionStatus.PENDING,
    ReadingState.CLOSED: ExecutionStatus.CONFIRMED,
    ReadingState.REFUSED: ExecutionStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class Left:
    """One withdrawal. `debited` is what the balance lost, the fee in it; of one that failed it is nothing.

    `executed` is in the unit of the details' amount: the debit, or what arrives, as the exchange takes the amount.
    """

    withdrawal_id: str
    state: ReadingState
    debited: Decimal
    fee: Decimal
    executed: Decimal
    tx_hash: str | None = None
    applied_at: datetime | None = None
    why: str | None = None


def reading_of_left(request: ExecutionRequest, left: Left, asked: Decimal, time: datetime | None) -> Reading:
    """Return the reading of a withdrawal of `asked`; `time` is the exchange's clock, where it was read."""
    ids = (left.withdrawal_id,) if left.tx_hash is None else (left.withdrawal_id, left.tx_hash)
    handshake = handshake_of_left(request, left, asked).model_copy(
        update={
            "status": _STATUS[left.state],
            "evidence": Evidence(venue_ids=ids, tx_hash=left.tx_hash),
            "submitted_at": left.applied_at,
            "error_code": None if left.why is None else "EXEC-001",
            "error_message": left.why,
        }
    )
    return Reading(state=left.state, handshake=handshake, venue_time=time, full_history=False)


def handshake_of_left(request: ExecutionRequest, left: Left, asked: Decimal) -> ExecutionHandshake:
    """Return what a withdrawal changed, without saying how certain that is."""
    key, token = held(request.source_venue, request.source_token), request.source_token
    fees = (Fee(position_key=key, amount=left.fee, currency=token, kind="withdrawal"),) if left.fee else ()
    return ExecutionHandshake(
        operation_id=request.operation_id,
        status=ExecutionStatus.UNKNOWN,
        actual_deltas={key: -left.debited} if left.debited else {},
        execution_details={"executed_amount": str(left.executed), "arrives": str(total((left.debited, -left.fee)))},
        fees=fees,
        filled_ratio=share(left.executed, asked) if left.executed else ZERO,
        executed_amount=left.executed,
    )
