"""Forward sends halted at the worker: the send is taken back as if it had not been begun, and begun again later."""

from dataclasses import replace

from allornone.core.clock import backoff, count_up
from allornone.core.facts import with_progress
from allornone.core.state import Flight, GroupState, Halt

HALT_CAP_S = 10.0
"""A group goes on at most so long after the halt is over."""


def take_back(state: GroupState, flight: Flight, reason: str) -> GroupState:
    """Return the state before `flight` was sent: its attempt came back, and wrote and sent nothing.

    Its epoch is not spent, nor is the operator's `retry` that may have asked for it.
    """
    progress = state.operations[flight.index]
    before = replace(progress, forward_epoch=flight.epoch - 1, pressed=flight.pressed)
    tries = count_up(state.halt.tries) if state.halt is not None else 1
    return replace(with_progress(state, flight.index, before), flight=None, halt=Halt(reason, tries))


def wait_s(state: GroupState) -> float:
    """Return the seconds until the next try, none where nothing is halted."""
    return backoff(state.halt.tries, HALT_CAP_S) - state.halt.waited_s if state.halt is not None else 0.0
