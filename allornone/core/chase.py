"""A reference that is not settled: look, read again, or revoke and resolve. Never a send."""

from dataclasses import replace

from allornone.core.clock import (
    LOOK_CAP_S,
    READING_DELAYS_S,
    READINGS_MAX,
    SLOW_LOOK_S,
    backoff,
    over_resolve_budget,
    timeout_s,
)
from allornone.core.state import Flight, GroupState, Phase
from allornone.core.steps import Look, LookMode, Step, Wait
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup

_MODES: dict[Phase, LookMode] = {Phase.READING: "read", Phase.OPEN: "look", Phase.UNKNOWN: "resolve"}


def chase(plan: AtomicGroup, state: GroupState, flight: Flight) -> tuple[GroupState, Step]:
    """Return the next look at `flight`, or the wait before it."""
    if flight.phase is Phase.OPEN and _is_recalled(plan, state, flight):
        # Its time as an open order is over; its time as an unknown begins.
        flight = replace(flight, phase=Phase.UNKNOWN, spent_s=0.0, waited_s=0.0, looks=0, urgent=True)
        state = replace(state, flight=flight)
    wait = 0.0 if flight.urgent else delay(plan, flight) - flight.waited_s
    if wait > 0:
        return state, Wait(wait, _waiting_for(flight))
    if state.claim is not None:
        state = replace(state, claim=replace(state.claim, asked=True))
    return state, _look(flight)


def _is_recalled(plan: AtomicGroup, state: GroupState, flight: Flight) -> bool:
    """An open order is left to fill until its time is over; a cancel or the deadline ends a forward one's at once."""
    stopped = flight.direction is Direction.FORWARD and state.unwinding is None and (state.cancel or state.deadline)
    return stopped or flight.spent_s >= timeout_s(plan.operations[flight.index])


def delay(plan: AtomicGroup, flight: Flight) -> float:
    """Return the seconds between the last look and the next."""
    if flight.phase is Phase.READING:
        return READING_DELAYS_S[min(flight.readings, READINGS_MAX - 1)]
    if flight.phase is Phase.OPEN:
        left = max(timeout_s(plan.operations[flight.index]) - flight.spent_s + flight.waited_s, 0.0)
        return min(backoff(flight.looks + 1, LOOK_CAP_S), left)
    return backoff(flight.looks, SLOW_LOOK_S if over_resolve_budget(plan, flight) else LOOK_CAP_S)


def _look(flight: Flight) -> Look:
    return Look(
        index=flight.index,
        direction=flight.direction,
        epoch=flight.epoch,
        mode="reread" if flight.anew and flight.phase is Phase.READING else _MODES[flight.phase],
        reading=min(flight.readings + 1, READINGS_MAX),
        number=flight.looks,
    )


def _waiting_for(flight: Flight) -> str:
    return {
        Phase.READING: "before reading it again",
        Phase.OPEN: "open at the venue",
        Phase.UNKNOWN: "before looking again",
    }[flight.phase]
