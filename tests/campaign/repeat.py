"""Repeat everything: each activity of a group, each record and each command, twice and three times.

What Temporal, a reset or an impatient operator repeats must change nothing: the venue has the same orders, the log the
same records, the group the same end. Copies run one after the other, and side by side call by call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from allornone.core.answer import Fence
from allornone.core.facts import reference
from allornone.core.steps import Wait
from allornone.errors import CommandRefusedError
from allornone.events import GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.models.commands import Command
from allornone.models.execution import Direction
from tests.campaign.pairs import PLAN, PROFILES
from tests.campaign.virtual.attempt import Attempt
from tests.campaign.virtual.heal import PATIENCE, Healing
from tests.campaign.virtual.operator import CANCEL, truth
from tests.campaign.virtual.venue import Profile
from tests.campaign.virtual.witness import Violation, holds
from tests.campaign.virtual.world import World

How = Literal["one after the other", "side by side"]
Scenario = Literal["success", "refusal", "cancel"]
WHAT = ("send", "look", "last_look", "record", "end")
STEPS_MAX = 3000


@dataclass(frozen=True, slots=True)
class Repetition:
    """Which activities are executed how often, and how."""

    what: str
    times: int
    how: How
    scenario: Scenario
    profile: Profile

    def __str__(self) -> str:
        """Write it."""
        return f"{self.what} {self.times} times {self.how}; {self.scenario}; {self.profile.name}"


def repetitions() -> Iterator[Repetition]:
    """Yield every repetition: each kind of activity, and all of them."""
    scenarios: tuple[Scenario, ...] = ("success", "refusal", "cancel")
    hows: tuple[How, ...] = ("one after the other", "side by side")
    for profile in PROFILES:
        for scenario in scenarios:
            for how in hows:
                for times in (2, 3):
                    for what in (*WHAT, "everything"):
                        yield Repetition(what, times, how, scenario, profile)


class Repeating:
    """A group in which everything of a kind happens several times."""

    def __init__(self, repetition: Repetition, *, lost: bool = False) -> None:
        self.repetition, self.lost = repetition, lost
        self.world = World(PLAN, repetition.profile)
        self._repeated: set[int] = set()
        self._copies: dict[int, list[int]] = {}
        self.copies = 0
        self._in_vain = 0

    def run(self) -> tuple[str, list[tuple[str, int]]]:
        """Return how the group ended, and what the venue has. Raises Violation where something is broken."""
        self.world.drive()
        for _ in range(STEPS_MAX):
            if self.world.over:
                Healing(self.world).run()
                return self._seen()
            self._goes_on()
        raise Violation("L1: no end")

    def _seen(self) -> tuple[str, list[tuple[str, int]]]:
        world = self.world
        conflicts = [each for each in world.journal.events if isinstance(each, GroupTransitionEvent)]
        holds(
            all(each.kind is not TransitionKind.CONFLICT for each in conflicts), "E6", "repeating contradicted itself"
        )
        orders = sorted((world.name(each), order.done) for each, order in world.orders.items())
        assert world.journal.end is not None
        return world.journal.end.group_status, orders

    def _goes_on(self) -> None:
        world = self.world
        for number in sorted(world.attempts):
            attempt = world.attempts.get(number)
            if attempt is not None and not attempt.zombie and number not in self._repeated:
                self._repeats(attempt)
        if not world.attempts:
            self._waits()
            return
        self._steps()

    def _waits(self) -> None:
        """Let the run's wait pass. Where looking never helps it waits for an operator, who says what the venue has."""
        world, step = self.world, self.world.life.step
        assert isinstance(step, Wait)
        flight, subject = world.life.state.flight, world.subject
        if flight is not None and flight.fence is Fence.NEVER_SETTLED and subject is not None:
            self._in_vain += 1
            if self._in_vain > PATIENCE:
                self._in_vain = 0
                _, said = next(truth(world, reference(world.plan, *subject)))
                self._says(said, f"resolve-{flight.direction.value}-{flight.index}-{flight.epoch}")
                world.drive()
                return
        assert step.seconds is not None, step.reason
        world.waits(step.seconds)

    def _repeats(self, attempt: Attempt) -> None:
        """Begin the copies: now, or once the first is through its calls."""
        self._repeated.add(attempt.number)
        if self.repetition.what not in (attempt.what, "everything"):
            return
        for _ in range(self.repetition.times - 1):
            if self.repetition.how == "side by side":
                self.world.duplicate(attempt.number)
            else:
                self._one_before(attempt)
            self.copies += 1

    def _one_before(self, attempt: Attempt) -> None:
        """Run a copy from its beginning to its end while the run's own attempt waits; it then finds what that left."""
        world = self.world
        before = set(world.attempts)
        world.duplicate(attempt.number)
        for number in set(world.attempts) - before:
            while number in world.attempts:
                self._step(number)

    def _steps(self) -> None:
        """Let each that lives make one call."""
        for number in sorted(self.world.attempts):
            if number in self.world.attempts:
                self._step(number)

    def _step(self, number: int) -> None:
        world, attempt = self.world, self.world.attempts[number]
        name = attempt.call.name if attempt.call is not None else ""
        how, last = "ok", attempt.index == len(world.plan.operations) - 1
        if name == "send" and last and self._is_forward(attempt):
            if self.repetition.scenario == "refusal":
                how = "refused"
            elif self.repetition.scenario == "cancel":
                self._says(CANCEL, "cancel-1")
        if name == "send" and how == "ok" and self.lost:
            how = "executed"
        world.step(number, how)

    def _is_forward(self, attempt: Attempt) -> bool:
        undos = {event.client_ref for event in self.world.journal.intents(Direction.ROLLBACK)}
        return attempt.reference not in undos

    def _says(self, command: Command, command_id: str) -> None:
        """Say it twice: a command is taken once by its id, and refused as one that changes nothing."""
        for _ in range(2):
            try:
                self.world.life.takes(command, command_id)
            except CommandRefusedError as refused:
                raise Violation("L6: a command given twice was refused") from refused


def repeat(repetition: Repetition, *, lost: bool = False) -> int:
    """Play it, and hold it against the same group without repetition; return how many copies there were."""
    once = Repetition("nothing", 1, repetition.how, repetition.scenario, repetition.profile)
    again = Repeating(repetition, lost=lost)
    expected, found = Repeating(once, lost=lost).run(), again.run()
    holds(found == expected, "S2", f"{repetition}: {found}, without repetition {expected}")
    return again.copies
