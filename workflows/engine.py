"""Drives a group's core: lets time pass, takes a turn, does its step, observes the answer."""

from dataclasses import replace
from datetime import datetime

from temporalio import workflow

from activities.tasks import RecordTask
from allornone.core.answer import Answer
from allornone.core.clock import elapse
from allornone.core.command import take, used_otherwise
from allornone.core.ending import result
from allornone.core.observe import ended, lost, observe, observe_last_looks, recorded
from allornone.core.standing import standing
from allornone.core.start import Carried, GroupStart
from allornone.core.state import Handled, begin
from allornone.core.steps import End, Execute, Finish, LastLook, Look, Record, Step, Undo, Wait
from allornone.core.turn import turn
from allornone.core.view import view
from allornone.models.commands import Command
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView
from workflows import briefs, calls, index, story

ONE_COMMAND_AN_ID = "one-command-an-id"
"""Marks a history in which an id that was used for another command was refused."""


class Engine:
    """One run of one group. Commands change `state` between steps, and wake it when it waits."""

    def __init__(self, start: GroupStart) -> None:
        now = workflow.now()
        self.plan = start.group
        self.state = start.carried.state if start.carried is not None else begin(start.group)
        self.started_at: datetime = start.carried.started_at if start.carried is not None else now
        self._ticked_at = now
        self._published: GroupStatus | None = None
        self._woken = False
        self._known_end: GroupResult | None = None

    async def drive(self) -> GroupResult:
        """Go on until the end is recorded. Nothing interrupts it: Temporal's cancel only latches a command."""
        while True:
            self._tick()
            self.state, step = turn(self.plan, self.state)
            self._tell()
            if isinstance(step, Finish):
                await workflow.wait_condition(workflow.all_handlers_finished)
                return result(self.plan, self.state)
            await self._do(step)
            if self._known_end is not None:
                await workflow.wait_condition(workflow.all_handlers_finished)
                return self._known_end
            self._continue_as_new_if_long()

    def check(self, command: Command, command_id: str) -> None:
        """Raise CommandRefusedError where a command makes no sense. A validator must change nothing: this does not."""
        take(self.plan, self.state, command, command_id)

    def take(self, command: Command, command_id: str) -> None:
        """Latch a command. Raises CommandRefusedError, and changes nothing, where it makes no sense.

        Before ids were told apart by what they were used for, one that was used again was answered like the first: a
        history that has that is answered so again.
        """
        if not used_otherwise(self.state, command, command_id) or workflow.patched(ONE_COMMAND_AN_ID):
            self.state = take(self.plan, self.state, command, command_id)
        self._woken = True

    def handled(self, command_id: str) -> Handled | None:
        """Return what was answered to a command, None while it is not settled."""
        return next((each for each in self.state.handled if each.command_id == command_id), None)

    def status(self) -> GroupStatus:
        """Return the group's status in one word."""
        return standing(self.plan, self.state)[0]

    def view(self) -> GroupView:
        """Return where the group stands."""
        return view(self.plan, self.state, self.started_at, self._ticked_at)

    async def _do(self, step: Step) -> None:
        """Do one step, and let the core observe what came of it. Commands may change the state meanwhile."""
        match step:
            case Execute() | Undo():
                self._observe(await calls.send(self.plan, self.state, step), sending=True)
            case Look():
                self._observe(await calls.look(self.plan, self.state, step), sending=False)
            case LastLook():
                answers = await calls.last_look(self.plan, self.state, step)
                self.state = observe_last_looks(self.plan, self.state, answers)
            case Record():
                told = await calls.record(self.plan, self.state, step)
                self.state = recorded(self.state, told.seq, superseded=told.superseded)
                self._answer_at_once(told.result)
            case End():
                told = await calls.record_end(self._end_task())
                self.state = ended(self.state, told.seq, superseded=told.superseded)
            case Wait():
                await self._wait(step)
            case Finish():
                pass

    def _answer_at_once(self, known: GroupResult | None) -> None:
        """End with the result that the event log has of the group, where it ended before."""
        self._known_end = known
        if known is not None:
            index.publish(known.status)

    def _observe(self, answer: Answer | None, *, sending: bool) -> None:
        self._tick()
        if answer is None:
            self.state = lost(self.state, sending=sending)
        else:
            self.state = observe(self.plan, self.state, answer)

    async def _wait(self, step: Wait) -> None:
        self._woken = False
        try:
            await workflow.wait_condition(
                lambda: self._woken, timeout=self._until_deadline(step.seconds), timeout_summary=step.reason
            )
        except TimeoutError:
            return

    def _until_deadline(self, seconds: float | None) -> float | None:
        if self.plan.deadline is None or self.state.deadline:
            return seconds
        left_s = max((self.plan.deadline - workflow.now()).total_seconds(), 0.001)
        return left_s if seconds is None else min(seconds, left_s)

    def _tick(self) -> None:
        """Let the core know what time has passed, and whether the deadline has."""
        now = workflow.now()
        state = elapse(self.state, (now - self._ticked_at).total_seconds())
        self._ticked_at = now
        late = self.plan.deadline is not None and now >= self.plan.deadline
        self.state = replace(state, deadline=state.deadline or late)

    def _tell(self) -> None:
        """Show where the group stands: in the search index when that changed, and in the UI's details."""
        shown = self.view()
        if shown.status is not self._published:
            self._published = shown.status
            index.publish(shown.status)
        workflow.set_current_details(story.details(shown))

    def _end_task(self) -> RecordTask:
        return RecordTask(
            context=briefs.context(self.plan),
            known_seq=self.state.known_seq,
            result=result(self.plan, self.state),
            execution_time_ms=(workflow.now() - self.started_at).total_seconds() * 1000,
        )

    def _continue_as_new_if_long(self) -> None:
        """At a boundary, when the server suggests it: the state goes on, with its latches and handled commands."""
        if not workflow.info().is_continue_as_new_suggested() or not workflow.all_handlers_finished():
            return
        self._tick()
        carried = Carried(state=self.state, started_at=self.started_at)
        workflow.continue_as_new(GroupStart(group=self.plan, carried=carried))
