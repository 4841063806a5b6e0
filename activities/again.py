"""A group that is started although the log has it: with another plan, with its end, or as somebody else's."""

from pydantic import ValidationError
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.tasks import RecordAnswer, RecordTask
from allornone import wire
from allornone.core.ending import result
from allornone.core.rebuild import rebuild
from allornone.eventlog import EventLog, GroupTrace
from allornone.models.group import AtomicGroup


async def answered(log: EventLog, trace: GroupTrace, task: RecordTask) -> RecordAnswer | None:
    """Return the answer to a start of a group that has ended: its result, whichever server it ran on.

    None where the group may begin. Raises ApplicationError where the id has another plan.
    """
    if trace.started is None or task.plan is None:
        return None
    plan = _plan(trace.started.facts.get("plan"))
    if plan is None or plan.plan_hash != task.plan.plan_hash:
        existing = plan.plan_hash if plan is not None else "of another release"
        raise ApplicationError(
            f"group {task.context.atomic_group_id!r} already exists with another plan: submitted "
            f"{task.plan.plan_hash}, in the event log {existing}; choose another id",
            type=wire.INVALID_GROUP,
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )
    if not trace.ended:
        return None
    state = rebuild(plan, await log.history(task.context.atomic_group_id))
    return RecordAnswer(seq=trace.seq, superseded=True, result=result(plan, state))


def lives_elsewhere(group_id: str) -> ApplicationError:
    """Return the refusal to begin a group that the log has open, in a life that went on."""
    return ApplicationError(
        f"the event log has group {group_id!r} open in another life, which may hold positions; nothing was sent; "
        f"`allornone recover --group {group_id}` goes on where it stood",
        type=wire.OTHER_LIFE,
        non_retryable=True,
    )


def _plan(given: object) -> AtomicGroup | None:
    try:
        return AtomicGroup.model_validate(given)
    except ValidationError:
        return None
