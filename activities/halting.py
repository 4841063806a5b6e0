"""Forward sends that a halt file stops: nothing is written, so that the same reference can be sent later."""

from collections.abc import Generator
from contextlib import contextmanager

from activities.desk import Desk
from activities.judge import answer
from activities.tasks import OperationTask
from allornone.core.answer import Answer, AnswerKind
from allornone.models.execution import Direction


async def halted(task: OperationTask, desk: Desk, reason: str | None) -> Answer | None:
    """Answer that the send is halted for `reason`; None where it may go on.

    A reference that was used before, by another copy of this attempt, is none that could be begun later: then the
    log answers for it, and nothing is sent either.
    """
    if reason is None:
        return None
    trace = await desk.log.reference(task.context.atomic_group_id, task.client_ref)
    if trace.intent is not None or trace.revoked or trace.outcome is not None:
        return None
    return answer(task, AnswerKind.HALTED, note=reason)


def reason_now(task: OperationTask, desk: Desk) -> str | None:
    """Return why this send is halted just now, None where it is not: undos and rehearsals never are."""
    return desk.halt.reason() if desk.halt is not None and _is_held(task) else None


@contextmanager
def passage(task: OperationTask, desk: Desk) -> Generator[str | None]:
    """Give why this send is halted; where it is not, whoever sets a halt meanwhile waits for it."""
    if desk.halt is None or not _is_held(task):
        yield None
        return
    with desk.halt.passage() as why:
        yield why


def _is_held(task: OperationTask) -> bool:
    return task.direction is Direction.FORWARD and not task.context.simulated
