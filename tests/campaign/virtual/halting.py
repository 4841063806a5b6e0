"""The halt file, and `pause --all`: set and lifted between any two steps."""

from allornone.errors import CommandRefusedError
from allornone.models.commands import Command
from tests.campaign.virtual.operator import PAUSE, RESUME
from tests.campaign.virtual.world import World

WHY = "ann: not now"
PASSING = frozenset({"intend", "intended", "send"})
"""Between these calls an attempt has passed, and holds the lock: it may send."""


def turns(world: World, *, everybody: bool) -> bool:
    """Set the halt where none stands, else lift it; `everybody` tells the group too. Tells whether it stands now."""
    if world.halt is None:
        passing = (each for each in world.attempts.values() if each.call is not None and each.call.name in PASSING)
        world.halt, world.passed = WHY, frozenset(each.number for each in passing)
    else:
        world.halt = None
    if everybody:
        _tells(world, PAUSE if world.halt is not None else RESUME)
    return world.halt is not None


def heals(world: World) -> None:
    """Lift what stands; one that is cancelled comes to its end under it as well, where no pivot holds it."""
    pivots = any(each.pivot for each in world.plan.operations)
    if world.halt is not None and (pivots or not world.life.state.cancel):
        world.halt = None


def _tells(world: World, command: Command) -> None:
    if world.life.finished:
        return
    try:
        world.says(command)
    except CommandRefusedError:
        return
