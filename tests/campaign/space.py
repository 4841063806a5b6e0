"""The state space of model.md over the real code: every order of the atomic steps of every living copy, breadth first.

A state is the core's, the log's, the living attempts with the calls at which they are, the requests on the wire, what
the venue really executed, and the faults that are left. Time passes in ticks of 31 s for everybody at once: a request
is before its expiry (30 s), after it, or after it and the settle window. Left out of a state: notes, counters past
the point where they matter, and `seq` but for the question whether another life went on.

Taken as one step, to keep the space small: a transition's or the end's record with its answer; a preparation.
"""

import time
from collections import deque
from dataclasses import dataclass, field, replace

from allornone.core.state import Flight, GroupState, Progress
from allornone.models.group import AtomicGroup
from tests.campaign.virtual.heal import Healing
from tests.campaign.virtual.key import TICK_S, TICKS_MAX, key_of
from tests.campaign.virtual.moves import Allowed, Move, make, moves
from tests.campaign.virtual.venue import Profile
from tests.campaign.virtual.witness import Violation, holds
from tests.campaign.virtual.world import World

AT_ONCE = frozenset({"prepare", "reference", "sleep"})
HEALED_EVERY = 7
"""Every so manieth new state is brought to its end: from each an end must be reached."""


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
        unseen=(),
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
        blind_s=0.0,
        note="",
    )
