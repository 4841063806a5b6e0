"""Once nothing goes wrong any more: a fair course to the end, with an operator only where the machine asks for one."""

from math import ceil
from typing import Protocol

from allornone.core.answer import Fence
from allornone.core.standing import standing
from allornone.core.steps import Wait
from allornone.errors import CommandRefusedError
from allornone.models.commands import CancelCommand
from allornone.models.group import GroupStatus
from tests.campaign.virtual import witness
from tests.campaign.virtual.attempt import Attempt
from tests.campaign.virtual.operator import CANCEL, RESUME, help_
from tests.campaign.virtual.witness import Violation
from tests.campaign.virtual.world import World

STEPS_MAX = 3000
PATIENCE = 25
"""Looks at what can never be fenced before the operator says so."""


class Aftermath(Protocol):
    """What sweeps once the group ended."""

    def goes_on(self) -> None:
        """Let time pass, and sweep."""
        ...


class Script(Protocol):
    """What goes wrong on the way, where something still does."""

    def answers(self, world: World, attempt: Attempt) -> str:
        """Return how what an attempt waits for is answered."""
        ...

    def meanwhile(self, world: World) -> None:
        """Let happen what happens by itself."""
        ...


class Healing:
    """What it took: `asked` tells whether an operator had to say something, `blocked` whether the group was."""

    def __init__(
        self, world: World, tick_s: float = 1.0, script: Script | None = None, patience: int = PATIENCE
    ) -> None:
        self.world, self._tick_s, self._script, self._patience = world, tick_s, script, patience
        self._retries = 0
        self.blocked = self.asked = False
        self.began = world.now
        self._loops = 0
        self.aftermath: Aftermath | None = None
        """Who sweeps after the end, while copies that still live wake."""

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
        if self._script is not None:
            self._script.meanwhile(world)
        awaited = [number for number in world.life.awaits if number in world.attempts]
        if awaited:
            number = awaited[0]
            how = self._script.answers(world, world.attempts[number]) if self._script is not None else "ok"
            world.step(number, how)
        elif world.life.finished:
            self._leftovers()
        else:
            self._waits()

    def _leftovers(self) -> None:
        world, after = self.world, self.aftermath
        if after is not None and world.journal.end is not None and world.journal.end.unfenced:
            after.goes_on()
        if world.attempts:
            world.step(next(iter(world.attempts)))
        elif world.wire:
            lost = world.profile.expiry == "bounded" or (world.profile.expiry == "none" and after is None)
            world.arrives(next(iter(world.wire)), "lost" if lost else "full")

    def _waits(self) -> None:
        world, step = self.world, self.world.life.step
        assert isinstance(step, Wait)
        blocks = standing(world.plan, world.life.state)[0] is GroupStatus.BLOCKED
        self.blocked = self.blocked or blocks
        flight = world.life.state.flight
        if (world.gone and blocks) or (flight is not None and flight.fence is Fence.NEVER_SETTLED):
            self._loops += 1
            if self._loops > self._patience and self._helped():
                self._loops = 0
                return
        if step.seconds is None:
            if not self._helped():
                raise Violation(f"L6: no command helps, waiting for {step.reason}")
            return
        world.waits(ticks(step.seconds, self._tick_s))

    def _helped(self) -> bool:
        """Say what makes sense where the machine waits for a person."""
        world = self.world
        if world.gone and (rests := [name for name, order in world.orders.items() if order.rest]):
            world.fills(rests[0])  # nobody can take it back
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
        self._retries += 1
        return self._retries <= 2


def ticks(seconds: float, tick_s: float) -> float:
    """Return `seconds` rounded up to whole ticks of the clock, at least one."""
    return max(ceil(seconds / tick_s), 1) * tick_s
