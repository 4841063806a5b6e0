"""An effect that appears after a group's end: how much of it is new, and the run that puts it before an operator."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from allornone.core.answer import AnswerKind
from allornone.core.facts import current, same
from allornone.core.state import Attempt, GroupState, Notice, Progress, begin
from allornone.deltas import subtract, without_zero
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest, Fee
from allornone.models.group import AtomicGroup
from allornone.models.operation import OperationCommand
from allornone.models.reconciliation import Verdict
from allornone.units import LATE, ZERO, total

LOOK_AGES = tuple(timedelta(minutes=minutes) for minutes in (0, 5, 15, 60, 240, 720, 1440))
"""How long after its end a group's references are looked up again: an effect that is late is seldom very late."""

WINDOW = LOOK_AGES[-1]
"""After that nobody looks any more."""

_SENT = ("operation_type", "source_venue", "target_venue", "source_token", "target_token", "operation_details")


def is_due(ended_at: datetime, now: datetime, before: datetime | None) -> bool:
    """Tell whether a group is to be looked at: its age passed one of LOOK_AGES since the sweep at `before`."""
    moments = [ended_at + age for age in LOOK_AGES]
    return any(moment <= now and (before is None or moment > before) for moment in moments)


def late_group_id(group_id: str, client_ref: str, number: int = 1) -> str:
    """Return the id of the run for the `number`th late effect of a reference.

    One of a late run's own undo is beside that run, not below it.
    """
    first = group_id.partition(LATE)[0] + LATE + client_ref[:8]
    return first if number == 1 else f"{first}-{number}"


def beyond(shown: ExecutionHandshake, known: ExecutionHandshake | None) -> ExecutionHandshake | None:
    """Return the part of what a venue shows that was not known, None where there is no such part.

    Both have their deltas placed. A known effect that is not shown any more is a stale read, and no part.
    """
    if not shown.actual_deltas:
        return None
    if known is None or not known.actual_deltas:
        return shown
    if same(shown.actual_deltas, known.actual_deltas):
        return None
    more = {
        "actual_deltas": without_zero(subtract(shown.actual_deltas, known.actual_deltas)),
        "executed_amount": max(_less(shown.executed_amount, known.executed_amount), ZERO),
        "fees": tuple(_fees_beyond(shown.fees, known.fees)),
    }
    # Built anew, so that the single fee is derived from the fees that are left.
    return ExecutionHandshake.model_validate({**shown.model_dump(exclude={"fee_amount", "fee_currency"}), **more})


def _less(amount: Decimal, taken: Decimal) -> Decimal:
    return total((amount, taken.copy_negate()))


def _fees_beyond(shown: tuple[Fee, ...], known: tuple[Fee, ...]) -> Iterator[Fee]:
    charged: dict[tuple[str, str, str], Decimal] = {}
    for fee in known:
        charged[_place(fee)] = total((charged.get(_place(fee), ZERO), fee.amount))
    for fee in shown:
        taken = min(fee.amount, charged.get(_place(fee), ZERO))
        charged[_place(fee)] = _less(charged.get(_place(fee), ZERO), taken)
        if fee.amount > taken:
            yield fee.model_copy(update={"amount": _less(fee.amount, taken)})


def _place(fee: Fee) -> tuple[str, str, str]:
    return fee.position_key, fee.currency, fee.kind


def late_plan(plan: AtomicGroup, sent: ExecutionRequest, number: int = 1) -> AtomicGroup | None:
    """Return the group of a late effect of the reference `sent`, None where the plan does not know its operation.

    It has a log and an end of its own, no deadline, and the one operation. What came late of an undo is the undo's
    own request, done: to undo that is to do the operation again.
    """
    planned = [each for each in plan.operations if each.operation_id == sent.operation_id]
    if not planned:
        return None
    return AtomicGroup(
        atomic_group_id=late_group_id(plan.atomic_group_id, sent.client_ref, number),
        operations=(_alone(planned[0], sent),),
        correlation_id=plan.correlation_id,
        strategy=plan.strategy,
        policy=plan.policy,
        simulated=plan.simulated,
        metadata={**plan.metadata, "late_of": plan.atomic_group_id, "client_ref": sent.client_ref},
    )


def _alone(operation: OperationCommand, sent: ExecutionRequest) -> OperationCommand:
    changes: dict[str, Any] = {"pivot": False, "atomic_group_id": None, "sequence_in_group": None}
    if sent.direction is Direction.ROLLBACK:
        changes |= {name: getattr(sent, name) for name in _SENT}
        changes |= {"expected_deltas": sent.expected_deltas, "rollback": "default"}
    return operation.model_copy(update=changes)


def begin_late(plan: AtomicGroup, effect: ExecutionHandshake, reason: str, *, still_open: bool = False) -> GroupState:
    """Return the state in which a late effect's run begins: its one operation in effect, nothing done about it.

    What may be filled of an order that is still open is a range of its own, beside what is filled so far.
    """
    late = Attempt(Direction.FORWARD, 1, AnswerKind.CLOSED, Verdict.BREACH, effect)
    progress = Progress(attempts=(late,), forward_epoch=1, note=reason)
    if still_open:
        attempts = (late,) if late.took_effect else ()
        progress = replace(progress, attempts=attempts, forward_epoch=2, unfenced=((Direction.FORWARD, 2),))
    # Its start tells all that it begins with: the effect is nowhere else among its own records.
    facts = {"effect": effect.model_dump(mode="json"), "still_open": still_open}
    started = Notice(TransitionKind.STARTED, reason=reason, facts=facts)
    return replace(begin(plan), operations=(progress,), held=reason, outbox=(started,))


def held(plan: AtomicGroup, state: GroupState) -> str | None:
    """Return why nothing is done about a late effect until an operator says what, None once one did."""
    if state.cancel or state.given_up or state.unwinding is not None or current(plan, state) is None:
        return None
    return state.held
