"""Once nothing goes wrong any more: a fair course to the end, with an operator only where the machine asks for one."""

from allornone.core.answer import Fence
from allornone.core.standing import standing
from allornone.core.steps import Wait
from allornone.errors import CommandRefusedError
from allornone.models.commands import CancelCommand
from allornone.models.group import GroupStatus
from tests.campaign.virtual import witness
from tests.campaign.virtual.operator import CANCEL, RESUME, help_
from tests.campaign.virtual.witness import Violation
from tests.campaign.virtual.world import World

STEPS_MAX = 3000
PATIENCE = 25
"""Looks at what can never be fenced before the operator says so."""


class Healing:
    """What it took: `asked` tells whether an operator had to say something, `blocked` whether the group was."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.blocked = self.asked = False
        self.began = world.now
        self._loops = 0

    def run(self) -> None:
        """Go to the end, and let every copy that still lives wake after it. Raises Violation where there is none."""
        for _ in range(STEPS_MAX):
            if self.world.over:
                witness.sees_all_over(self.world)
                return
            self._goes_on()
        raise Violation(f"L1: no end, waiting {self.world.life.step}")

    def _goes_on(self) -> None:
        world = self.world
        self.blocked = self.blocked or standing(world.plan, world.life.state)[0] is GroupStatus.BLOCKED
        awaited = [number for number in world.life.awaits if number in world.attempts]
        if awaited:
            world.step(awaited[0])
        elif world.life.finished:
            self._leftovers()
        else:
            self._waits()

    def _leftovers(self) -> None:
        world = self.world
        if world.attempts:
            world.step(next(iter(world.attempts)))
        elif world.wire:
            world.arrives(next(iter(world.wire)), "lost" if world.profile.expiry != "enforced" else "full")

    def _waits(self) -> None:
        world, step = self.world, self.world.life.step
        assert isinstance(step, Wait)
        flight = world.life.state.flight
        if flight is not None and flight.fence is Fence.NEVER_SETTLED:
            self._loops += 1
            if self._loops > PATIENCE and self._helped():
                self._loops = 0
                return
        if step.seconds is None:
            if not self._helped():
                raise Violation(f"L6: no command helps, waiting for {step.reason}")
            return
        world.waits(step.seconds)

    def _helped(self) -> bool:
        """Say what makes sense where the machine waits for a person."""
        world = self.world
        was_paused = world.life.state.paused
        for command in (RESUME, *(each for name, each in help_(world) if self._is_tried(name)), CANCEL):
            if isinstance(command, CancelCommand) and was_paused:
                continue
            try:
                world.says(command)
            except CommandRefusedError:
                continue
            self.asked = self.asked or not was_paused
            return True
        return False

    def _is_tried(self, name: str) -> bool:
        """Retry helps only so often: what is left after that is a person's to settle."""
        if name != "retry":
            return True
        self._retries = getattr(self, "_retries", 0) + 1
        return self._retries <= 2


def heal(world: World) -> Healing:
    """Bring a world to its end."""
    healing = Healing(world)
    healing.run()
    return healing
