"""When an operation may be tried again, and when a group past its pivot can go neither forward nor back."""

from allornone.core.facts import Trouble, current, patience_left, pivot, trouble
from allornone.core.state import GroupState
from allornone.models.group import AtomicGroup


def may_try_again(plan: AtomicGroup, state: GroupState, index: int, why: Trouble) -> bool:
    """Tell whether the next epoch is the machine's own to send."""
    operation, progress = plan.operations[index], state.operations[index]
    if why is Trouble.NOT_SENT:
        return patience_left(operation, progress) or progress.refusals < plan.policy.forward_retries
    again = why is Trouble.REFUSED or (why is Trouble.SHORT and pivot(plan, state) >= 0)
    return again and progress.refusals <= plan.policy.forward_retries


def standstill(plan: AtomicGroup, state: GroupState) -> str | None:
    """Return why a group with a pivot in effect sends nothing forward until an operator says so."""
    index, floor = current(plan, state), pivot(plan, state)
    if index is None or floor < 0 or state.cancel:
        return None
    why, progress = trouble(plan.operations[index], state.operations[index]), state.operations[index]
    name = plan.operations[index].operation_id
    # A retry from before the deadline does not go on past it.
    held = state.deadline and not state.released
    if progress.pressed and not held and why not in (Trouble.BREACH, Trouble.UNFENCED):
        return None
    if why is not None and (index == floor or not may_try_again(plan, state, index, why)):
        return f"{name} {why.value}, and the pivot {plan.operations[floor].operation_id} is in effect"
    if held:
        return f"the deadline passed before {name}, and the pivot {plan.operations[floor].operation_id} is in effect"
    return None
