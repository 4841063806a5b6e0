"""What the Temporal UI tells of a group: a table of its operations, and a line for each activity."""

from decimal import Decimal

from allornone.core.steps import Execute, Look, Undo
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import GroupView, OperationView

SUMMARY_MAX = 200
"""Temporal's nominal limit for a summary is 400 bytes."""

_WORDS = {
    GroupStatus.RUNNING: "running",
    GroupStatus.ROLLING_BACK: "rolling back",
    GroupStatus.BLOCKED: "blocked: needs an operator",
    GroupStatus.COMPLETED: "completed",
    GroupStatus.ROLLED_BACK: "rolled back",
    GroupStatus.FAILED: "failed: nothing took effect",
    GroupStatus.PARTIAL: "partial: exposure is left",
}


def deltas_text(deltas: dict[str, Decimal]) -> str:
    """Write deltas on one line."""
    return ", ".join(f"{key} {amount:+f}" for key, amount in deltas.items()) or "none"


def details(view: GroupView) -> str:
    """Return the group's current details, in Markdown."""
    lines = [f"**{_WORDS[view.status]}**" + (f" ({view.reason})" if view.reason else "")]
    if view.paused:
        lines.append("*paused: nothing new is sent forward*")
    lines += [
        "",
        "| # | operation | venue | state | verdict | net deltas | note |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(number, operation) for number, operation in enumerate(view.operations, start=1)]
    if view.residual_deltas:
        lines += ["", f"**residual:** {deltas_text(view.residual_deltas)}"]
    if view.friction:
        lines += ["", f"friction: {deltas_text(view.friction)}"]
    if view.needs_operator:
        lines += ["", f"commands that make sense: {', '.join(view.commands)}"]
        lines += [
            f"- `{each.operation_id}`: client_ref `{each.client_ref}`" for each in view.operations if each.client_ref
        ]
    return "\n".join(lines)


def _row(number: int, operation: OperationView) -> str:
    cells = (
        str(number),
        f"{operation.operation_id} ({operation.operation_type})",
        operation.venue,
        operation.state.value,
        operation.verdict.value if operation.verdict else "",
        deltas_text(operation.net_deltas) if operation.net_deltas else "",
        operation.note.replace("|", "/").replace("\n", " ")[:120],
    )
    # The UI's table cells have no padding of their own.
    return "|" + "|".join(f"&nbsp;{cell}&nbsp;" for cell in cells) + "|"


def summary(plan: AtomicGroup, step: Execute | Undo | Look) -> str:
    """Return the line that the UI's timeline shows for one activity."""
    operation = plan.operations[step.index]
    amount = f"{operation.operation_details.amount:f} {operation.source_token}"
    if isinstance(step, Execute):
        text = f"{operation.operation_id}: {operation.operation_type.value} {amount} at {operation.venue}"
    elif isinstance(step, Undo):
        text = f"undo {operation.operation_id} at {operation.venue}"
    else:
        what = "undo of " if step.direction is Direction.ROLLBACK else ""
        text = f"{step.mode.replace('_', ' ')} {what}{operation.operation_id}"
    if step.epoch > 1:
        text += f" (epoch {step.epoch})"
    return text[:SUMMARY_MAX]
