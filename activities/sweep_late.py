"""Effects that appear after a group's end: looked for at its references, compared with what it knew, recorded."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from activities.desk import Desk
from activities.outcome import request_as_sent, structured
from activities.resolve import looked_and_recalled
from allornone.core.late import WINDOW, begin_late, beyond, is_due, late_plan
from allornone.core.recorded import handshake_of
from allornone.core.start import Carried
from allornone.deltas import located
from allornone.eventlog import GroupTrace, SentReference
from allornone.events import ExecutionDeltaEvent, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.ids import digest, event_id
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest, ExecutionStatus
from allornone.models.group import AtomicGroup
from allornone.venues.reading import ReadingState

LOOKS_MAX = 500
"""Look-ups of one sweep: venues count them against the same limits as the groups that are open."""

LOOKING = timedelta(minutes=2)
"""After that no further look-up is begun, so that a venue that is slow to answer leaves the sweep its time."""


@dataclass(frozen=True, slots=True)
class LateEffect:
    """An effect that a group did not know of when it ended. `new` is the part of `shown` that it did not know."""

    started: GroupTransitionEvent
    sent: ExecutionRequest
    shown: ExecutionHandshake
    new: ExecutionHandshake
    plan: AtomicGroup
    """Of the run that puts it before an operator."""

    @property
    def group_id(self) -> str:
        """The group that ended."""
        return self.started.atomic_group_id

    @property
    def reason(self) -> str:
        """What happened, in words."""
        undo = "the undo of " if self.sent.direction is Direction.ROLLBACK else ""
        return f"{undo}{self.sent.operation_id} took effect after group {self.group_id} had ended"

    def carried(self, now: datetime) -> Carried:
        """Return what its run begins with."""
        return Carried(state=begin_late(self.plan, self.new, self.reason), started_at=now)


@dataclass(frozen=True, slots=True)
class _Due:
    started: GroupTransitionEvent
    plan: AtomicGroup
    reference: SentReference


async def late_effects(desk: Desk, before: datetime | None) -> tuple[LateEffect, ...]:
    """Look up every reference that is due since the sweep at `before`, those of the newest ends first."""
    begun, found, silent = desk.now(), list[LateEffect](), set[tuple[str, str]]()
    for due in await _due(desk, before):
        sent = request_as_sent(due.reference.intent)
        place = (sent.venue, sent.operation_type.value)
        if place in silent or desk.now() - begun > LOOKING:
            continue
        shown = await _shown(desk, sent, due.reference)
        if shown is None:
            # A venue that does not answer is not asked again for each of its references.
            silent.add(place)
        elif (late := _late(due, sent, shown)) is not None:
            found.append(late)
    return tuple(found)


async def _due(desk: Desk, before: datetime | None) -> list[_Due]:
    now, found = desk.now(), list[_Due]()
    for group in await desk.log.ended_groups((before or now) - WINDOW):
        if len(found) >= LOOKS_MAX:
            break
        if not is_due(group.ended_at, now, before):
            continue
        trace = await desk.log.group(group.group_id)
        plan = _plan(trace)
        if trace.started is not None and plan is not None and not plan.simulated:
            references = await desk.log.references(group.group_id)
            found += [_Due(trace.started, plan, reference) for reference in references]
    return found[:LOOKS_MAX]


def _plan(trace: GroupTrace) -> AtomicGroup | None:
    """Return the plan that the start holds, None for one that this release cannot read."""
    try:
        return AtomicGroup.model_validate(trace.started.facts.get("plan")) if trace.started is not None else None
    except ValidationError:
        return None


async def _shown(desk: Desk, sent: ExecutionRequest, reference: SentReference) -> ExecutionHandshake | None:
    """Return what the venue shows, an effect or none, with what is still open taken back; None for no answer."""
    venue = desk.venues.get(sent.venue)
    if venue is None:
        return None
    try:
        reading = await looked_and_recalled(venue, sent, reference.intent.prepared)
    except Exception:  # noqa: BLE001 (what one venue's client raises must not keep the others from being asked)
        return None
    if reading is None:
        return None
    handshake = reading.sent_at(reference.intent.submitted_at).handshake
    # What is open and cannot be taken back is no size yet: it is looked at again at the next age.
    closed = reading.state is ReadingState.CLOSED
    placed = located(handshake.actual_deltas, sent.source_venue, sent.target_venue) if closed else {}
    return handshake.model_copy(update={"actual_deltas": placed, "status": ExecutionStatus.CONFIRMED})


def _late(due: _Due, sent: ExecutionRequest, shown: ExecutionHandshake) -> LateEffect | None:
    known = due.reference.known
    new = beyond(shown, handshake_of(known) if known is not None else None)
    plan = late_plan(due.plan, sent)
    return LateEffect(due.started, sent, shown, new, plan) if new is not None and plan is not None else None


async def record_late(desk: Desk, late: LateEffect) -> None:
    """Record the effect and that it came late, among the records of the group that ended. May be called again."""
    trace = await desk.log.group(late.group_id)
    await desk.log.record((_delta(desk, late), _transition(desk, late)), trace.seq)


def _common(desk: Desk, late: LateEffect) -> dict[str, Any]:
    return {
        "timestamp": late.started.timestamp,
        "real_utc_time": desk.now().isoformat(),
        "correlation_id": late.started.correlation_id,
        "pid": desk.pid,
        "atomic_group_id": late.group_id,
        "client_ref": late.sent.client_ref,
    }


def _texts(handshake: ExecutionHandshake) -> dict[str, str]:
    return {key: str(amount) for key, amount in handshake.actual_deltas.items()}


def _delta(desk: Desk, late: LateEffect) -> ExecutionDeltaEvent:
    return ExecutionDeltaEvent(
        **_common(desk, late),
        source_operation_id=late.sent.operation_id,
        operation_type=late.sent.operation_type.value,
        deltas=structured(late.sent, late.new),
        # As an outcome's own: an answer that came late and recorded the effect has recorded this one.
        event_id=event_id(late.sent.client_ref, "deltas", digest(_texts(late.new))),
        direction=late.sent.direction,
        epoch=late.sent.epoch,
    )


def _transition(desk: Desk, late: LateEffect) -> GroupTransitionEvent:
    shown = _texts(late.shown)
    return GroupTransitionEvent(
        **_common(desk, late),
        kind=TransitionKind.LATE_EFFECT,
        reason=late.reason,
        operation_id=late.sent.operation_id,
        facts={"shown": shown, "new": _texts(late.new), "late_group": late.plan.atomic_group_id},
        event_id=event_id(late.sent.client_ref, TransitionKind.LATE_EFFECT.value, digest(shown)),
    )
