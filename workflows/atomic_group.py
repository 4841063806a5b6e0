"""The story of a group: a thin shell around the pure core."""

import asyncio
from dataclasses import replace
from datetime import datetime

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.tasks import RecordTask
    from allornone import wire
    from allornone.core.answer import Answer
    from allornone.core.clock import elapse
    from allornone.core.command import take
    from allornone.core.ending import result
    from allornone.core.observe import ended, lost, observe, observe_last_looks, recorded
    from allornone.core.standing import standing
    from allornone.core.state import GroupState, begin
    from allornone.core.steps import End, Execute, Finish, LastLook, Look, Record, Step, Undo, Wait
    from allornone.core.turn import turn
    from allornone.core.view import view
    from allornone.errors import CommandRefusedError
    from allornone.models.commands import (
        CancelCommand,
        Command,
        CommandReceipt,
        PauseCommand,
        ResolveCommand,
        ResumeCommand,
        RetryCommand,
    )
    from allornone.models.group import AtomicGroup, GroupStatus
    from allornone.models.result import GroupResult, GroupView
    from allornone.models.start import Carried, GroupStart
    from workflows import briefs, calls, index, story


@workflow.defn(name=wire.GROUP_WORKFLOW)
class AtomicGroupWorkflow:
    """One group. Its id is the group's; it ends Completed with a GroupResult, whatever happened."""

    def __init__(self) -> None:
        self._plan: AtomicGroup | None = None
        self._state: GroupState | None = None
        self._started_at: datetime | None = None
        self._ticked_at: datetime | None = None
        self._published: GroupStatus | None = None
        self._woken = False

    @workflow.run
    async def run(self, start: RawValue) -> GroupResult:
        """Drive the group to its end. Temporal's own cancel is a `cancel`; it interrupts nothing that is under way."""
        self._begin(_validated(start))
        engine = asyncio.create_task(self._drive())
        while not engine.done():
            try:
                await asyncio.shield(engine)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if engine.done() or task is None:
                    break
                task.uncancel()
                self._latch_cancel()
        return engine.result()

    def _begin(self, start: GroupStart) -> None:
        carried = start.carried
        self._plan = start.group
        self._started_at = carried.started_at if carried is not None else workflow.now()
        self._ticked_at = workflow.now()
        self._state = carried.state if carried is not None else begin(start.group)

    async def _drive(self) -> GroupResult:
        while True:
            plan, state = self._open()
            state, step = turn(plan, self._tick(plan, state))
            self._state = state
            self._tell()
            if isinstance(step, Finish):
                await workflow.wait_condition(workflow.all_handlers_finished)
                return result(plan, state)
            await self._do(plan, step)
            self._continue_as_new_if_long()

    async def _do(self, plan: AtomicGroup, step: Step) -> None:
        """Do one step, and let the core observe what came of it. Commands may have changed the state meanwhile."""
        match step:
            case Execute() | Undo():
                self._observe(await calls.send(plan, self._now(), step), sending=True)
            case Look():
                self._observe(await calls.look(plan, self._now(), step), sending=False)
            case LastLook():
                answers = await calls.last_look(plan, self._now(), step)
                self._state = observe_last_looks(plan, self._now(), answers)
            case Record():
                told = await calls.record(plan, self._now(), step)
                self._state = recorded(self._now(), told.seq, superseded=told.superseded)
            case End():
                told = await calls.record_end(self._end_task(plan))
                self._state = ended(self._now(), told.seq, superseded=told.superseded)
            case Wait():
                await self._wait(plan, step)
            case Finish():
                pass

    def _observe(self, answer: Answer | None, *, sending: bool) -> None:
        plan, state = self._open()
        state = self._tick(plan, state)
        self._state = lost(state, sending=sending) if answer is None else observe(plan, state, answer)

    async def _wait(self, plan: AtomicGroup, step: Wait) -> None:
        self._woken = False
        seconds = self._until_deadline(plan, step.seconds)
        try:
            await workflow.wait_condition(lambda: self._woken, timeout=seconds, timeout_summary=step.reason)
        except asyncio.TimeoutError:
            return

    def _until_deadline(self, plan: AtomicGroup, seconds: float | None) -> float | None:
        if plan.deadline is None or self._now().deadline:
            return seconds
        left = max((plan.deadline - workflow.now()).total_seconds(), 0.001)
        return left if seconds is None else min(seconds, left)

    def _tick(self, plan: AtomicGroup, state: GroupState) -> GroupState:
        """Let the core know what time has passed, and whether the deadline has."""
        now = workflow.now()
        passed_s = (now - (self._ticked_at or now)).total_seconds()
        self._ticked_at = now
        late = plan.deadline is not None and now >= plan.deadline
        return replace(elapse(state, passed_s), deadline=state.deadline or late)

    def _open(self) -> tuple[AtomicGroup, GroupState]:
        if self._plan is None or self._state is None:
            raise ApplicationError("the group has not started yet", type=wire.COMMAND_REFUSED)
        return self._plan, self._state

    def _now(self) -> GroupState:
        return self._open()[1]

    def _latch_cancel(self) -> None:
        plan, state = self._open()
        command = CancelCommand(actor="temporal", reason=workflow.cancellation_reason() or "cancelled in Temporal")
        try:
            self._state = take(plan, state, command, "temporal-cancel")
        except CommandRefusedError:
            return
        self._woken = True

    def _end_task(self, plan: AtomicGroup) -> RecordTask:
        state, started = self._now(), self._started_at or workflow.now()
        return RecordTask(
            context=briefs.context(plan),
            known_seq=state.known_seq,
            result=result(plan, state),
            execution_time_ms=(workflow.now() - started).total_seconds() * 1000,
        )

    def _tell(self) -> None:
        """Show where the group stands: in the search index when that changed, and in the UI's details."""
        plan, state = self._open()
        status, _ = standing(plan, state)
        if status is not self._published:
            self._published = status
            index.publish(status)
        workflow.set_current_details(story.details(view(plan, state, self._started_at)))

    def _continue_as_new_if_long(self) -> None:
        if not workflow.info().is_continue_as_new_suggested() or not workflow.all_handlers_finished():
            return
        plan, state = self._open()
        carried = Carried(state=self._tick(plan, state), started_at=self._started_at or workflow.now())
        workflow.continue_as_new(GroupStart(group=plan, carried=carried))

    async def _take(self, command: Command) -> CommandReceipt:
        """Latch a command, wake the group, and answer; an operator's word waits for the look-up it asks for."""
        command_id = _id_of(command)
        plan, state = self._open()
        self._state = _taken(plan, state, command, command_id)
        self._woken = True
        await workflow.wait_condition(lambda: any(each.command_id == command_id for each in self._now().handled))
        handled = next(each for each in self._now().handled if each.command_id == command_id)
        if handled.refused:
            raise ApplicationError(handled.message, type=wire.COMMAND_REFUSED, non_retryable=True)
        return CommandReceipt(message=handled.message, status=standing(plan, self._now())[0])

    def _check(self, command: Command) -> None:
        plan, state = self._open()
        _taken(plan, state, command, _id_of(command))

    @workflow.query(name=wire.STATUS, description="Where the group stands: operations, residual, what makes sense")
    def status(self) -> GroupView:
        """Return where the group stands."""
        plan, state = self._open()
        return view(plan, state, self._started_at)

    @workflow.update(name=wire.RETRY, description='Look or try again now: {"actor": "you", "client_ref": "..."}')
    async def retry(self, command: RetryCommand) -> CommandReceipt:
        """Look again at what is unknown, or try what is stuck, now."""
        return await self._take(command)

    @retry.validator
    def check_retry(self, command: RetryCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)

    @workflow.update(name=wire.CANCEL, description='Undo what took effect: {"actor": "you", "reason": "why"}')
    async def cancel(self, command: CancelCommand) -> CommandReceipt:
        """Undo what took effect and end."""
        return await self._take(command)

    @cancel.validator
    def check_cancel(self, command: CancelCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)

    @workflow.update(
        name=wire.RESOLVE_UPDATE,
        description='Settle what is unknown: {"actor": "you", "outcome": "confirmed|failed|accepted", ...}',
    )
    async def resolve(self, command: ResolveCommand) -> CommandReceipt:
        """Settle what the machine cannot know."""
        return await self._take(command)

    @resolve.validator
    def check_resolve(self, command: ResolveCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)

    @workflow.update(name=wire.PAUSE, description='Send nothing new forward: {"actor": "you"}')
    async def pause(self, command: PauseCommand) -> CommandReceipt:
        """Send nothing new forward."""
        return await self._take(command)

    @pause.validator
    def check_pause(self, command: PauseCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)

    @workflow.update(name=wire.RESUME, description='Go on after a pause: {"actor": "you"}')
    async def resume(self, command: ResumeCommand) -> CommandReceipt:
        """Go on after a pause."""
        return await self._take(command)

    @resume.validator
    def check_resume(self, command: ResumeCommand) -> None:
        """Refuse what makes no sense."""
        self._check(command)


def _validated(start: RawValue) -> GroupStart:
    """Read the input again, where bad input fails the run and never hangs it."""
    try:
        return workflow.payload_converter().from_payload(start.payload, GroupStart)
    except ValidationError as bad:
        places = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in bad.errors()[:10])
        raise ApplicationError(places, type=wire.INVALID_GROUP, non_retryable=True) from None


def _id_of(command: Command) -> str:
    update = workflow.current_update_info()
    return command.command_id or (update.id if update is not None else "unnamed")


def _taken(plan: AtomicGroup, state: GroupState, command: Command, command_id: str) -> GroupState:
    try:
        return take(plan, state, command, command_id)
    except CommandRefusedError as refused:
        raise ApplicationError(str(refused), type=wire.COMMAND_REFUSED, non_retryable=True) from refused
