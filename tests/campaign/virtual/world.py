"""Everything that there is: a group's run, its log, living attempts, requests on the wire, and the venue's truth."""

from typing import Any

from activities.tasks import OperationTask
from allornone.core.facts import reference
from allornone.core.state import begin
from allornone.core.steps import Finish, Step, Wait
from allornone.core.subject import subject
from allornone.models.commands import Command
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup
from tests.campaign.virtual import exchange, memory
from tests.campaign.virtual.attempt import Attempt, Told
from tests.campaign.virtual.desk import activity_of, desk_of
from tests.campaign.virtual.journal import VirtualJournal
from tests.campaign.virtual.life import Life, before_send, task_index
from tests.campaign.virtual.memory import Task
from tests.campaign.virtual.venue import Order, Profile


class World:
    """One group's world. Who moves it chooses; `faults` are left to be chosen."""

    def __init__(
        self, plan: AtomicGroup, profile: Profile, faults: int = 0, no_undo: frozenset[str] = frozenset()
    ) -> None:
        self.plan, self.profile, self.faults = plan, profile, faults
        self.no_undo, self.desk = no_undo, desk_of(profile, no_undo)
        self.first = int(plan.operations[0].operation_id.removeprefix("op"))
        self.now = self.lag_s = 0.0
        self.gone = False
        """The venue tells nobody anything any more, a revoked key say; what it does, it does."""
        self.halt: str | None = None
        self.passed: frozenset[int] = frozenset()
        """The attempts that passed before the halt was set: whoever set it waits for those."""
        self.journal = VirtualJournal()
        self.orders: dict[str, Order] = {}
        self.wire: dict[str, Order] = {}
        self.sent: frozenset[str] = frozenset()
        self.attempts: dict[int, Attempt] = {}
        self.count = 0
        self.commands = 0
        self.reset_to: int | None = None
        self.life = Life(plan, memory.scope(plan, profile, no_undo), begin(plan))

    def copy(self) -> "World":
        """Return the same world, to go another way."""
        twin = World.__new__(World)
        twin.plan, twin.profile, twin.faults, twin.desk = self.plan, self.profile, self.faults, self.desk
        twin.lag_s, twin.halt, twin.passed = self.lag_s, self.halt, self.passed
        twin.gone = self.gone
        twin.first, twin.no_undo = self.first, self.no_undo
        twin.now, twin.journal, twin.life = self.now, self.journal.copy(), self.life.copy()
        twin.orders, twin.wire, twin.sent = self.orders.copy(), self.wire.copy(), self.sent
        twin.attempts = {number: each.copy() for number, each in self.attempts.items()}
        twin.count, twin.commands, twin.reset_to = self.count, self.commands, self.reset_to
        return twin

    # What the witness asks.

    @property
    def loose(self) -> frozenset[str]:
        """The references that the run lists as ranges."""
        found = [
            reference(self.plan, index, *each)
            for index, progress in enumerate(self.life.state.operations)
            for each in progress.unfenced
        ]
        return frozenset(found)

    def position(self, operation_id: str) -> int:
        """Return the place of an operation in the plan."""
        return int(operation_id.removeprefix("op")) - self.first

    @property
    def askable(self) -> bool:
        """Whether its venue can be asked by our id."""
        return self.profile.lookup != "none"

    @property
    def clock(self) -> float:
        """What the worker whose clock is off takes for the time."""
        return self.now + self.lag_s

    @property
    def venue_now(self) -> float:
        """What the venue takes for the time."""
        return self.now + self.profile.ahead_s

    def accepted(self) -> frozenset[int]:
        """Return the operations that the run takes as accepted."""
        return frozenset(index for index, each in enumerate(self.life.state.operations) if each.accepted)

    def truth(self, index: int) -> int:
        """Return what is really left of an operation."""
        return sum(order.done for order in self.orders.values() if order.index == index)

    def forward(self, index: int) -> int:
        """Return what an operation really did, before any undo."""
        found = [each.done for each in self.orders.values() if each.index == index]
        return sum(done for done in found if done > 0)

    def name(self, client_ref: str) -> str:
        """Return a reference in words."""
        return memory.names.get(client_ref, client_ref)

    # The run.

    def drive(self) -> None:
        """Let the run take turns until it waits for an answer, for time, or for a person; or is over."""
        life = self.life
        while not life.awaits and not life.finished:
            step = life.turns()
            if isinstance(step, Finish):
                life.finished = True
            elif isinstance(step, Wait):
                return
            else:
                self._begin(step)

    def _begin(self, step: Step) -> None:
        started = [self._attempt(step, task, node) for task, node in self.life.tasks(step, self.now)]
        self.life.awaits = tuple(attempt.number for attempt in started)
        for attempt in started:
            self._start(attempt)

    def _attempt(self, step: Step, task: Task, node: int) -> Attempt:
        what, begun = activity_of(self.desk, step, task)
        ref = task.client_ref if isinstance(task, OperationTask) else ""
        return Attempt(self._number(), what, task_index(task), ref, task, begun, node, node)

    def _number(self) -> int:
        self.count += 1
        return self.count

    def _start(self, attempt: Attempt) -> None:
        self.attempts[attempt.number] = attempt
        self._tell(attempt, None)

    # What may happen.

    def step(self, number: int, how: str = "ok") -> None:
        """Answer what an attempt waits for, and let it run up to its next call."""
        attempt = self.attempts[number]
        call = attempt.call
        assert call is not None
        value, raises = exchange.answer(self, attempt, call, how)
        self._tell(attempt, value, raises)
        self.drive()

    def _tell(self, attempt: Attempt, value: Any, raises: Exception | None = None) -> None:
        now = self.clock if attempt.number % 2 else self.now
        attempt.tell(Told(now, value, raises, self.halt))
        if attempt.call is None:
            self._over(attempt)

    def _over(self, attempt: Attempt) -> None:
        del self.attempts[attempt.number]
        if attempt.zombie or attempt.number not in self.life.awaits:
            return
        if attempt.problem is None:
            self.life.hears(attempt)
        elif attempt.what == "send":
            self.life.loses(attempt.number)
        else:
            self._retry(attempt)

    def _retry(self, attempt: Attempt) -> None:
        """Temporal tries look-ups and records again, without limit."""
        again = attempt.again(self._number())
        self.life.awaits = tuple(again.number if each == attempt.number else each for each in self.life.awaits)
        self._start(again)

    def crash(self, number: int) -> None:
        """Let an attempt die where it is; Temporal tells the run of a send, and tries anything else again."""
        attempt = self.attempts.pop(number)
        attempt.drop()
        self._abandoned(attempt)

    def stall(self, number: int) -> None:
        """Let an attempt stop where it is, for longer than Temporal waits: it may wake at any time."""
        attempt = self.attempts[number]
        self._abandoned(attempt)
        attempt.zombie = True

    def _abandoned(self, attempt: Attempt) -> None:
        if not attempt.zombie and attempt.number in self.life.awaits:
            if attempt.what == "send":
                self.life.loses(attempt.number)
            else:
                self._retry(attempt)
        self.drive()

    def duplicate(self, number: int) -> None:
        """Let another copy of an activity run beside it; the run hears whichever it began first."""
        twin = self.attempts[number].again(self._number())
        twin.zombie = True
        self._start(twin)

    def passes(self, seconds: float) -> None:
        """Let time pass, for everybody."""
        self.now += seconds
        self.life.passes(seconds)
        self.life.latches(self.now)

    def waits(self, seconds: float) -> None:
        """Let the run's wait pass."""
        self.passes(seconds)
        self.drive()

    def says(self, command: Command) -> None:
        """Let an operator say something. Raises CommandRefusedError where it makes no sense."""
        self.life.takes(command, f"c{self.commands + 1}")
        self.commands += 1
        if not self.life.awaits:
            self.drive()

    def resets(self, boundary: int) -> None:
        """Take the workflow back to before a send: what it had begun lives on, and nobody listens."""
        for number in self.life.awaits:
            self.attempts[number].zombie = True
        old = self.life
        state = before_send(old.boundaries[boundary])
        self.life = Life(self.plan, old.scope, state, boundaries=old.boundaries[:boundary])
        self.drive()

    def arrives(self, client_ref: str, how: str) -> None:
        """Let a request that is on the wire arrive, or be lost."""
        order = self.wire.pop(client_ref)
        if how != "lost":
            exchange.arrives(self, client_ref, order, how)

    def fills(self, client_ref: str) -> None:
        """Let the rest of an open order fill."""
        order = self.orders[client_ref]
        exchange.fill(self, client_ref, order, order.asked - abs(order.done), rest=False)

    @property
    def subject(self) -> tuple[int, Direction, int] | None:
        """What an operator's command would be about."""
        return subject(self.plan, self.life.state)

    @property
    def over(self) -> bool:
        """Whether nothing more can happen by itself."""
        return self.life.finished and not self.attempts and not self.wire
