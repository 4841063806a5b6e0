"""A group's view from the event log: what is on record, where no workflow answers."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError

from allornone.client.listing import GroupSummary
from allornone.client.views import known_status
from allornone.core.ending import split
from allornone.core.rebuild import plan_of, rebuild
from allornone.core.view import view
from allornone.events import Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView, OperationState, OperationView

_STANDING = {TransitionKind.BLOCKED, TransitionKind.UNBLOCKED, TransitionKind.ROLLING_BACK}


def logged_view(summary: GroupSummary, events: Sequence[Event]) -> GroupView | None:
    """Return how the group stood by its records, None where its plan is not among them.

    `events` are the group's, by `seq`. No command makes sense before a worker is there to take it.
    """
    try:
        plan = plan_of(events)
    except ValidationError:  # of a version that wrote other plans
        return None
    if plan is None:
        return None
    state, status = rebuild(plan, events), known_status(summary)
    shown = view(plan, state, summary.started_at)
    known = {
        "status": status,
        "reason": _reason(events),
        "needs_operator": summary.needs_operator or status is GroupStatus.BLOCKED,
        "operations": tuple(_unsettled(each, events) for each in shown.operations),
        "residual_deltas": split(plan, state)[1],
        "commands": (),
    }
    return shown.model_copy(update=known)


def _reason(events: Sequence[Event]) -> str:
    standing = [event for event in events if isinstance(event, GroupTransitionEvent) and event.kind in _STANDING]
    return standing[-1].reason if standing else ""


def _unsettled(operation: OperationView, events: Sequence[Event]) -> OperationView:
    """Call unknown what was sent and has no outcome, since its intent."""
    if operation.effort is None:
        return operation
    effort = operation.effort.model_copy(update={"since": _intended_at(operation.client_ref, events)})
    is_sent = operation.state is OperationState.PENDING
    return operation.model_copy(
        update={"state": OperationState.UNKNOWN if is_sent else operation.state, "effort": effort}
    )


def _intended_at(client_ref: str | None, events: Sequence[Event]) -> datetime | None:
    sent = (each for each in events if isinstance(each, OperationExecutionEvent) and each.client_ref == client_ref)
    return next((each.submitted_at for each in sent), None)
