"""The activities as a group calls them: explicit ids, timeouts, retries, and what a lost one means."""

import asyncio
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityCancellationType

from activities.operations import OperationActivities
from activities.records import RecordActivities
from activities.tasks import OperationTask, RecordAnswer, RecordTask
from allornone.core.answer import Answer, AnswerKind
from allornone.core.state import GroupState
from allornone.core.steps import Execute, LastLook, Look, Record, Undo
from allornone.models.group import AtomicGroup
from workflows import briefs, story
from workflows.options import (
    FOREVER,
    LOOK_PATIENCE,
    LOOK_TIMEOUT,
    ONCE,
    RECORD_TIMEOUT,
    SEND_TIMEOUT,
    SEND_WINDOW,
    URGENT,
    forward_priority,
)


def forward_expiry(plan: AtomicGroup, now: datetime) -> datetime:
    """Return when a forward request must stop being taken: soon, and never past the deadline."""
    return min(now + SEND_WINDOW, plan.deadline) if plan.deadline is not None else now + SEND_WINDOW


async def send(plan: AtomicGroup, state: GroupState, step: Execute | Undo) -> Answer | None:
    """Send one reference, once. None means that the attempt never answered; a copy of it is not the attempt."""
    now = workflow.now()
    if isinstance(step, Execute):
        expiry = forward_expiry(plan, now) if not state.released else now + SEND_WINDOW
        task = briefs.forward_task(plan, state, step.index, step.epoch, expiry)
        method, priority, verb = OperationActivities.execute_operation, forward_priority(plan), "execute"
    else:
        task = briefs.undo_task(plan, state, step.index, step.epoch, now + SEND_WINDOW)
        method, priority, verb = OperationActivities.rollback_operation, URGENT, "rollback"
    name = f"{verb}:{task.operation.operation_id}:{step.epoch}"
    if state.halt is not None and isinstance(step, Execute):
        name += f":halted-{state.halt.tries}"
    try:
        told = await workflow.execute_activity_method(
            method,
            task,
            activity_id=name,
            start_to_close_timeout=SEND_TIMEOUT,
            retry_policy=ONCE,
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            priority=priority,
            summary=story.summary(plan, step),
        )
    except ActivityError:
        return None
    return told if told.came_back else None


async def look(plan: AtomicGroup, state: GroupState, step: Look) -> Answer | None:
    """Look at the reference in flight. None means that no look succeeded: the group goes on looking by itself."""
    task = briefs.look_task(plan, state, step, workflow.now() + SEND_WINDOW)
    # Reading again goes by the name of reading, as in the histories from before it asked the venue.
    mode = "read" if step.mode == "reread" else step.mode
    name = f"{mode}:{task.operation.operation_id}:{step.direction.value}:{step.epoch}:{step.number}"
    return await _resolve(task, name, story.summary(plan, step))


async def last_look(plan: AtomicGroup, state: GroupState, step: LastLook) -> tuple[tuple[int, Answer], ...]:
    """Look at every reference once more, side by side. All of them answer before anything follows."""
    looks = [Look(*reference, "last_look", 1, step.number) for reference in step.references]
    answers = await asyncio.gather(*(look(plan, state, each) for each in looks))
    return tuple((each.index, answer or _unseen(plan, each)) for each, answer in zip(looks, answers, strict=True))


def _unseen(plan: AtomicGroup, step: Look) -> Answer:
    return Answer(
        kind=AnswerKind.UNKNOWN,
        operation_id=plan.operations[step.index].operation_id,
        direction=step.direction,
        epoch=step.epoch,
        readable=False,
        blind=True,
        note="no look succeeded",
    )


async def record(plan: AtomicGroup, state: GroupState, step: Record) -> RecordAnswer:
    """Record one transition. Raises ApplicationError where the worker refuses the plan."""
    task = briefs.notice_task(plan, state, step.notice, step.number)
    return await _record(task, f"record:{step.notice.kind.value}:{step.number}", step.notice.kind.value)


async def record_end(task: RecordTask) -> RecordAnswer:
    """Record the end."""
    return await _record(task, "record:end", task.result.status.value if task.result is not None else "end")


async def _record(task: RecordTask, activity_id: str, summary: str) -> RecordAnswer:
    try:
        return await workflow.execute_activity_method(
            RecordActivities.record_group_event,
            task,
            activity_id=activity_id,
            start_to_close_timeout=RECORD_TIMEOUT,
            retry_policy=FOREVER,
            summary=f"record {summary}",
        )
    except ActivityError as refused:
        # The run fails for the reason itself, and not for an activity that has one.
        raise refused.cause or refused from None


async def _resolve(task: OperationTask, activity_id: str, summary: str) -> Answer | None:
    try:
        return await workflow.execute_activity_method(
            OperationActivities.resolve_operation,
            task,
            activity_id=activity_id,
            start_to_close_timeout=LOOK_TIMEOUT,
            schedule_to_close_timeout=LOOK_PATIENCE,
            retry_policy=FOREVER,
            priority=URGENT,
            summary=summary,
        )
    except ActivityError:
        return None
