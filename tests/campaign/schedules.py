"""Random schedules: a plan, a kind of venue, a seed, and everything that may go wrong, until nothing does any more.

Everything is a function of the seed, so that a verdict is repeated by its number and shards add up.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from allornone.core.steps import Wait
from allornone.errors import CommandRefusedError
from tests.campaign.random_plans import plan_of
from tests.campaign.varieties import variety_of
from tests.campaign.virtual import halting, memory
from tests.campaign.virtual.aftermath import Aftermath
from tests.campaign.virtual.attempt import Attempt
from tests.campaign.virtual.heal import PATIENCE, Healing, ticks
from tests.campaign.virtual.moves import ALL
from tests.campaign.virtual.operator import words
from tests.campaign.virtual.witness import Violation
from tests.campaign.virtual.world import World

PLANS = 12
TURNS = 40
"""How many things happen before everything is healed, at most."""
SHORT_PATIENCE = 3
"""Looks in vain before the operator says so; in a tenth of them `PATIENCE`. A fourth look is like the third."""
SWEPT_EVERY = 16
"""Of the schedules after which nothing is to be found."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one schedule came to: how the group ended, or `broken` and what."""

    seed: int
    end: str
    broken: str = ""


class Schedule:
    """One run. `trace` tells what happened, for whoever has to understand it."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, Random(seed)  # noqa: S311 (schedules are to be repeatable)
        self.variety = variety_of(seed)
        profile = self.random.choice(self.variety.profiles)
        plan = plan_of(self.random.randrange(PLANS))
        no_undo = frozenset({"op0"}) if self.random.random() < 0.05 else frozenset[str]()
        self.world = World(plan, profile, faults=self.random.choice(self.variety.faults), no_undo=no_undo)
        self.patience = PATIENCE if seed % 10 == 1 else SHORT_PATIENCE
        self.tick_s = self.variety.tick_s if seed % 10 else self.random.choice((1.0, 7.0))
        self.meddles = self.random.random() < (0.8 if self.variety.halts else 0.3)
        self.world.lag_s = self.random.choice(self.variety.lags)
        self.after = Aftermath(self.world, self.random)
        self.trace: list[str] = []

    def run(self) -> Verdict:
        """Run to the end. What breaks is in the verdict."""
        try:
            self.world.drive()
            for _ in range(self.random.randrange(TURNS)):
                if self.world.over:
                    break
                self._moves()
            halting.heals(self.world)
            healing = Healing(self.world, self.tick_s, patience=self.patience)
            healing.aftermath = self.after
            healing.run()
            if self._is_swept():
                self.after.heals()
        except Violation as broken:
            return Verdict(self.seed, "broken", str(broken))
        end = self.world.journal.end
        return Verdict(self.seed, end.group_status if end is not None else "superseded")

    def _is_swept(self) -> bool:
        """Where all is known at the end, one in many is swept: nothing is to be found."""
        end = self.world.journal.end
        return end is not None and (bool(end.unfenced) or self.seed % SWEPT_EVERY == 0)

    def _moves(self) -> None:
        if self.variety.halts and self.random.random() < self.variety.halts:
            self._halts()
            return
        if self.variety.goes and not self.world.gone and self.random.random() < self.variety.goes:
            self._notes("the venue is gone")
            self.world.gone = True
        chance = self.random.random()
        if chance < 0.08 and self.meddles:
            self._says()
        elif chance < 0.08 + self.variety.beside:
            self._beside()
        elif chance < 0.14 + self.variety.beside and self.world.faults:
            self._breaks()
        else:
            self._goes_on()

    def _notes(self, what: str, attempt: Attempt | None = None) -> None:
        at = f" at {attempt.call.name if attempt.call else ''} of {attempt.what}" if attempt is not None else ""
        about = self.world.name(attempt.reference) if attempt is not None and attempt.reference else ""
        self.trace.append(f"{self.world.now:g} s: {what}{at} {about}".rstrip())

    def _goes_on(self) -> None:
        world, step = self.world, self.world.life.step
        awaited = [number for number in world.life.awaits if number in world.attempts]
        if awaited:
            self._steps(world.attempts[self.random.choice(awaited)])
        elif isinstance(step, Wait) and step.seconds is not None and not world.life.finished:
            seconds = ticks(step.seconds, self.tick_s)
            self._notes(f"{seconds:g} s pass")
            world.waits(seconds)
        else:
            self._beside()

    def _steps(self, attempt: Attempt) -> None:
        how = "ok"
        if self.world.faults and self.random.random() < 0.35:
            how = self._answer(attempt)
            self.world.faults -= how != "ok"
        self._notes(how, attempt)
        self.world.step(attempt.number, how)

    def _answer(self, attempt: Attempt) -> str:
        name = attempt.call.name if attempt.call is not None else ""
        match name:
            case "prepare":
                return self.random.choice(("ok", "ok", "refused", "unreadable"))
            case "send":
                return self.random.choice(self.variety.sends)
            case "intend":
                return self.random.choice(("ok", "ok", "full"))
            case "lookup" | "recall":
                order = self.world.orders.get(attempt.reference)
                hidden = name == "lookup" and order is not None and self.world.now <= order.shown_from
                return self.random.choice(("stale", "unreadable")) if hidden else "unreadable"
            case _:
                return "ok"

    def _beside(self) -> None:
        """Let something happen that the run does not wait for: a zombie, the wire, an open order, time."""
        world = self.world
        zombies = [attempt for attempt in world.attempts.values() if attempt.zombie]
        rests = [client_ref for client_ref, order in world.orders.items() if order.rest]
        choice = self.random.randrange(4)
        if choice == 0 and zombies:
            self._steps(self.random.choice(zombies))
        elif (
            choice == 1 and world.wire and (self.variety.arrives == 1.0 or self.random.random() < self.variety.arrives)
        ):
            client_ref = self.random.choice(list(world.wire))
            how = self.random.choice(("full", "full", "part", "lost")) if self._may_arrive(client_ref) else "lost"
            self._notes(f"{world.name(client_ref)} arrives: {how}")
            world.arrives(client_ref, how)
        elif choice == 2 and rests:
            client_ref = self.random.choice(rests)
            self._notes(f"the rest of {world.name(client_ref)} fills")
            world.fills(client_ref)
        elif choice == 3 or not world.life.awaits:
            seconds = self.tick_s * self.random.choice((1, 1, 2, 10))
            self._notes(f"{seconds:g} s pass")
            world.passes(seconds)

    def _may_arrive(self, client_ref: str) -> bool:
        profile, order = self.world.profile, self.world.wire[client_ref]
        return profile.expiry != "bounded" or self.world.now <= order.sent_at + profile.lateness_s

    def _breaks(self) -> None:
        """Let a worker die or stall, Temporal run an activity twice, or somebody reset the workflow."""
        world = self.world
        world.faults -= 1
        kind = self.random.choice(self.variety.breaks)
        living = list(world.attempts.values())
        if kind == "reset" and world.life.boundaries and not world.life.finished:
            boundary = self.random.randrange(len(world.life.boundaries))
            self._notes(f"the workflow is reset to before send {boundary}")
            world.resets(boundary)
        elif living:
            attempt = self.random.choice(living)
            self._notes(kind, attempt)
            match kind:
                case "crash":
                    world.crash(attempt.number)
                case "stall":
                    world.stall(attempt.number)
                case _:
                    world.duplicate(attempt.number)

    def _halts(self) -> None:
        """Let somebody set the halt file or lift it, and pause and resume every group, or not."""
        stands = halting.turns(self.world, everybody=self.random.random() < 0.5)
        self._notes("forward sends are halted" if stands else "the halt is lifted")

    def _says(self) -> None:
        said = list(words(self.world, ALL))
        if self.world.life.finished or not said:
            return
        name, command = self.random.choice(said)
        try:
            self.world.says(command)
        except CommandRefusedError:
            return
        self._notes(f"an operator says {name}")


def run(first: int, count: int) -> Iterator[Verdict]:
    """Run the schedules of `count` seeds from `first` on. Within `rigged()`."""
    for seed in range(first, first + count):
        memory.forget_if_full()
        yield Schedule(seed).run()


def tally(verdicts: Iterator[Verdict]) -> tuple[Counter[str], list[Verdict]]:
    """Return how often each end was reached, and what was broken."""
    ends: Counter[str] = Counter()
    broken: list[Verdict] = []
    for verdict in verdicts:
        ends[verdict.end] += 1
        if verdict.broken:
            broken.append(verdict)
    return ends, broken
