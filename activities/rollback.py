"""What an undo sends: the venue's inverse of what actually took effect, or the one the plan gives."""

from decimal import Decimal

from activities.desk import Desk
from activities.judge import answer
from activities.send import send
from activities.tasks import OperationTask
from activities.unforeseen import unforeseen
from allornone.core.answer import Answer, AnswerKind
from allornone.deltas import in_proportion
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest
from allornone.models.operation import GivenInverse
from allornone.units import prorated
from allornone.venues.capabilities import UndoClass
from allornone.venues.inverse import Inverse


async def roll_back(task: OperationTask, desk: Desk) -> Answer:
    """Send the first step of what undoes the rest of the operation's effect. May run twice, as every send."""
    if task.effect is None:
        raise ValueError(f"an undo of {task.operation.operation_id!r} needs the effect that it undoes")
    inverse = inverse_of(task, desk, task.effect)
    if inverse.undo_class is UndoClass.NONE:
        return answer(task, AnswerKind.NO_UNDO, note="it cannot be undone")
    if not inverse.steps:
        return answer(task, AnswerKind.NOTHING_LEFT, note="only dust is left")
    return await send(task, undo_request(task, inverse.steps[0]), desk)


def inverse_of(task: OperationTask, desk: Desk, effect: ExecutionHandshake) -> Inverse:
    """Return what undoes `effect`: the plan's own inverse where it gives one, else the venue's.

    The share of a given inverse that was sent before is not sent again: it moves what it says and no more.
    """
    with unforeseen("asking for the undo"):
        venues = desk.venue(task.request.venue).inverse(task.request, effect)
    given = task.operation.rollback
    if not isinstance(given, GivenInverse):
        return venues
    if venues.undo_class is not UndoClass.NONE and not venues.steps:
        return venues
    if effect.filled_ratio == 0:
        return Inverse(undo_class=UndoClass.NONE, dust=venues.dust)
    step = _in_proportion(given, effect)
    return venues.model_copy(update={"undo_class": UndoClass.AT_MARKET, "steps": (step,)})


def _in_proportion(given: GivenInverse, effect: ExecutionHandshake) -> GivenInverse:
    part, whole = effect.filled_ratio, Decimal(1)
    amount = prorated(given.operation_details.amount, part, whole)
    return given.model_copy(
        update={
            "operation_details": given.operation_details.model_copy(update={"amount": amount}),
            "expected_deltas": in_proportion(given.expected_deltas, part, whole),
        }
    )


def undo_request(task: OperationTask, step: GivenInverse) -> ExecutionRequest:
    """Return the request of one undo step, under the task's own reference."""
    return ExecutionRequest(
        operation_id=task.operation.operation_id,
        operation_type=step.operation_type,
        source_venue=step.source_venue,
        target_venue=step.target_venue,
        source_token=step.source_token,
        target_token=step.target_token,
        expected_deltas=step.expected_deltas,
        operation_details=step.operation_details,
        atomic_group_id=task.context.atomic_group_id,
        sequence_in_group=task.request.sequence_in_group,
        client_ref=task.client_ref,
        direction=Direction.ROLLBACK,
        epoch=task.epoch,
        not_after=task.not_after,
        known_seq=task.known_seq,
        plan_hash=task.context.plan_hash,
    )
