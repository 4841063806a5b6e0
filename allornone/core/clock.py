"""Budgets and backoffs. Time comes in as seconds that passed; counters saturate, so that states stay finite."""

from dataclasses import replace
from math import inf

from allornone.core.state import Flight, GroupState, Progress
from allornone.models.group import AtomicGroup
from allornone.models.operation import OperationCommand

READINGS_MAX = 3
READING_DELAYS_S = (0.0, 1.0, 2.0)
"""Before the first, second and third reading. With the look-ups themselves well inside two minutes."""

LOOK_CAP_S = 60.0
SLOW_LOOK_S = 300.0
"""Between look-ups once an operator was asked for."""
RETRY_CAP_S = 30.0
UNDO_CAP_S = 900.0
"""An undo is tried again at least every 15 minutes, forever."""
LAST_LOOKS_MAX = 3
DOUBLINGS_MAX = 11
"""2^11 s is past every cap, so further doublings make no difference."""
COUNT_MAX = 128
"""Counts saturate past the largest number of retries that a policy may ask for."""
SATURATED_S = 700_000.0
"""Past the largest budget a policy may ask for (a week)."""


def backoff(count: int, cap_s: float, first_s: float = 1.0) -> float:
    """Return the seconds to wait before try number `count` + 1: none, then doubling up to the cap."""
    return 0.0 if count <= 0 else min(cap_s, first_s * 2.0 ** (min(count, DOUBLINGS_MAX + 1) - 1))


def count_up(count: int) -> int:
    """Count one more, saturating."""
    return min(count + 1, COUNT_MAX)


def timeout_s(operation: OperationCommand) -> float:
    """Return how long an open order, or a send that never left, is waited for."""
    return float(operation.timeout_s)


def over_resolve_budget(plan: AtomicGroup, flight: Flight) -> bool:
    """Tell whether an unknown has been unknown for longer than the group's policy lets it be without an operator."""
    return flight.spent_s >= float(plan.policy.resolve_budget_s)


def over_undo_budget(plan: AtomicGroup, progress: Progress) -> bool:
    """Tell whether an undo has been failing for longer than the group's policy allows without an operator."""
    return progress.undo_tries > 0 and progress.undo_s >= float(plan.policy.undo_budget_s)


def undo_budget_left(plan: AtomicGroup, progress: Progress) -> float:
    """Return the seconds until an operator is asked for, infinite once one was: waits end there, to say so in time."""
    return inf if over_undo_budget(plan, progress) else float(plan.policy.undo_budget_s) - progress.undo_s


def _add(spent: float, seconds: float) -> float:
    return min(spent + seconds, SATURATED_S)


def _elapse_operation(progress: Progress, seconds: float, *, paused: bool) -> Progress:
    if not progress.tries and not progress.undo_tries and not progress.refusals:
        return progress
    return replace(
        progress,
        trying_s=progress.trying_s if paused or not progress.tries else _add(progress.trying_s, seconds),
        undo_s=_add(progress.undo_s, seconds) if progress.undo_tries else progress.undo_s,
        waited_s=_add(progress.waited_s, seconds),
    )


def elapse(state: GroupState, seconds: float) -> GroupState:
    """Let `seconds` pass. While paused or halted, the time for trying forward again stands still; all else runs."""
    if seconds <= 0:
        return state
    halt = state.halt and replace(state.halt, waited_s=_add(state.halt.waited_s, seconds))
    waits = state.paused or halt is not None
    flight = state.flight and replace(
        state.flight,
        spent_s=_add(state.flight.spent_s, seconds),
        waited_s=_add(state.flight.waited_s, seconds),
        revoked_s=_add(state.flight.revoked_s, seconds) if state.flight.revoked else 0.0,
        blind_s=_add(state.flight.blind_s, seconds) if state.flight.revoked else 0.0,
    )
    return replace(
        state,
        flight=flight,
        halt=halt,
        look_wait_s=_add(state.look_wait_s, seconds) if state.last_looks else state.look_wait_s,
        operations=tuple(_elapse_operation(each, seconds, paused=waits) for each in state.operations),
    )
