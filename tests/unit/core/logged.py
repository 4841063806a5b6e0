"""A group driven by hand whose records are kept, and that may be lost and rebuilt from them."""

from allornone.core.command import take
from allornone.core.observe import observe, recorded
from allornone.core.rebuild import rebuild
from allornone.core.state import GroupState
from allornone.core.steps import Execute, Record, Step, Undo
from allornone.core.turn import turn
from allornone.models.commands import Command
from allornone.models.group import AtomicGroup
from tests.unit.core.answers import (
    FORWARD,
    ROLLBACK,
    Reference,
)
from tests.unit.core.journal import Journal
from tests.unit.core.shell import Shell


class Logged(Shell):
    """A group driven by hand, whose records are kept."""

    def __init__(self, plan: AtomicGroup, state: GroupState | None = None) -> None:
        super().__init__(plan)
        self.state = state or self.state
        self.journal = Journal(plan)

    def step(self) -> Step:
        while True:
            self.state, step = turn(self.plan, self.state)
            if not isinstance(step, Record):
                return step
            self.journal.notes(step)
            self.state = recorded(self.state, len(self.journal.events), superseded=False)

    def tells(self) -> None:
        """Record what there is to be recorded, and do nothing else."""
        while True:
            state, step = turn(self.plan, self.state)
            if not isinstance(step, Record):
                return
            self.journal.notes(step)
            self.state = recorded(state, len(self.journal.events), superseded=False)

    def sends(self, reference: Reference) -> None:
        """Expect a reference to be sent next, and write its intent."""
        step = self.awaited()
        assert isinstance(step, Execute | Undo)
        assert (step.index, step.epoch) == (reference[0], reference[2])
        self.journal.sends(reference)

    def does(self, reference: Reference, answer: object) -> None:
        """Send a reference, record its outcome, and hear of it."""
        self.sends(reference)
        self.learns(reference, answer)

    def learns(self, reference: Reference, answer: object) -> None:
        """Record what an answer tells of a reference, and hear of it."""
        self.journal.hears(reference, answer)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        self.state = observe(self.plan, self.state, answer)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    def says(self, command: Command, command_id: str) -> None:
        """Give a command, and record it."""
        self.state = take(self.plan, self.state, command, command_id)
        self.tells()

    def reborn(self) -> "Logged":
        """Return the group as its records tell of it."""
        again = Logged(self.plan, rebuild(self.plan, self.journal.events))
        again.journal = self.journal
        return again


A, B = (0, FORWARD, 1), (1, FORWARD, 1)
UNDO_A = (0, ROLLBACK, 1)


def begun(plan: AtomicGroup) -> Logged:
    shell = Logged(plan)
    shell.tells()
    return shell
