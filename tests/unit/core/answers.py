"""What activities answer, built once each: a million schedules ask for the same few."""

from decimal import Decimal
from functools import cache

from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.models.execution import Direction, Evidence, ExecutionHandshake, ExecutionStatus
from allornone.models.reconciliation import Reconciliation, Verdict
from tests.unit.core.plans import AMOUNT

FORWARD, ROLLBACK = Direction.FORWARD, Direction.ROLLBACK
Reference = tuple[int, Direction, int]
"""Operation number, direction and epoch."""

_RECONCILED = {verdict: Reconciliation(verdict=verdict) for verdict in Verdict}


def deltas(units: int) -> dict[str, Decimal]:
    """Return the changes of `units` staked; of as many taken back where it is negative."""
    return {"binance:BaseToken:ETH": Decimal(-units), "lido:StakingToken:stETH": Decimal(units)}


@cache
def handshake(number: int, units: int, *, attested: bool = False) -> ExecutionHandshake:
    """Return the handshake of an effect of `units`, negative for an undo."""
    return ExecutionHandshake(
        operation_id=f"op{number}",
        status=ExecutionStatus.CONFIRMED,
        actual_deltas=deltas(units) if units else {},
        executed_amount=Decimal(abs(units)),
        filled_ratio=min(Decimal(abs(units)) / AMOUNT, Decimal(1)),
        evidence=Evidence(venue_ids=("1",), attested=attested),
    )


@cache
def closed(
    reference: Reference,
    units: int,
    verdict: Verdict = Verdict.MATCH,
    *,
    recorded: bool = True,
    undone: bool = False,
    attested: bool = False,
) -> Answer:
    """Return the answer that `units` took effect, negative for an undo, and can change no more."""
    number, direction, epoch = reference
    return Answer(
        kind=AnswerKind.CLOSED,
        operation_id=f"op{number}",
        direction=direction,
        epoch=epoch,
        handshake=handshake(number, units, attested=attested),
        reconciliation=_RECONCILED[verdict],
        recorded=recorded,
        undone=undone,
        fence=Fence.FENCED,
    )


@cache
def told(reference: Reference, kind: AnswerKind, *, fence: Fence = Fence.WAITING, readable: bool = True) -> Answer:
    """Return an answer that shows no effect."""
    number, direction, epoch = reference
    return Answer(
        kind=kind,
        operation_id=f"op{number}",
        direction=direction,
        epoch=epoch,
        fence=fence,
        readable=readable,
    )


def full(number: int, epoch: int = 1, units: int = AMOUNT) -> Answer:
    """Return the answer that an operation did all that it was asked for."""
    return closed((number, FORWARD, epoch), units)


def part(number: int, epoch: int = 1, units: int = 1) -> Answer:
    """Return the answer that a part was filled and the rest is closed."""
    return closed((number, FORWARD, epoch), units, Verdict.PARTIAL)


def breach(number: int, epoch: int = 1, units: int = AMOUNT + 1, *, recorded: bool = True) -> Answer:
    """Return the answer that an operation ended outside its bounds; unrecorded it is to be read again."""
    return closed((number, FORWARD, epoch), units, Verdict.BREACH, recorded=recorded)


def undone(number: int, epoch: int = 1, units: int = AMOUNT) -> Answer:
    """Return the answer that an undo left nothing."""
    return closed((number, ROLLBACK, epoch), -units, undone=True)


def undone_in_part(number: int, epoch: int = 1, verdict: Verdict = Verdict.PARTIAL) -> Answer:
    """Return the answer that an undo took one unit back and is closed."""
    return closed((number, ROLLBACK, epoch), -1, verdict)


def refused(number: int, direction: Direction = FORWARD, epoch: int = 1) -> Answer:
    """Return the proof that the venue did nothing."""
    return told((number, direction, epoch), AnswerKind.REFUSED)


def not_sent(number: int, direction: Direction = FORWARD, epoch: int = 1) -> Answer:
    """Return the proof that nothing left."""
    return told((number, direction, epoch), AnswerKind.NOT_SENT)


def absent(number: int, direction: Direction = FORWARD, epoch: int = 1) -> Answer:
    """Return the proof, behind a fence, that there is nothing."""
    return told((number, direction, epoch), AnswerKind.ABSENT, fence=Fence.FENCED)


def still_open(number: int, direction: Direction = FORWARD, epoch: int = 1) -> Answer:
    """Return the answer that the order is accepted and open."""
    return told((number, direction, epoch), AnswerKind.OPEN)


def unknown(
    number: int,
    direction: Direction = FORWARD,
    epoch: int = 1,
    fence: Fence = Fence.WAITING,
    *,
    readable: bool = True,
) -> Answer:
    """Return the answer that proves nothing."""
    return told((number, direction, epoch), AnswerKind.UNKNOWN, fence=fence, readable=readable)
