"""Kinds of schedules: what the venue is like, whose clocks are wrong, and what may happen beside."""

from dataclasses import dataclass, replace

from tests.campaign.virtual.moves import LOSSES, SENDS
from tests.campaign.virtual.venue import BINANCE, BLIND, BOUNDED, STRICT, UNBOUNDED, Profile

WAYS = (*SENDS, *LOSSES, "underway", "executed")
"""What may become of a request."""
SLOWLY = (*WAYS, *["underway"] * len(WAYS))
SKEW_S = 25.0
"""A venue's clock is off by so much."""
LAG_S = 5.0
TICK_S = 31.0
"""Time passes in these steps, so that schedules meet in states that are remembered; in a tenth of them it is finer."""
"""Every other activity's clock is off by so much."""

LATE, HALTED, SKEWED, GONE = 3, 5, 7, 9
"""The last digits of the seeds of each kind: in a world where all is well the others meet in states that are known."""


@dataclass(frozen=True, slots=True)
class Variety:
    """A kind of schedule."""

    profiles: tuple[Profile, ...] = (BINANCE, BINANCE, STRICT, BOUNDED, UNBOUNDED, BLIND)
    sends: tuple[str, ...] = WAYS
    lags: tuple[float, ...] = (0.0,)
    arrives: float = 1.0
    """How often what is under way arrives when it might."""
    faults: tuple[int, ...] = (0, 1, 2, 2, 3, 4, 6)
    breaks: tuple[str, ...] = ("crash", "crash", "stall", "stall", "duplicate", "reset")
    tick_s: float = TICK_S
    beside: float = 0.08
    """How often something happens that the run does not wait for."""
    halts: float = 0.0
    """How often forward sends are halted, or are no longer."""
    goes: float = 0.0
    """How often the venue is gone from then on."""


def _skewed(profile: Profile, ahead_s: float) -> Profile:
    return replace(profile, name=f"{profile.name}, {ahead_s:+g} s", ahead_s=ahead_s)


_OFF = tuple(_skewed(each, ahead_s) for each in (BINANCE, STRICT) for ahead_s in (-SKEW_S, SKEW_S))
_PLAIN = Variety()
_KINDS = {
    LATE: Variety((UNBOUNDED, UNBOUNDED, BOUNDED, BLIND), SLOWLY, arrives=0.3),
    HALTED: Variety(
        halts=0.1, beside=0.3, faults=(1, 2, 3), breaks=("crash", "stall", "duplicate", "duplicate", "reset", "reset")
    ),
    SKEWED: Variety(
        (*_OFF, BOUNDED), SLOWLY, lags=(0.0, -LAG_S, LAG_S), faults=(3, 4, 6), tick_s=TICK_S / 2, beside=0.3
    ),
    # Without BOUNDED: of what took effect there far beyond its bounds no word is true once nobody can look (trust.md).
    GONE: Variety((BINANCE, BINANCE, STRICT, UNBOUNDED), faults=(1, 2, 3, 4), goes=0.1),
}


def variety_of(seed: int) -> Variety:
    """Return what a schedule is like. `LATE`: no expiry, and requests under way for long, so that effects are late."""
    return _KINDS.get(seed % 10, _PLAIN)
