"""What was tried for an operation, in words that take no try for a send.

A view counts references, not requests: whether one that came to nothing had left the machine is in the event log alone.
"""

from allornone.models.execution import Direction
from allornone.models.group import GroupStatus
from allornone.models.result import Effort, GroupView, OperationState, OperationView


def state_word(view: GroupView, operation: OperationView) -> str:
    """Return the word for where an operation stands: one that did nothing and is tried again has not failed."""
    if not is_unexecuted(operation):
        return operation.state.value
    goes_on = view.status is GroupStatus.RUNNING and not view.paused
    return "not executed, trying again" if goes_on else "not executed"


def is_unexecuted(operation: OperationView) -> bool:
    """Tell whether each try is known to have done nothing, without a venue's refusal: not sent, or never arrived."""
    effort = operation.effort
    return (
        operation.state is OperationState.FAILED
        and operation.direction is Direction.FORWARD
        and effort is not None
        and not effort.fence
        and not effort.refusals
    )


def tried(operation: OperationView, effort: Effort) -> str:
    """Say how often something was tried, looked for and refused. Only what is in flight is said to be sent."""
    one_out = effort.sends == 1 and bool(effort.fence)
    counts = (("looked ", effort.looks), ("refused ", effort.refusals))
    said = [f"{'sent ' if one_out else ''}{_times(effort.sends)}"] if effort.sends else []
    said += [f"{what}{_times(count)}" for what, count in counts if count]
    if is_unexecuted(operation):
        said.append("nothing was executed")
    return ", ".join(said) or "nothing yet"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
