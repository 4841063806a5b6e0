"""The smallest shell around the core: it takes turns, keeps what was recorded, and lets tests answer."""

from dataclasses import replace
from decimal import Decimal

from allornone.core.answer import Answer
from allornone.core.clock import elapse
from allornone.core.command import take
from allornone.core.ending import result
from allornone.core.facts import reference
from allornone.core.observe import ended, lost, observe, observe_last_looks, recorded
from allornone.core.standing import standing
from allornone.core.state import GroupState, Notice, begin
from allornone.core.steps import End, Finish, LastLook, Look, Record, Step, Wait
from allornone.core.turn import turn
from allornone.models.commands import (
    CancelCommand,
    Command,
    PauseCommand,
    ResolveCommand,
    ResolvedOutcome,
    ResumeCommand,
    RetryCommand,
)
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import GroupResult
from tests.unit.core.answers import Reference, deltas

TURNS_MAX = 200


class Shell:
    """One group, driven by hand."""

    def __init__(self, plan: AtomicGroup) -> None:
        self.plan = plan
        self.state: GroupState = begin(plan)
        self.notices: list[Notice] = []
        self.commands = 0

    def step(self) -> Step:
        """Return what is to be done next; transitions are recorded on the way."""
        while True:
            self.state, step = turn(self.plan, self.state)
            if not isinstance(step, Record):
                return step
            self.notices.append(step.notice)
            self.state = recorded(self.state, step.number + 1, superseded=False)

    def plays(self, step: Step, answer: Answer) -> None:
        """Expect `step` to be next, after any waits, and answer it."""
        assert self.awaited() == step
        self.hears(answer)

    def hears(self, answer: Answer) -> None:
        """Let the core observe an answer."""
        self.state = observe(self.plan, self.state, answer)

    def loses(self, step: Step) -> None:
        """Expect `step` to be next, and lose the activity that does it."""
        assert self.awaited() == step
        self.state = lost(self.state, sending=not isinstance(step, Look))

    def awaited(self) -> Step:
        """Return the next step that is no wait with an end, letting the waits pass."""
        for _ in range(TURNS_MAX):
            step = self.step()
            if not isinstance(step, Wait) or step.seconds is None:
                return step
            self.passes(step.seconds)
        raise AssertionError(f"nothing but waits in {TURNS_MAX} turns")

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.state = elapse(self.state, seconds)

    def reaches_deadline(self) -> None:
        """Latch the deadline, as a shell's timer does."""
        self.state = replace(self.state, deadline=True)

    def takes(self, command: Command) -> None:
        """Hand in a command that must be taken."""
        self.commands += 1
        self.state = take(self.plan, self.state, command, f"c{self.commands}")

    def ref(self, subject: Reference) -> str:
        """Return the reference of one attempt."""
        return reference(self.plan, *subject)

    def status(self) -> GroupStatus:
        """Where the group stands."""
        return standing(self.plan, self.state)[0]

    def looks_last(self, *answers: tuple[int, Answer]) -> None:
        """Expect the last look to be next, and answer it."""
        assert isinstance(self.awaited(), LastLook)
        self.state = observe_last_looks(self.plan, self.state, answers)

    def ends(self) -> GroupResult:
        """Expect the end to be next, after a last look that shows nothing new, and return the result."""
        if isinstance(self.awaited(), LastLook):
            self.looks_last()
        step = self.awaited()
        assert isinstance(step, End), f"the next step was {step}"
        self.state = ended(self.state, 0, superseded=False)
        assert isinstance(self.step(), Finish)
        return result(self.plan, self.state)


CANCEL = CancelCommand(actor="ann")
PAUSE = PauseCommand(actor="ann")
RESUME = ResumeCommand(actor="ann")


def retry(client_ref: str) -> RetryCommand:
    """Return the command to try, or look, again."""
    return RetryCommand(actor="ann", client_ref=client_ref)


def happened(client_ref: str, units: int) -> ResolveCommand:
    """Return the word that a reference took effect by `units`, negative for an undo."""
    return ResolveCommand(
        actor="ann",
        outcome=ResolvedOutcome.CONFIRMED,
        client_ref=client_ref,
        actual_deltas=deltas(units),
        executed_amount=Decimal(abs(units)),
    )


def did_not_happen(client_ref: str) -> ResolveCommand:
    """Return the word that a reference did nothing."""
    return ResolveCommand(actor="ann", outcome=ResolvedOutcome.FAILED, client_ref=client_ref)


def accepted(operation_id: str | None = None) -> ResolveCommand:
    """Return the word that what is left of an operation, or of the group, may stay."""
    return ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED, operation_id=operation_id)
