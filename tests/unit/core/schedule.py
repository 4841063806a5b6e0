"""One random schedule: a plan, a seed, a virtual venue, an operator, and invariants held at each step."""

from dataclasses import replace
from random import Random

from allornone.core.answer import AnswerKind, Fence
from allornone.core.clock import elapse
from allornone.core.command import take
from allornone.core.ending import result
from allornone.core.observe import ended, lost, observe, observe_last_looks, recorded
from allornone.core.state import GroupState, Phase, begin
from allornone.core.steps import End, Execute, Finish, LastLook, Look, Record, Step, Undo, Wait
from allornone.core.subject import subject
from allornone.core.turn import turn
from allornone.errors import CommandRefusedError
from allornone.models.commands import CancelCommand, Command, ResolveCommand
from allornone.models.group import AtomicGroup, GroupStatus
from tests.unit.core.answers import FORWARD, ROLLBACK
from tests.unit.core.plans import AMOUNT
from tests.unit.core.references import remembered
from tests.unit.core.shell import CANCEL, PAUSE, RESUME, accepted, did_not_happen, retry
from tests.unit.core.witness import Witness
from tests.unit.core.world import World

TURNS_MAX = 400
MEDDLING = 0.1
"""The share of turns at which the operator says something, before the venue is healed."""


HALTING = 0.02
"""The share of turns at which the worker's forward sends are halted, for a few tries."""


class Schedule:
    """One run from start to end. Everything that happens is a function of plan and seed."""

    def __init__(self, plan: AtomicGroup, seed: int) -> None:
        self.plan, self.random = plan, Random(seed)  # noqa: S311 (schedules are to be repeatable)
        self.world = World(self.random, faults=self.random.randrange(8), lies=self.random.random() < 0.05)
        if self.random.random() < 0.1:
            self.world.no_undo = frozenset([self.random.randrange(len(plan.operations))])
        self.witness = Witness(plan, self.world)
        self.state: GroupState = begin(plan)
        self.meddles = self.random.random() < 0.4
        self.deadline_at = self.random.randrange(60) if self.random.random() < 0.15 else TURNS_MAX
        self.commands = 0

    def run(self) -> GroupStatus:
        """Return how the group ended. Raises AssertionError where an invariant broke or it never ends."""
        for number in range(TURNS_MAX):
            if number == self.deadline_at:
                self.state = replace(self.state, deadline=True)
                self.witness.sees_deadline()
            if self.meddles and number < TURNS_MAX // 2 and self.random.random() < MEDDLING:
                self._says(self._anything())
            if self.meddles and self.random.random() < HALTING:
                self.world.halts += self.random.randrange(1, 4)
            self.state, step = turn(self.plan, self.state)
            if isinstance(step, Finish):
                return self._ends()
            self._does(step)
        raise AssertionError(f"no end after {TURNS_MAX} turns")

    def _does(self, step: Step) -> None:
        match step:
            case Record(number=number):
                other_life = self.meddles and self.random.random() < 0.004
                self.witness.superseded = self.witness.superseded or other_life
                self.state = recorded(self.state, number, superseded=other_life)
            case Execute(index, epoch):
                self.witness.sees_execute(index, epoch, self.state)
                asked = AMOUNT - self.world.believed(index, FORWARD)
                answer = self.world.send((index, FORWARD, epoch), asked)
                if answer is not None and answer.kind is AnswerKind.HALTED:
                    self.witness.sees_halt(index, epoch)
                self._hears(answer, sending=True)
            case Undo(index, epoch):
                self.witness.sees_undo(index, epoch, self.state)
                self._hears(self.world.send((index, ROLLBACK, epoch), self.world.believed(index)), sending=True)
            case Look(index, direction, epoch, mode, reading):
                self._hears(self.world.look((index, direction, epoch), mode, reading), sending=False)
            case LastLook(references):
                answers = tuple((each[0], self.world.last_look(each)) for each in references)
                self.state = observe_last_looks(self.plan, self.state, answers)
            case Wait(seconds):
                self._waits(seconds)
            case End():
                self.state = ended(self.state, 0, superseded=False)
            case Finish():
                raise AssertionError

    def _hears(self, answer: object, *, sending: bool) -> None:
        if answer is None:
            self.state = lost(self.state, sending=sending)
        else:
            self.state = observe(self.plan, self.state, answer)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    def _waits(self, seconds: float | None) -> None:
        flight = self.state.flight
        if flight is not None and flight.fence is Fence.NEVER_SETTLED and self.random.random() < 0.5:
            self._says(self._help())
        if seconds is None:
            self._helped()
            return
        self.world.now += seconds
        self.state = elapse(self.state, seconds)

    def _helped(self) -> None:
        """Let an operator do what makes sense where the machine waits for one."""
        if self._says(accepted() if self.state.superseded else RESUME):
            return
        for _ in range(30):
            if self._says(self._help()):
                return
        raise AssertionError("no command helps")

    def _says(self, command: Command) -> bool:
        self.commands += 1
        before = self.state
        try:
            self.state = take(self.plan, before, command, f"c{self.commands}")
        except CommandRefusedError:
            return False
        self.witness.sees(command, before)
        return True

    def _open_ref(self) -> str:
        found = subject(self.plan, self.state)
        return remembered(self.plan, *found) if found is not None and self.random.random() < 0.9 else "0" * 32

    def _anything(self) -> Command:
        choice = self.random.randrange(12)
        if choice < 6:
            return (CANCEL, PAUSE, PAUSE, RESUME, RESUME, RESUME)[choice]
        return self._help()

    def _help(self) -> Command:
        """Return something that an operator who tells the truth may say."""
        choice = self.random.randrange(5)
        flight = self.state.flight
        if choice == 0:
            return accepted()
        if choice == 1:
            return accepted(f"op{self.random.randrange(len(self.plan.operations))}")
        if choice == 2 and self.random.random() < 0.3:
            return CANCEL
        if choice == 3 and flight is not None and flight.phase is Phase.UNKNOWN:
            return self._word(flight.index, flight.direction, flight.epoch)
        return retry(self._open_ref())

    def _word(self, *of: object) -> ResolveCommand | CancelCommand:
        order = self.world.orders[of]  # type: ignore[index]  # pyright: ignore[reportArgumentType]
        return CANCEL if order.done else did_not_happen(self._open_ref())

    def _ends(self) -> GroupStatus:
        self.witness.sees_end(self.state)
        if self.random.random() < 0.05:
            self.witness.sees_result(result(self.plan, self.state))
        assert self.state.claim is None, "a command was never answered"
        assert self.state.verdict is not None
        return self.state.verdict
