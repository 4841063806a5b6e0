"""A random schedule whose group is lost, again and again, and goes on from what its records tell."""

from dataclasses import replace
from decimal import Decimal

from allornone.core.answer import Answer, AnswerKind
from allornone.core.observe import ended, observe_last_looks, recorded
from allornone.core.rebuild import rebuild
from allornone.core.state import GroupState, Progress, Unwinding
from allornone.core.steps import End, Execute, LastLook, Look, Record, Step, Undo
from allornone.events.transition import TransitionKind
from allornone.models.group import AtomicGroup
from tests.unit.core.answers import FORWARD, ROLLBACK, Reference
from tests.unit.core.journal import FAILED, Journal
from tests.unit.core.plans import AMOUNT
from tests.unit.core.schedule import Schedule

STANDINGS = (TransitionKind.ROLLING_BACK, TransitionKind.BLOCKED, TransitionKind.UNBLOCKED)

LOST_UNTIL = 120
"""After so many steps nothing is lost any more: the group must come to its end."""


class Rebirth(Schedule):
    """One run from start to end. `lost_at` is the step at which the group is lost; None loses it at random.

    It is lost before a step has done anything, or when the step was done and recorded and nobody was told.
    """

    def __init__(
        self,
        plan: AtomicGroup,
        seed: int,
        lost_at: int | None = None,
        *,
        orphaned: bool = False,
        journal: type[Journal] = Journal,
    ) -> None:
        super().__init__(plan, seed)
        self.journal = journal(plan)
        self.lost_at, self.orphaned = lost_at, orphaned
        self.steps = self.losses = 0
        self.announced: Unwinding | None = None
        """What the group rolled back for, and how far, when it last recorded where it stands."""

    def _does(self, step: Step) -> None:
        self.steps += 1
        self.journal.state = self.state
        when = self._when()
        if when == "before":
            self._is_lost()
            return
        match step:
            case Record(notice):
                self.journal.notes(step)
                if notice.kind in STANDINGS:
                    self.announced = self.state.unwinding
                self.state = recorded(self.state, len(self.journal.events), superseded=False)
            case Execute(index, epoch):
                assert self.state.orphaned is None, "sent forward before an operator said so"
                self.witness.sees_execute(index, epoch, self.state)
                asked = AMOUNT - self.world.believed(index, FORWARD)
                self._sends((index, FORWARD, epoch), asked)
            case Undo(index, epoch):
                assert self.state.orphaned is None, "undone before an operator said so"
                self.witness.sees_undo(index, epoch, self.state)
                self._sends((index, ROLLBACK, epoch), self.world.believed(index))
            case Look(index, direction, epoch):
                self._hears(self._looked((index, direction, epoch), step), sending=False)
            case LastLook(references):
                self._looks_last(references)
            case End():
                assert self.state.verdict is not None
                self.journal.ends(self.state.verdict)
                self.state = ended(self.state, len(self.journal.events), superseded=False)
                return
            case _:
                super()._does(step)
        if when == "after":
            self._is_lost()

    def _when(self) -> str:
        if self.lost_at is not None:
            return self.random.choice(("before", "after")) if self.steps == self.lost_at else "never"
        lost = self.steps < LOST_UNTIL and self.random.random() < 0.15
        return self.random.choice(("before", "after")) if lost else "never"

    def _sends(self, reference: Reference, asked: int) -> None:
        assert reference not in self.world.orders, f"S2: {reference} was sent twice"
        answer = self.world.send(reference, asked)
        if answer is not None and answer.kind is AnswerKind.HALTED:
            self.witness.sees_halt(reference[0], reference[2])
        order = self.world.orders.get(reference)
        if order is not None and order.intent:
            self.journal.sends(reference)
        self._is_recorded(reference, answer or self._unheard(reference))
        self._hears(answer, sending=True)

    def _unheard(self, reference: Reference) -> Answer | None:
        """Return the answer of an activity that recorded it and was lost before it could give it."""
        order = self.world.orders[reference]
        if not order.intent or order.underway or order.open or self.random.random() < 0.5:
            return None
        return self.world.settled(reference)

    def _is_recorded(self, reference: Reference, answer: Answer | None) -> None:
        if answer is not None:
            self.journal.hears(reference, answer)

    def _looked(self, reference: Reference, look: Look) -> Answer | None:
        known = self.journal.knows(reference)
        if known is not None and look.mode != "reread" and not self.world.orders[reference].open:
            return known
        answer = self.world.look(reference, look.mode, look.reading)
        self._is_recorded(reference, answer)
        return answer

    def _looks_last(self, references: tuple[Reference, ...]) -> None:
        answers = [(each, self.world.last_look(each)) for each in references]
        for reference, answer in answers:
            self._is_recorded(reference, answer)
        told = tuple((reference[0], answer) for reference, answer in answers)
        self.state = observe_last_looks(self.plan, self.state, told)

    def _is_lost(self) -> None:
        """Take the group up again from its records. A command that was taken is among them, or was sent again."""
        self.losses += 1
        self.journal.state = self.state
        for number, notice in enumerate(self.state.outbox, self.state.notices):
            if notice.kind is TransitionKind.COMMAND:
                self.journal.says(notice, number)
        before, self.state = self.state, rebuild(self.plan, self.journal.events)
        self._assert_latched(before)
        self.state = replace(self.state, deadline=before.deadline, orphaned="lost" if self.orphaned else None)
        for reference, order in list(self.world.orders.items()):
            if not order.intent and not order.told:
                # Nobody wrote an intent: nobody ever can, and the reference is free.
                del self.world.orders[reference]
        for index, progress in enumerate(self.state.operations):
            self.witness.epochs[index, "forward"] = progress.forward_epoch
            self.witness.epochs[index, "rollback"] = progress.undo_epoch

    def _assert_latched(self, before: GroupState) -> None:
        after = self.state
        latches = [(each.cancel, each.paused, each.given_up, each.released) for each in (before, after)]
        assert latches[0] == latches[1], "a latch was forgotten"
        assert self.announced in {None, after.unwinding}, "a rollback that was announced was forgotten"
        ids = [{handled.command_id for handled in each.handled} for each in (before, after)]
        assert ids[0] - ids[1] <= self._overtaken(), "a command was forgotten"
        for was, now in zip(before.operations, after.operations, strict=True):
            assert was.accepted == now.accepted, "an operator's word was forgotten"
            kept = {(each.direction, each.epoch) for each in now.attempts} | set(now.unfenced)
            # A range that was lost between the look and its record is in flight again, and looked at again.
            assert set(was.unfenced) <= kept | self._in_flight(), "what may still take effect was forgotten"
            logged = {(each.direction, each.epoch) for each in was.attempts if each.kind is not AnswerKind.UNKNOWN}
            assert logged <= kept | self._in_flight(), "an outcome was forgotten"
            assert _nothings(was) - _nothings(now) <= self._in_flight(), "what did nothing is told as something"
            again = _sizes(now)
            assert all(again.get(each, size) == size for each, size in _sizes(was).items()), "a size was forgotten"

    def _overtaken(self) -> set[str]:
        return {self.state.claim.command_id} if self.state.claim is not None else set()

    def _in_flight(self) -> set[tuple[object, int]]:
        flight = self.state.flight
        return {(flight.direction, flight.epoch)} if flight is not None else set()


def _nothings(progress: Progress) -> set[tuple[object, int]]:
    """Return the epochs that are known to have done nothing."""
    return {(each.direction, each.epoch) for each in progress.attempts if each.kind in FAILED}


def _sizes(progress: Progress) -> dict[tuple[object, int], Decimal]:
    """Return how much each epoch did that took effect."""
    shown = [(each, each.handshake) for each in progress.attempts if each.took_effect]
    return {(each.direction, each.epoch): done.executed_amount for each, done in shown if done is not None}
