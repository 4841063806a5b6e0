"""What tells one state of the space from another: everything that decides what may still happen."""

from collections.abc import Iterator
from dataclasses import replace

from activities.tasks import OperationTask
from allornone.eventlog import OperationExecutionEvent, Permit, Recorded, ReferenceTrace
from allornone.eventlog.supersession import STEPS
from allornone.models.execution import ExecutionStatus
from allornone.venues.reading import Reading
from tests.campaign.virtual.attempt import Attempt, Told
from tests.campaign.virtual.venue import NOON, Order
from tests.campaign.virtual.world import World

TICK_S = 31.0
TICKS_MAX = 2
"""After so many ticks nothing changes any more: past expiry, settle and lateness."""

Key = tuple[object, ...]


def key_of(world: World) -> Key:
    """Return what tells one state from another."""
    state = world.life.state
    group = world.journal.index.group(world.plan.atomic_group_id)
    marks = [(mark.seq, mark.client_ref) for mark in group.marks if mark.kind in STEPS]
    references = tuple(
        (name, each.intent is not None, each.revoked, each.outcome_status, _kind_of(world, name))
        for name, each in sorted(group.references.items())
    )
    return (
        world.faults,
        replace(state, known_seq=0, notices=0, outbox=()),
        type(world.life.step),
        world.life.finished,
        references,
        frozenset(mark.kind for mark in group.marks),
        _went_on(marks, state.known_seq, ""),
        tuple(sorted((name, _order(world, order)) for name, order in world.orders.items())),
        tuple(sorted((name, _ticks(world, order.sent_at)) for name, order in world.wire.items())),
        tuple(sorted(_attempt(world, each, marks) for each in world.attempts.values())),
        tuple(
            (each.flight and (each.flight.index, each.flight.direction, each.flight.epoch), each.cancel)
            for each in world.life.boundaries
        ),
        tuple(_ticks(world, _expiry_s(event)) for event in _open_intents(world)),
    )


def _kind_of(world: World, client_ref: str) -> str | None:
    outcomes = [
        event.outcome for event in world.journal.operations(client_ref) if event.status != ExecutionStatus.PENDING
    ]
    return outcomes[-1] if outcomes else None


def _open_intents(world: World) -> Iterator[OperationExecutionEvent]:
    unsettled = world.journal.unsettled()
    for client_ref in sorted(unsettled):
        yield next(event for event in world.journal.operations(client_ref) if event.status == ExecutionStatus.PENDING)


def _expiry_s(event: OperationExecutionEvent) -> float:
    return (event.not_after - NOON).total_seconds() if event.not_after is not None else 0.0


def _ticks(world: World, since: float) -> int:
    return min(int((world.now - since) // TICK_S), TICKS_MAX)


def _order(world: World, order: Order) -> Key:
    hidden = world.now <= order.shown_from
    before = (order.before.done, order.before.rest) if hidden and order.before is not None else None
    return order.done, order.rest, order.refused, order.drift, hidden, before


def _went_on(marks: list[tuple[int, str]], known_seq: int, own: str) -> bool:
    return any(seq > known_seq and client_ref != own for seq, client_ref in marks)


def _attempt(world: World, attempt: Attempt, marks: list[tuple[int, str]]) -> str:
    task = attempt.task
    call = attempt.call
    said = call.name if call is not None else ""
    parts: list[object] = [
        attempt.what,
        attempt.reference,
        attempt.zombie,
        said,
        [_gist(told) for told in attempt.told],
    ]
    if call is not None and said in ("record", "settle"):
        written = call.arguments[0] if said == "record" else call.arguments[:1]
        parts += [(each.event_id, getattr(each, "outcome", None)) for each in written]
    if attempt.received is not None:
        value = attempt.received.value
        parts.append((str(attempt.received.raises), value.state if value is not None else None))
        parts.append(value.handshake.executed_amount if value is not None else None)
    if isinstance(task, OperationTask):
        parts += _task(world, attempt, task)
        parts.append(_went_on(marks, task.known_seq, task.client_ref))
    return repr(parts)


def _task(world: World, attempt: Attempt, task: OperationTask) -> Iterator[object]:
    """Yield what its task makes of the rest of an activity."""
    if attempt.what == "send":
        if attempt.received is None:
            yield _ticks(world, (task.not_after - NOON).total_seconds())
        yield task.effect.executed_amount if task.effect is not None else None
        return
    yield from (task.mode, task.reading, task.claim is not None)
    if world.profile.expiry != "enforced":
        yield from (task.came_back, task.revoked_s > TICK_S)


def _gist(told: Told) -> object:
    """Return what an activity makes of an answer: everything but times and numbers of records."""
    value = told.value
    match value:
        case Permit():
            return value.state.value, _trace(value.trace)
        case ReferenceTrace():
            return _trace(value)
        case Reading():
            return value.state.value, value.handshake.executed_amount, value.handshake.fees
        case Recorded():
            return value.superseded
        case _:
            return type(told.raises).__name__


def _trace(trace: ReferenceTrace) -> object:
    outcome = trace.outcome
    settled = (outcome.outcome, outcome.executed_amount) if outcome is not None else None
    return trace.intent is not None, trace.revoked, settled, trace.superseded
