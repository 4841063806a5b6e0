"""An operator's word about what a venue cannot tell: held against what it shows, and recorded as attested."""

from activities.cap import facts_of
from activities.desk import Desk
from activities.judge import closed, nothing
from activities.tasks import OperationClaim, OperationTask
from allornone.core.answer import Answer, AnswerKind, Fence
from allornone.core.clock import READINGS_MAX
from allornone.models.execution import ExecutionRequest, Prepared
from allornone.venues.reading import Reading, ReadingState


def gainsaid(claim: OperationClaim, reading: Reading | None) -> bool:
    """Tell whether a reading speaks against the word: any does against an effect, an open order against any word."""
    if reading is None:
        return False
    return claim.handshake is not None or reading.state is ReadingState.OPEN


async def borne_out(  # noqa: PLR0917 (each is a part of the one record)
    task: OperationTask,
    claim: OperationClaim,
    request: ExecutionRequest,
    desk: Desk,
    level: Fence,
    prepared: Prepared | None,
) -> Answer | None:
    """Take the word, attested and flagged as such; None where "did not happen" may still turn out wrong.

    What the market allows comes from the intent: an undo is rounded by it, and an operator does not say it.
    """
    if claim.handshake is not None:
        details = {**facts_of(prepared or {}), **claim.handshake.execution_details}
        attested = task.model_copy(update={"reading": READINGS_MAX})
        effect = claim.handshake.model_copy(update={"execution_details": details})
        return await closed(attested, request, desk, effect, None)
    if level is Fence.FENCED:
        return await nothing(task, request, desk, AnswerKind.ABSENT, "an operator resolved it as failed", "EXEC-001")
    return None
