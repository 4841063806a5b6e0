"""What the Temporal UI tells of a group: a table of its operations, and a line for each activity."""

import json
from collections.abc import Iterator
from decimal import Decimal

from allornone.core.advice import Advice, advice
from allornone.core.attempts import tried
from allornone.core.steps import Execute, Look, Undo
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import GroupView, OperationView

SUMMARY_MAX = 200
"""Temporal's nominal limit for a summary is 400 bytes."""

NOTE_MAX = 200

PAD = "\u00a0"
"""The UI's table cells have no padding of their own, and it shows entities as they are written."""

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
    """Return the group's current details, in Markdown: narrow enough for the half page that the UI gives it."""
    parts = [f"**{_WORDS[view.status]}**" + (f" ({view.reason})" if view.reason else "")]
    if view.simulated:
        parts.append("*simulated: predicted by the venues, nothing is sent*")
    if view.paused:
        parts.append("*paused: nothing new is sent forward*")
    parts.append("\n".join([_row("#", "operation", "venue", "state"), "|---|---|---|---|", *_rows(view)]))
    facts = [*_facts(view)]
    if facts:
        parts.append("\n".join(f"- {fact}" for fact in facts))
    if view.needs_operator:
        helps = [f"- {_help(each)}" for each in advice(view)]
        parts.append("\n".join(["**what would help** (More Actions, Send an Update)", "", *helps]))
    return "\n\n".join(parts)


def _facts(view: GroupView) -> Iterator[str]:
    """Yield what there is to know besides the states. One list: the UI sets every paragraph far apart."""
    if view.residual_deltas:
        yield f"**residual:** {deltas_text(view.residual_deltas)}"
    for each in view.operations:
        told = [tried(each, each.effort)] if each.effort is not None else []
        told += [_one_line(each.note)] if each.note else []
        if told:
            yield f"**{each.operation_id}:** {'; '.join(told)}"
    for each in view.operations:
        if each.net_deltas:
            yield f"{each.operation_id} moved {deltas_text(each.net_deltas)}"
    if view.friction:
        yield f"friction: {deltas_text(view.friction)}"


def _help(given: Advice) -> str:
    """Write the update's name and the payload to paste; the person is left to write."""
    return f"**{given.command}:** {given.why}: `{json.dumps({'actor': 'YOU', **given.payload})}`"


def _rows(view: GroupView) -> list[str]:
    return [
        _row(str(number), f"{each.operation_id} ({each.operation_type})", each.venue, _state(each))
        for number, each in enumerate(view.operations, start=1)
    ]


def _state(operation: OperationView) -> str:
    return f"{operation.state.value} ({operation.verdict.value})" if operation.verdict else operation.state.value


def _row(*cells: str) -> str:
    return "|" + "|".join(f"{PAD}{cell}{PAD}" for cell in cells) + "|"


def _one_line(note: str) -> str:
    return " ".join(note.split())[:NOTE_MAX]


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
