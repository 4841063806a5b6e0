"""The state space of model.md over the real code: every order of the atomic steps of every living copy, breadth first.

A state is the core's, the log's, the living attempts with the calls at which they are, the requests on the wire, what
the venue really executed, and the faults that are left. Time passes in ticks of 31 s for everybody at once: a request
is before its expiry (30 s), after it, or after it and the settle window. Left out of a state: notes, counters past
the point where they matter, and `seq` but for the question whether another life went on.

Taken as one step, to keep the space small: a transition's or the end's record with its answer; a preparation.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from activities.tasks import OperationTask
from allornone.core.state import Flight, GroupState, Progress
from allornone.eventlog import Permit, Recorded, ReferenceTrace
from allornone.eventlog.supersession import STEPS
from allornone.models.group import AtomicGroup
from allornone.models.execution import ExecutionStatus
from allornone.venues.reading import Reading
from tests.campaign.virtual.attempt import Attempt, Told
from tests.campaign.virtual.heal import Healing
from tests.campaign.virtual.moves import Allowed, Move, make, moves
from tests.campaign.virtual.venue import NOON, Profile
from tests.campaign.virtual.witness import Violation, holds
from tests.campaign.virtual.world import World

TICK_S = 31.0
TICKS_MAX = 2
"""After so many ticks nothing changes any more: past expiry, settle and lateness."""
AT_ONCE = frozenset({"prepare", "reference", "sleep"})
HEALED_EVERY = 7
"""Every so manieth new state is brought to its end: from each an end must be reached."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """One exploration: a plan, a kind of venue, how many faults, and which."""

    name: str
    plan: AtomicGroup
    profile: Profile
    faults: int
    kinds: frozenset[str]
    free: frozenset[str] = frozenset()
    machine: bool = True
    """From every state the machine comes to an end by itself, once nothing goes wrong any more."""


@dataclass(slots=True)
class Explored:
    """What an exploration came to. `complete` tells that nothing was left to explore."""

    name: str
    states: int = 0
    steps: int = 0
    ends: int = 0
    healed: int = 0
    complete: bool = False
    seconds: float = 0.0
    broken: str = ""
    trace: tuple[Move, ...] = ()
    found: set[str] = field(default_factory=set[str])


def explore(configuration: Configuration, *, states: int = 1_000_000, seconds: float = 120.0) -> Explored:
    """Explore until something breaks, nothing is left, or a bound is reached. Within `rigged()`."""
    began = time.monotonic()
    explored = Explored(configuration.name)
    allowed = Allowed(configuration.kinds, configuration.free, TICK_S)
    first = World(configuration.plan, configuration.profile, faults=configuration.faults)
    parents: list[tuple[int, Move | None]] = [(-1, None)]
    try:
        first.drive()
        _settle(first, configuration.kinds)
        known, todo = {key_of(first)}, deque([(0, first)])
        while todo and explored.states < states and time.monotonic() - began < seconds:
            number, world = todo.popleft()
            explored.states += 1
            explored.ends += world.life.finished
            if explored.states % HEALED_EVERY == 0:
                _heals(world, configuration, explored, parents, number)
            for move in moves(world, allowed):
                explored.steps += 1
                following = world.copy()
                parents.append((number, move))
                make(following, move, TICK_S)
                _settle(following, configuration.kinds)
                key = key_of(following)
                if key in known:
                    parents.pop()
                else:
                    known.add(key)
                    todo.append((len(parents) - 1, following))
        explored.complete = not todo
    except Violation as broken:
        explored.broken, explored.trace = str(broken), _steps_to(parents, len(parents) - 1)
    explored.seconds = time.monotonic() - began
    return explored


def _heals(
    world: World,
    configuration: Configuration,
    explored: Explored,
    parents: list[tuple[int, Move | None]],
    number: int,
) -> None:
    twin = world.copy()
    twin.faults = 0
    explored.healed += 1
    healing = Healing(twin, TICK_S)
    try:
        healing.run()
        holds(not (healing.asked and configuration.machine), "L*", "only an operator ends it")
    except Violation:
        parents.append((number, Move("healed")))
        raise


def _steps_to(parents: list[tuple[int, Move | None]], last: int) -> tuple[Move, ...]:
    found: list[Move] = []
    while last >= 0:
        last, move = parents[last]
        if move is not None:
            found.append(move)
    return tuple(reversed(found))


def _settle(world: World, kinds: frozenset[str]) -> None:
    """Let what is one step happen, and round off what makes no difference."""
    while (number := _at_once(world, kinds)) is not None:
        world.step(number)
    world.life.state = rounded(world.plan, world.life.state, timed=world.profile.expiry != "enforced")


def _at_once(world: World, kinds: frozenset[str]) -> int | None:
    for number, attempt in world.attempts.items():
        quick = attempt.what == "record" or (attempt.what == "end" and "slow end" not in kinds)
        if attempt.call is not None and (quick or attempt.call.name in AT_ONCE):
            return number
    return None


def rounded(plan: AtomicGroup, state: GroupState, *, timed: bool) -> GroupState:
    """Return the state with counters and times as large as they need be to decide anything."""
    retries = plan.policy.forward_retries
    return replace(
        state,
        operations=tuple(_rounded(each, retries) for each in state.operations),
        flight=_flight(state.flight, timed=timed) if state.flight is not None else None,
        handled=(),
        last_looks=min(state.last_looks, 1),
    )


def _rounded(progress: Progress, retries: int) -> Progress:
    return replace(
        progress,
        refusals=min(progress.refusals, retries + 1),
        tries=min(progress.tries, 1),
        trying_s=min(progress.trying_s, TICK_S),
        undo_tries=min(progress.undo_tries, 1),
        undo_s=min(progress.undo_s, TICK_S),
        waited_s=min(progress.waited_s, TICK_S),
        note="",
    )


def _flight(flight: Flight, *, timed: bool) -> Flight:
    return replace(
        flight,
        looks=min(flight.looks, 1),
        spent_s=min(flight.spent_s, TICK_S),
        waited_s=min(flight.waited_s, TICK_S),
        revoked_s=min(flight.revoked_s, TICK_S * TICKS_MAX) if timed else 0.0,
        note="",
    )


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
        tuple((each.flight and (each.flight.index, each.flight.direction, each.flight.epoch), each.cancel) for each in world.life.boundaries),
        tuple(_ticks(world, (event.not_after - NOON).total_seconds()) for event in _open_intents(world)),
    )


def _kind_of(world: World, client_ref: str) -> str | None:
    outcomes = [event.outcome for event in world.operations(client_ref) if event.status != ExecutionStatus.PENDING]
    return outcomes[-1] if outcomes else None


def _open_intents(world: World) -> Iterator[Any]:
    unsettled = world.unsettled()
    for client_ref in sorted(unsettled):
        yield next(event for event in world.operations(client_ref) if event.status == ExecutionStatus.PENDING)


def _ticks(world: World, since: float) -> int:
    return min(int((world.now - since) // TICK_S), TICKS_MAX)


def _order(world: World, order: Any) -> Key:
    return order.done, order.rest, order.refused, order.drift, world.now <= order.shown_from


def _went_on(marks: list[tuple[int, str]], known_seq: int, own: str) -> bool:
    return any(seq > known_seq and client_ref != own for seq, client_ref in marks)


def _attempt(world: World, attempt: Attempt, marks: list[tuple[int, str]]) -> str:
    task = attempt.task
    call = attempt.call
    said = call.name if call is not None else ""
    parts: list[object] = [attempt.what, attempt.reference, attempt.zombie, said, [_gist(told) for told in attempt.told]]
    if call is not None and said == "record":
        parts += [(each.event_id, getattr(each, "outcome", None)) for each in call.arguments[0]]
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
