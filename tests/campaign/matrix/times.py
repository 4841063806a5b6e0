"""How long what a cell waits for may take, in seconds. All of it grows with the pace, and the bound with all of it.

A bound that does not grow calls a group stuck that only waits for its own deadline, as it should.
"""

from dataclasses import dataclass

BOUND_S = 120.0
"""From when nothing has to be waited for any more: some ten times what the slowest group needs."""
SEND_S = 2.0
"""Start to close of every activity, and how long a request may be taken by its venue."""
OUTAGE_S = 3.0
"""Longer than that, so that whatever was under way is given up."""
DEADLINE_S = 3.0
"""A group gets to its third operation within it."""
GATHER_S = 45.0
"""How long the first of a wave to arrive wait for the last, besides its deadline."""
HOLD_S = 30.0
"""How long a venue's client waits in a wave, besides the deadline: half of what a send may take."""
PACE_MAX = 16.0
WAVE_PACE_MAX = 36.0
"""Past these a machine is too slow for the matrix."""


@dataclass(frozen=True, slots=True)
class Times:
    """One cell's times. `gather_s` is how long a wave waits for its last cell, none for a cell on its own."""

    deadline_s: float
    send_s: float
    outage_s: float
    gather_s: float
    bound_s: float


def alone(pace: float) -> Times:
    """Return the times of a cell that has its fault for itself."""
    deadline, send, outage = DEADLINE_S * pace, SEND_S * pace, OUTAGE_S * pace
    return Times(deadline, send, outage, 0.0, BOUND_S + deadline + outage + send)


def in_wave(pace: float) -> Times:
    """Return the times of a cell in a wave: a send outlasts the gathering, which outlasts the deadline.

    An undo for a passed deadline is a point too, and whoever is there first waits for whoever comes there last. An
    attempt that is lost with the server is given up only when its send's time is over.
    """
    deadline = DEADLINE_S * pace
    gather, send = GATHER_S + deadline, 2 * (HOLD_S + deadline)
    return Times(deadline, send, 0.0, gather, BOUND_S + gather + send)
