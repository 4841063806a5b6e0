"""Compare what a venue shows with what was expected: pure, per holding, the verdict on what nothing explains.

`actual - expected = fill ratio + fees + realised profit + rounding + price within bound + unexplained`
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from allornone.bounds import Asked, Bound, bounds, principal_keys, rounding
from allornone.deltas import (
    Changes,
    Identity,
    add,
    by_identity,
    identity_of,
    located,
    negate,
    subtract,
    without_zero,
)
from allornone.models.details import FROM_SOURCE, PerpTradeDetails
from allornone.models.execution import ExecutionHandshake, ExecutionStatus, Fee
from allornone.models.operation import Tolerance
from allornone.models.reconciliation import Reconciliation, Verdict
from allornone.units import EXACT, ZERO, Amount, total

STEP_SHARE = Decimal("0.01")
"""The largest share of an amount that rounding it to the venue's step may take; more is a partial fill."""

QUANTUM = Decimal("1E-18")

ONE = Decimal(1)

_AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)

__all__ = ["Asked", "FrictionAndResidual", "friction_and_residual", "principal_keys", "reconcile", "undone"]


class FrictionAndResidual(NamedTuple):
    """What a group leaves behind. The two add up to every change it made."""

    friction: dict[str, Decimal]
    residual: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class _Size:
    """How much of the amount took effect, and whether that is all that was sent."""

    share: Decimal
    partial: bool


def reconcile(
    asked: Asked,
    handshake: ExecutionHandshake,
    reading: int = 1,
    *,
    tolerance: Tolerance | None = None,
    sent: Decimal | None = None,
    predicted: bool = False,
) -> Reconciliation:
    """Compare the expected deltas of `asked` with the actual deltas of `handshake`.

    `tolerance` is the operation's, also for its undo. `sent` is the details' amount as the adapter rounded
    it to the venue's step; without it any shortfall of the amount is a partial fill. A listed fee explains
    exactly its amount on its key, and may be in the expected deltas already. `predicted` marks a
    simulation, which has no evidence. Both sides of the answer are placed, typed, one key a holding.

    Verdicts: `match`, nothing beyond fees and realised profit (`execution_details["realised_pnl"]` of a
    perp trade); `within`, the rest inside the bounds; `partial`, a part of the amount and the rest inside;
    `breach`; `unobserved`, when there is no final outcome, no evidence or no change. Of a failed operation
    nothing but fees may show.
    """
    expected = located(asked.expected_deltas, asked.source_venue, asked.target_venue)
    actual = located(handshake.actual_deltas, asked.source_venue, asked.target_venue)
    unseen = _unobserved(handshake, expected, actual, predicted=predicted)
    if unseen:
        return Reconciliation(
            verdict=Verdict.UNOBSERVED, expected=expected, actual=actual, reading=reading, reason=unseen
        )
    size = _size(asked, handshake, sent)
    planned = _planned(expected, size.share)
    charges = _charges(asked, handshake)
    left = _left(add(actual, negate(planned)), planned, charges)
    # Where nothing should have happened no price decides anything: every bound is zero.
    limits = bounds(asked, planned, tolerance) if size.share else {}
    unexplained, reasons = _beyond(left, limits, _slack(planned, size))
    return Reconciliation(
        verdict=_verdict(unexplained, left, size),
        expected=expected,
        actual=actual,
        explained=without_zero(subtract(subtract(actual, expected), unexplained)),
        unexplained=unexplained,
        reading=reading,
        reason="; ".join(reasons)[:2000],
    )


def _unobserved(handshake: ExecutionHandshake, expected: Changes, actual: Changes, *, predicted: bool) -> str:
    """Return why there is nothing to judge, empty where there is."""
    if handshake.status in (ExecutionStatus.PENDING, ExecutionStatus.UNKNOWN):
        return f"the outcome is {handshake.status.value}"
    if handshake.status is ExecutionStatus.FAILED:
        return ""
    evidence = handshake.evidence
    if not (predicted or evidence.venue_ids or evidence.fills or evidence.tx_hash or evidence.attested):
        return "the venue confirms without evidence: no id, no fill, no transaction"
    if handshake.filled_ratio != 0 and without_zero(expected) and not without_zero(actual):
        return "the venue confirms but shows no change on any key"
    return ""


def _size(asked: Asked, handshake: ExecutionHandshake, sent: Decimal | None) -> _Size:
    """Return the share of the amount that took effect; more than all of it is judged against all of it."""
    if handshake.status is ExecutionStatus.FAILED:
        return _Size(ZERO, partial=False)
    share = handshake.filled_ratio
    amount, executed = asked.operation_details.amount, handshake.executed_amount
    if 0 < executed < amount:
        # The venue's own size; its ratio may be rounded, or of what was sent rather than of what was asked.
        share = EXACT.divide(executed, amount)
    to_step = sent is not None and executed == sent and EXACT.subtract(ONE, share) <= STEP_SHARE
    return _Size(share, partial=share < 1 and not to_step)


def _planned(expected: Changes, share: Decimal) -> dict[str, Decimal]:
    if share == 1:
        return dict(expected)
    return {
        key: EXACT.multiply(amount, share).quantize(QUANTUM, ROUND_HALF_EVEN, EXACT) for key, amount in expected.items()
    }


def _slack(planned: Changes, size: _Size) -> dict[Identity, Decimal]:
    """Return what a share of 18 places may miss: a third of something has no exact decimal."""
    if size.share in (ZERO, ONE):
        return {}
    return {
        holding: total((QUANTUM, EXACT.multiply(amount.copy_abs(), QUANTUM)))
        for holding, amount in by_identity(planned).items()
    }


def _charges(asked: Asked, handshake: ExecutionHandshake) -> dict[str, Decimal]:
    """Return what fees and realised profit changed; a fee without a place fell on the executing venue."""
    venue = asked.source_venue if asked.operation_type in FROM_SOURCE else asked.target_venue
    fees = [{fee.position_key: fee.amount.copy_negate()} for fee in handshake.fees]
    if not fees:
        fees = [{handshake.fee_currency: handshake.fee_amount.copy_negate()}]
    details = asked.operation_details
    if isinstance(details, PerpTradeDetails):
        fees.append({details.pair.partition("/")[2]: _realised_profit(handshake)})
    return add(*(located(fee, venue, venue) for fee in fees))


def _realised_profit(handshake: ExecutionHandshake) -> Decimal:
    """Return what closing a perp realised. A text that is no amount explains nothing."""
    try:
        return _AMOUNT.validate_python(handshake.execution_details.get("realised_pnl", ZERO))
    except ValidationError:
        return ZERO


def _left(missed: Changes, planned: Changes, charges: Changes) -> dict[str, Decimal]:
    """Return what charges do not explain; a plan states a key before fees or after, and the nearer counts."""
    before = add(missed, negate(charges))
    after = by_identity(missed)
    named = by_identity(planned)
    return {
        key: min(amount, after.get(identity_of(key), amount), key=Decimal.copy_abs)
        if identity_of(key) in named
        else amount
        for key, amount in before.items()
    }


def _beyond(
    left: Changes, limits: Mapping[Identity, Bound], slack: Mapping[Identity, Decimal]
) -> tuple[dict[str, Decimal], list[str]]:
    """Return what lies outside its bound, and a sentence for each."""
    unexplained: dict[str, Decimal] = {}
    reasons: list[str] = []
    for key, amount in left.items():
        bound = limits.get(identity_of(key), Bound()).widened(slack.get(identity_of(key), ZERO))
        if not bound.holds(amount):
            unexplained[key] = amount
            reasons.append(f"{key} is off by {amount} beyond its fees, and {bound} is allowed")
    return unexplained, reasons


def _verdict(unexplained: Changes, left: Changes, size: _Size) -> Verdict:
    if unexplained:
        return Verdict.BREACH
    if size.partial:
        return Verdict.PARTIAL
    if without_zero(left) or size.share not in (ZERO, ONE):
        return Verdict.WITHIN
    return Verdict.MATCH


def _taken(fees: Iterable[Fee]) -> dict[str, Decimal]:
    return add(*({fee.position_key: fee.amount.copy_negate()} for fee in fees))


def undone(
    left: Changes,
    principal: Iterable[Identity],
    dust: Mapping[str, Decimal],
    *,
    fees: Iterable[Fee] = (),
    absolute: Decimal = ZERO,
) -> bool:
    """Tell whether an undo is done: what is left of every principal holding is dust.

    `left` sums the actual deltas of the operation and its undos. `dust` is, per token, what lies below the
    venue's step or minimum (`Inverse.dust`); `absolute` is the operation's tolerance. A shortfall up to the
    `fees` taken from the very holding is friction too. Raises ValueError for keys without a venue.
    """
    remaining = by_identity(left)
    charged = by_identity(negate(_taken(fees)))
    return all(
        Bound(total((limit, charged.get(holding, ZERO))), limit).holds(remaining.get(holding, ZERO))
        for holding in principal
        for limit in [max(dust.get(holding[2], ZERO), absolute, rounding(holding[2]))]
    )


def friction_and_residual(effects: Sequence[Changes], fees: Iterable[Fee] = (), *, undone: bool) -> FrictionAndResidual:
    """Split everything that an operation and its undos changed.

    Of an undone operation the whole net is friction. Of one left in effect the fees are, and the rest is
    residual. Raises ValueError for keys without a venue.
    """
    net = add(*effects)
    friction = net if undone else _taken(fees)
    return FrictionAndResidual(without_zero(friction), without_zero(subtract(net, friction)))
