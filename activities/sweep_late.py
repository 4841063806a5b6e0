"""Effects that appear after a group's end: looked for at its references, compared with what it knew, recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from activities.desk import Desk
from activities.look import looked_and_recalled
from activities.outcome import request_as_sent, structured, twin
from activities.sweep_due import OWED_MAX, Due, OwedLook, Turn, due_of, turns
from activities.sweep_patience import Patience
from allornone.core.late import begin_late, beyond, late_group_id, late_plan
from allornone.core.recorded import handshake_of
from allornone.core.start import Carried
from allornone.deltas import located
from allornone.eventlog import SentReference
from allornone.events import ExecutionDeltaEvent, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.ids import digest, event_id
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest, ExecutionStatus
from allornone.models.group import AtomicGroup
from allornone.units import ZERO
from allornone.venues.reading import ReadingState


@dataclass(frozen=True, slots=True)
class LateEffect:
    """An effect that a group did not know of when it ended. `new` is the part of `shown` that nobody was told of yet.

    An order that is `still_open`, and that its venue does not take back, is one too, whatever is filled of it.
    """

    started: GroupTransitionEvent
    sent: ExecutionRequest
    shown: ExecutionHandshake
    new: ExecutionHandshake
    plan: AtomicGroup
    """Of the run that puts it before an operator."""
    still_open: bool = False

    @property
    def group_id(self) -> str:
        """The group that ended."""
        return self.started.atomic_group_id

    @property
    def reason(self) -> str:
        """What happened, in words."""
        undo = "the undo of " if self.sent.direction is Direction.ROLLBACK else ""
        happened = f"is open at {self.sent.venue}, and cannot be taken back," if self.still_open else "took effect"
        return f"{undo}{self.sent.operation_id} {happened} after group {self.group_id} had ended"

    def carried(self, now: datetime) -> Carried:
        """Return what its run begins with."""
        state = begin_late(self.plan, self.new, self.reason, still_open=self.still_open)
        return Carried(state=state, started_at=now)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a reference is shown to have done after the end, and whether it may do more."""

    handshake: ExecutionHandshake
    still_open: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What a sweep found, the looks that it owes, and how many looks nobody makes up any more."""

    found: tuple[LateEffect, ...]
    owed: tuple[OwedLook, ...]
    unseen: int


async def late_effects(desk: Desk, before: datetime | None, owed: tuple[OwedLook, ...] = ()) -> Looked:
    """Look up every reference that is due since the sweep at `before`, or that it `owed`.

    What was recorded as a late effect before is returned again: only so is none left without its run, should a
    sweep die between the two.
    """
    patience, found, left = Patience(desk.now()), list[LateEffect](), list[tuple[datetime, OwedLook]]()
    due = await turns(desk, before, owed)
    for turn in due:
        late, missed = await _looked(desk, turn, patience)
        found += late
        left += [(turn.group.ended_at, each) for each in missed]
    left.sort(key=itemgetter(0))
    had = {turn.group.group_id for turn in due}
    unseen = sum(each.group_id not in had for each in owed) + len(left[OWED_MAX:])
    return Looked(tuple(found), tuple(each for _, each in left[:OWED_MAX]), unseen)


async def _looked(desk: Desk, turn: Turn, patience: Patience) -> tuple[list[LateEffect], list[OwedLook]]:
    """Return what is found of a group's references, and the looks at them that could not be made."""
    if patience.over(desk.now()):
        return [], list(turn.owed())
    found, missed = list[LateEffect](), list[OwedLook]()
    for due in await due_of(desk, turn):
        sent, shown = request_as_sent(due.reference.intent), _recorded_since(due.reference)
        seen = await _seen(desk, sent, due.reference, patience)
        if seen is None:
            missed.append(OwedLook(group_id=turn.group.group_id, client_ref=sent.client_ref))
        elif seen.still_open or seen.handshake.actual_deltas:
            shown = seen
        found += _late(due, sent, shown)
    return found, missed


async def _seen(desk: Desk, sent: ExecutionRequest, reference: SentReference, patience: Patience) -> _Shown | None:
    """Return what the venue shows, None for a look that could not be made. One that nobody can make shows nothing."""
    if not _is_askable(desk, sent):
        return _Shown(ExecutionHandshake(operation_id=sent.operation_id, status=ExecutionStatus.UNKNOWN))
    place = (sent.venue, sent.operation_type.value)
    if patience.silent(place) or patience.over(desk.now()):
        return None
    seen = await _shown(desk, sent, reference)
    patience.heard(place, answered=seen is not None)
    return seen


def _is_askable(desk: Desk, sent: ExecutionRequest) -> bool:
    """Tell whether a venue can be asked by our id; one that this worker does not have may be, by another."""
    venue = desk.venues.get(sent.venue)
    return venue is None or venue.capabilities.answers(sent.operation_type)


def _recorded_since(reference: SentReference) -> _Shown | None:
    """Return the effect that an answer recorded after the end: of a venue that cannot be asked there is no other."""
    if reference.since is None:
        return None
    handshake = handshake_of(reference.since)
    return _Shown(handshake.model_copy(update={"status": ExecutionStatus.CONFIRMED}))


async def _shown(desk: Desk, sent: ExecutionRequest, reference: SentReference) -> _Shown | None:
    """Return what the venue shows, an effect or none, with what is still open taken back; None for no answer."""
    venue = desk.venues.get(sent.venue)
    if venue is None:
        return None
    try:
        reading = (await looked_and_recalled(venue, sent, reference.intent.prepared)).reading
    except Exception:  # noqa: BLE001 (what one venue's client raises must not keep the others from being asked)
        return None
    if reading is None:
        return None
    handshake = reading.sent_at(reference.intent.submitted_at).handshake
    acted = reading.state in (ReadingState.CLOSED, ReadingState.OPEN)
    placed = located(handshake.actual_deltas, sent.source_venue, sent.target_venue) if acted else {}
    confirmed = handshake.model_copy(update={"actual_deltas": placed, "status": ExecutionStatus.CONFIRMED})
    return _Shown(confirmed, still_open=reading.state is ReadingState.OPEN)


def _late(due: Due, sent: ExecutionRequest, shown: _Shown | None) -> Iterator[LateEffect]:
    """Yield the late effects of a reference that were recorded before, in that order, and the one that is new."""
    known = handshake_of(due.reference.known) if due.reference.known is not None else None
    number, open_told = 1, False
    for each in (*_told(due.reference), *([shown] if shown is not None else ())):
        if number > 1 and known is not None and each.handshake.executed_amount < known.executed_amount:
            continue  # a stale read: what was told does not shrink
        new = beyond(each.handshake, known)
        if new is None and each.still_open and not open_told:
            new = _nothing_of(each.handshake)
        plan = late_plan(due.plan, sent, number)
        if new is None or plan is None:
            continue
        yield LateEffect(due.started, sent, each.handshake, new, plan, still_open=each.still_open)
        number, open_told = number + 1, open_told or each.still_open
        known = each.handshake if each.handshake.actual_deltas else known


def _told(reference: SentReference) -> Iterator[_Shown]:
    for notice in reference.late:
        if "handshake" in notice.facts:
            shown = ExecutionHandshake.model_validate(notice.facts["handshake"])
            yield _Shown(shown, still_open=bool(notice.facts.get("still_open")))


def _nothing_of(handshake: ExecutionHandshake) -> ExecutionHandshake:
    """Return an order of which nothing is filled that was not known."""
    return handshake.model_copy(
        update={"actual_deltas": {}, "executed_amount": ZERO, "fees": (), "fee_amount": ZERO, "fee_currency": None}
    )


async def record_late(desk: Desk, late: LateEffect) -> None:
    """Record the effect and that it came late, among the records of the group that ended. May be called again."""
    trace = await desk.log.group(late.group_id)
    effect = (_delta(desk, late),) if late.new.actual_deltas else ()
    await desk.log.record((*effect, _transition(desk, late)), trace.seq)


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
        event_id=_delta_id(late),
        direction=late.sent.direction,
        epoch=late.sent.epoch,
    )


def _delta_id(late: LateEffect) -> str:
    """Return the id of the first effect as an outcome has it: an answer that came late has recorded that one.

    A further one may be of the same size, and is another.
    """
    first = late_group_id(late.group_id, late.sent.client_ref)
    further = twin(late.shown, late.new) if late.plan.atomic_group_id == first else (late.plan.atomic_group_id,)
    return event_id(late.sent.client_ref, "deltas", digest(_texts(late.new)), *further)


def _transition(desk: Desk, late: LateEffect) -> GroupTransitionEvent:
    shown, open_ = _texts(late.shown), ("open",) if late.still_open else ()
    return GroupTransitionEvent(
        **_common(desk, late),
        kind=TransitionKind.LATE_EFFECT,
        reason=late.reason,
        operation_id=late.sent.operation_id,
        facts={
            "shown": shown,
            "new": _texts(late.new),
            "late_group": late.plan.atomic_group_id,
            "handshake": late.shown.model_dump(mode="json"),
            "still_open": late.still_open,
        },
        event_id=event_id(late.sent.client_ref, TransitionKind.LATE_EFFECT.value, digest(shown), *open_),
    )
