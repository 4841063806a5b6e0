"""What a group's records tell: where it stood, which latches were set, and what was still in the air."""

from dataclasses import replace

from allornone.core.answer import AnswerKind, Fence
from allornone.core.command import take
from allornone.core.ending import result
from allornone.core.late import begin_late
from allornone.core.observe import observe, observe_last_looks, recorded
from allornone.core.rebuild import plan_of, rebuild
from allornone.core.start import Carried
from allornone.core.state import GroupState, Unwinding, begin
from allornone.core.steps import End, Execute, LastLook, Look, Record, Step, Undo, Wait
from allornone.core.turn import turn
from allornone.models.commands import Command
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.reconciliation import Verdict
from tests.unit.core.answers import (
    FORWARD,
    ROLLBACK,
    Reference,
    closed,
    full,
    handshake,
    refused,
    told,
    undone,
    unknown,
)
from tests.unit.core.journal import NOON, Journal
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import CANCEL, PAUSE, RESUME, Shell, accepted, did_not_happen, happened, retry


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


def test_what_is_done_is_not_done_again() -> None:
    shell = begun(plain(2))
    shell.does(A, full(0))

    assert shell.reborn().awaited() == Execute(1, 1)


def test_what_has_an_intent_and_no_outcome_is_resolved_first_its_sender_taken_for_living() -> None:
    shell = begun(plain(2))
    shell.does(A, full(0))
    shell.sends(B)

    again = shell.reborn()

    assert again.awaited() == Look(1, FORWARD, 1, "resolve", 1, 1)
    assert again.state.flight is not None
    assert not again.state.flight.came_back


def test_an_epoch_is_never_used_again() -> None:
    shell = begun(plain(1, forward_retries=3))
    shell.does(A, refused(0))

    assert shell.reborn().awaited() == Execute(0, 2)


def test_a_rollback_goes_on_where_it_stood() -> None:
    shell = begun(plain(3))
    shell.does(A, full(0))
    shell.does(B, full(1))
    shell.does((2, FORWARD, 1), refused(2))
    shell.does((1, ROLLBACK, 1), undone(1))

    again = shell.reborn()

    assert again.state.unwinding == Unwinding("op2 was refused", -1)
    assert again.awaited() == Undo(0, 1)


def test_a_rollback_that_was_blocked_from_its_first_moment_is_known_by_what_blocked_it() -> None:
    shell = begun(group({"rollback": "none"}, {"timeout_s": 1}))
    shell.does(A, full(0))
    shell.does(B, told(B, AnswerKind.NOT_SENT))
    shell.passes(60)
    shell.tells()

    again = shell.reborn()

    assert shell.journal.kinds() == ["started", "blocked"]
    assert isinstance(again.awaited(), Wait)
    assert again.status() is GroupStatus.BLOCKED


def test_a_group_that_was_blocked_does_not_say_so_again() -> None:
    shell = begun(group({"pivot": True}, {}))
    shell.does(A, full(0))
    shell.does(B, refused(1))
    shell.tells()

    again = shell.reborn()
    again.tells()

    assert again.journal.kinds() == ["started", "blocked"]


def test_every_latch_is_set_again_and_every_command_answered_as_it_was() -> None:
    shell = begun(plain(2))
    shell.does(A, full(0))
    shell.says(PAUSE, "c1")

    again = shell.reborn()

    assert again.state.paused
    assert again.awaited() == Wait(None, "paused")
    assert take(again.plan, again.state, PAUSE, "c1") == again.state
    again.says(RESUME, "c2")
    assert not again.reborn().state.paused


def test_a_cancel_that_was_taken_rolls_back() -> None:
    shell = begun(plain(2))
    shell.does(A, full(0))
    shell.says(CANCEL, "c1")

    assert shell.reborn().awaited() == Undo(0, 1)


def test_a_retry_after_the_deadline_is_remembered() -> None:
    shell = begun(group({"pivot": True}, {}))
    shell.does(A, full(0))
    shell.reaches_deadline()
    shell.tells()
    shell.says(retry(shell.ref(B)), "c1")

    again = shell.reborn()
    again.reaches_deadline()

    assert again.awaited() == Execute(1, 1)


def test_an_operation_that_was_accepted_stays_so() -> None:
    shell = begun(group({"rollback": "none"}, {}))
    shell.does(A, full(0))
    shell.does(B, refused(1))
    shell.tells()
    shell.says(accepted("op0"), "c1")

    again = shell.reborn()

    assert again.state.operations[0].accepted
    assert again.ends().status is GroupStatus.PARTIAL


def test_a_group_that_was_given_up_ends() -> None:
    shell = begun(group({"rollback": "none"}, {}))
    shell.does(A, full(0))
    shell.does(B, refused(1))
    shell.tells()
    shell.says(accepted(), "c1")

    assert shell.reborn().ends().reason == "op1 was refused; ended by an operator"


def in_doubt(fence: Fence) -> Logged:
    """Return a group whose one reference is unknown, seen once by the resolver."""
    shell = begun(plain(2, resolve_budget_s=1))
    shell.sends(A)
    shell.learns(A, unknown(0))
    shell.awaited()
    shell.learns(A, unknown(0, fence=fence, readable=False))
    shell.passes(1)
    shell.tells()
    return shell


def test_what_may_still_take_effect_stays_a_range() -> None:
    shell = in_doubt(Fence.NEVER_SETTLED)
    shell.says(did_not_happen(shell.ref(A)), "c1")
    shell.awaited()
    shell.learns(A, unknown(0, fence=Fence.NEVER_SETTLED))
    shell.tells()

    again = shell.reborn()

    assert again.state.operations[0].unfenced == ((FORWARD, 1),)
    assert again.state.flight is None
    assert again.state.handled[-1].message.startswith("resolved as failed, unfenced")
    assert len(again.ends().unfenced) == 1


def test_what_an_operator_accepted_as_a_range_stays_one() -> None:
    shell = in_doubt(Fence.NEVER_SETTLED)
    shell.says(accepted(), "c1")

    again = shell.reborn()

    assert len(again.ends().unfenced) == 1


def test_what_came_late_of_a_range_is_to_be_undone() -> None:
    shell = in_doubt(Fence.NEVER_SETTLED)
    shell.says(did_not_happen(shell.ref(A)), "c1")
    shell.awaited()
    shell.learns(A, unknown(0, fence=Fence.NEVER_SETTLED))
    shell.tells()
    shell.journal.hears(A, full(0))

    again = shell.reborn()

    assert again.state.operations[0].attempts[0].verdict is Verdict.BREACH
    assert again.awaited() == Undo(0, 1)


def test_an_operators_word_that_waits_for_its_look_still_waits() -> None:
    shell = in_doubt(Fence.WAITING)
    shell.says(happened(shell.ref(A), 2), "c1")

    again = shell.reborn()

    assert again.state.claim is not None
    assert again.state.claim.handshake is not None
    assert isinstance(again.awaited(), Look)
    again.learns(A, closed(A, 2))
    assert (again.state.handled[-1].command_id, again.state.handled[-1].refused) == ("c1", False)


def test_an_operators_word_whose_outcome_was_recorded_is_judged_by_it() -> None:
    shell = in_doubt(Fence.FENCED)
    shell.says(did_not_happen(shell.ref(A)), "c1")
    shell.journal.hears(A, full(0))

    again = shell.reborn()

    assert again.state.claim is None
    assert [(each.command_id, each.refused) for each in again.state.handled] == [("c1", True)]


def test_an_operators_word_that_was_refused_is_refused_again() -> None:
    shell = in_doubt(Fence.FENCED)
    shell.says(happened(shell.ref(A), 2), "c1")
    shell.awaited()
    shell.learns(A, unknown(0, fence=Fence.FENCED))
    shell.tells()

    again = shell.reborn()

    assert again.state.claim is None
    assert [(each.command_id, each.refused) for each in again.state.handled] == [("c1", True)]


def test_what_the_last_look_showed_counts_and_not_what_was_recorded_before() -> None:
    shell = begun(plain(2))
    shell.does(A, refused(0))
    assert isinstance(shell.awaited(), LastLook)
    late = closed(A, 2)
    shell.journal.hears(A, late)
    shell.state = observe_last_looks(shell.plan, shell.state, ((0, late),))
    shell.tells()

    again = shell.reborn()

    assert again.journal.kinds()[-2:] == ["conflict", "late_effect"]
    assert again.awaited() == Undo(0, 1)


def test_a_contradiction_that_no_last_look_showed_yet_is_left_to_it() -> None:
    shell = begun(plain(1))
    shell.does(A, refused(0))
    shell.journal.hears(A, closed(A, 2))

    again = shell.reborn()

    assert again.state.operations[0].attempts[0].kind is AnswerKind.REFUSED
    assert isinstance(again.awaited(), LastLook)


def test_an_order_that_the_last_look_found_open_is_known_by_what_became_of_it() -> None:
    shell = begun(plain(2))
    shell.does(A, refused(0))
    assert isinstance(shell.awaited(), LastLook)
    shell.state = observe_last_looks(shell.plan, shell.state, ((0, told(A, AnswerKind.OPEN)),))
    shell.tells()
    shell.journal.hears(A, closed(A, 1, Verdict.PARTIAL))

    again = shell.reborn()

    assert again.state.operations[0].attempts[0].took_effect
    assert again.awaited() == Undo(0, 1)


def test_the_numbers_of_notices_go_on_past_every_record() -> None:
    shell = begun(plain(2))
    shell.does(A, full(0))

    again = shell.reborn()

    assert (again.state.notices, again.state.known_seq) == (3, 3)


def test_a_group_that_has_its_end_comes_back_with_its_verdict_and_its_result() -> None:
    shell = begun(plain(2))
    shell.does(A, full(0))
    shell.does(B, full(1))
    ended = shell.ends()
    shell.journal.ends(ended.status)

    again = rebuild(shell.plan, shell.journal.events)

    assert (again.verdict, again.recorded) == (GroupStatus.COMPLETED, True)
    told_again = result(shell.plan, again)
    assert told_again.operations[0].state == "confirmed"
    assert told_again.model_copy(update={"operations": ()}) == ended.model_copy(update={"operations": ()})


def test_an_orphan_is_one_until_an_operator_speaks() -> None:
    shell = begun(plain(2))
    shell.does(A, full(0))
    shell.journal.recovers(orphaned="its workflow was terminated")
    again = shell.reborn()
    assert again.state.orphaned == "its workflow was terminated"
    shell.journal.recovers()
    assert shell.reborn().state.orphaned == "its workflow was terminated"

    again.tells()
    again.says(retry(again.ref(B)), "c1")

    assert again.reborn().state.orphaned is None


def test_a_late_effects_run_begins_again_with_its_effect() -> None:
    plan = plain(1)
    shell = Logged(plan, begin_late(plan, handshake(0, 2), "op0 took effect after group g0 had ended"))
    shell.tells()

    again = shell.reborn()

    assert again.state.held == "op0 took effect after group g0 had ended"
    assert again.state.operations[0].attempts[0].handshake == handshake(0, 2)
    again.says(CANCEL, "c1")
    assert again.reborn().awaited() == Undo(0, 1)


def test_a_rebuilt_state_is_handed_to_its_run_as_any_other() -> None:
    shell = in_doubt(Fence.WAITING)
    shell.says(happened(shell.ref(A), 2), "c1")
    carried = Carried(state=shell.reborn().state, started_at=NOON)

    assert Carried.model_validate_json(carried.model_dump_json()) == carried


def test_the_plan_is_the_one_that_the_start_tells() -> None:
    shell = begun(plain(2))
    (started,) = shell.journal.events
    facts = {"plan": shell.plan.model_dump(mode="json")}

    assert plan_of([started.model_copy(update={"facts": facts})]) == shell.plan
    assert plan_of([]) is None


def test_an_end_that_was_not_recorded_is_recorded_by_the_new_life() -> None:
    shell = begun(plain(1))
    shell.does(A, full(0))
    assert isinstance(shell.awaited(), LastLook)
    shell.looks_last()
    assert isinstance(shell.step(), End)

    again = shell.reborn()

    assert again.ends().status is GroupStatus.COMPLETED


def test_records_of_an_operation_that_the_plan_does_not_have_change_nothing() -> None:
    shell = begun(plain(1))
    other = Journal(plain(2))
    other.sends(B)

    assert rebuild(shell.plan, [*shell.journal.events, *other.events]).flight is None
    assert rebuild(shell.plan, []) == replace(begin(shell.plan), outbox=())
