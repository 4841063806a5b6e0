"""What comes after a group's end: sweeps, effects that are late, and the runs that put them before an operator."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from activities.sweep import SweepAnswer
from activities.sweep_due import OwedLook
from allornone.core.late import WINDOW
from allornone.core.start import Carried
from allornone.eventlog import EndedGroup
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup
from tests.campaign.virtual import exchange, memory, witness
from tests.campaign.virtual import journal as rules
from tests.campaign.virtual.call import Call
from tests.campaign.virtual.heal import Healing
from tests.campaign.virtual.life import Life
from tests.campaign.virtual.operator import CANCEL
from tests.campaign.virtual.sweeping import Answered, SweepDiedError, swept
from tests.campaign.virtual.unnoticed import sees_nothing_unnoticed
from tests.campaign.virtual.venue import NOON, Order
from tests.campaign.virtual.world import World

if TYPE_CHECKING:
    from allornone.eventlog import Event

EVERY_S = (0.0, 301.0, 910.0, 3700.0, 15000.0)
"""Time that may pass before a sweep."""
DAY_S = WINDOW.total_seconds() + 1.0
"""After that no further look is due: what was missed is made up for, or never seen."""
GENERATIONS = 4
"""Late effects of late effects, at most: an undo whose answer is lost may be one."""
DEATHS = ("", "", "lookup", "record", "start")
"""The calls at which a sweep's worker may die."""


class Aftermath:
    """The sweeps over one group and over the runs of its late effects. What goes wrong is taken from `random`."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self._random = world, random
        self.runs: dict[str, World] = {}
        self._before: datetime | None = NOON
        self._owed: tuple[OwedLook, ...] = ()
        self._unread = False
        self.sweeps = 0

    @property
    def worlds(self) -> tuple[World, ...]:
        """The group's own world, and those of its late effects."""
        return (self.world, *self.runs.values())

    def goes_on(self) -> None:
        """Let time pass, and sweep: the venue may not answer just then, and the worker may die."""
        self._passes(self._random.choice(EVERY_S))
        for client_ref, order in tuple(self.world.orders.items()):
            if order.rest and self._random.random() < 0.5:
                self.world.fills(client_ref)
        self._sweeps(unread=self._random.random() < 0.5, dies_at=self._random.choice(DEATHS))

    def heals(self) -> None:
        """Sweep until nothing is found, and see each late effect's run to its end.

        The last look that is due may find nobody at the venue, and is owed then; after that everybody answers.
        """
        self.world.gone = False  # a day is enough for a new key
        for _ in range(GENERATIONS):
            known = len(self.runs)
            self._passes(DAY_S)
            if self._random.random() < 0.5:
                self._sweeps(unread=True)
                self._passes(301.0)
            self._sweeps(dies_at=self._random.choice(DEATHS))
            self._sweeps()
            witness.holds(not self._owed, "LE", f"looks are owed though everybody answers: {self._owed}")
            for run in tuple(self.runs.values()):
                self._ends(run)
            if len(self.runs) == known:
                break
        for each in self.worlds:
            sees_nothing_unnoticed(each, self.runs)

    def _passes(self, seconds: float) -> None:
        for each in self.worlds:
            each.passes(seconds)

    def _sweeps(self, *, unread: bool = False, dies_at: str = "") -> None:
        self._unread = unread
        self.sweeps += 1
        try:
            answer: SweepAnswer = swept(self.world, self._before, self._owed, self._answers, dies_at)
        except SweepDiedError:
            return
        self._before, self._owed = answer.swept_at, answer.owed

    def _answers(self, call: Call) -> Answered:
        match call.name:
            case "ended_groups":
                return tuple(self._ended(call.arguments[0])), None
            case "start":
                self._starts(*call.arguments)
                return None, None
            case "group" | "references":
                return rules.answer(self._of(call.arguments[0]).journal, call.name, call.arguments), None
            case "record":
                return self._records(call.arguments[0], call)
            case "recorded":
                return None, None
            case _:
                return self._asks(call)

    def _asks(self, call: Call) -> Answered:
        request = call.arguments[0]
        world = self._of(request.atomic_group_id)
        how = "unreadable" if self._unread or world.gone else "ok"
        asked = exchange.looks_up if call.name == "lookup" else exchange.recalls
        return asked(world, request.client_ref, request, how)

    def _records(self, events: "tuple[Event, ...]", call: Call) -> Answered:
        world = self._of(events[0].atomic_group_id or "")
        before = len(world.journal.events)
        recorded = rules.answer(world.journal, call.name, call.arguments)
        for event in world.journal.events[before:]:
            witness.sees_record(world, event)
        return recorded, None

    def _ended(self, since: datetime) -> Iterator[EndedGroup]:
        ends = [(each.plan.atomic_group_id, each.journal.end) for each in self.worlds]
        found = [EndedGroup(name, datetime.fromisoformat(end.real_utc_time)) for name, end in ends if end is not None]
        yield from sorted((each for each in found if each.ended_at >= since), key=lambda each: each.ended_at)[::-1]

    def _of(self, group_id: str) -> World:
        return self.runs.get(group_id, self.world)

    def _starts(self, plan: AtomicGroup, carried: Carried) -> None:
        """Start the run of a late effect, once."""
        if plan.atomic_group_id not in self.runs:
            self.runs[plan.atomic_group_id] = _run_of(self.world, plan, carried)

    def _ends(self, run: World) -> None:
        """See a late effect's run to its end: an operator has it undone, or leaves it."""
        if run.over:
            return
        run.drive()
        if self._random.random() < 0.6:
            run.says(CANCEL)
        Healing(run, 31.0, patience=3).run()


def _run_of(world: World, plan: AtomicGroup, carried: Carried) -> World:
    run = World(memory.interned(plan), world.profile, no_undo=world.no_undo)
    run.now = world.now
    run.life = Life(run.plan, run.life.scope, carried.state)
    for attempt in carried.state.operations[0].attempts:
        assert attempt.handshake is not None
        done = int(attempt.handshake.executed_amount)
        run.orders["effect"] = Order(
            0, Direction.FORWARD, done, not_after=0.0, sent_at=0.0, done=done, given=attempt.handshake
        )
    return run
