"""Ids are functions of their cause, and the plan never changes: S17, U3, U5."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from allornone_verify.breaks import Break
from allornone_verify.records import Record
from allornone_verify.story import Story


def digest(cause: Any) -> str:
    """Return the SHA-256 of `cause` in canonical JSON."""
    canonical = json.dumps(cause, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def plan_hash(plan: dict[str, Any]) -> str:
    """Return a plan's fingerprint: everything but metadata and correlation id."""
    return digest({name: value for name, value in plan.items() if name not in {"metadata", "correlation_id"}})


def s17_plan_never_changes(story: Story) -> Iterator[Break]:
    """The plan that was recorded at the start is the plan of every record, and of every run's input."""
    if not story.plan or story.started is None:
        return
    own = plan_hash(story.plan)
    if story.plan.get("atomic_group_id") != story.group_id:
        yield Break(f"its plan is that of {story.plan.get('atomic_group_id')!r}", place=story.started.place)
    for record in story.records:
        found = record.fields.get("plan_hash")
        if found and found != own:
            yield Break(
                f"plan_hash {found[:12]}, the plan of the start has {own[:12]}", ref=record.ref, place=record.place
            )
    for run in story.runs or ():
        if run.plan and plan_hash(run.plan) != own:
            yield Break("the run's input is another plan than the log's", place=f"run {run.run_id} event 1")


def u3_ids_follow_from_cause(story: Story) -> Iterator[Break]:
    """Each reference and each record's id is what its cause gives, on any machine, at any time."""
    if not story.plan:
        return
    own = plan_hash(story.plan)
    for record in story.records:
        if record.family == "operation_executions":
            cause = [story.group_id, own, record.operation_id, record.fields["direction"], record.fields["epoch"]]
            if record.ref and record.ref != digest(cause)[:32]:
                yield Break(
                    "the reference does not follow from its operation and epoch", ref=record.ref, place=record.place
                )
        wanted = _event_id(story, own, record)
        if wanted is not None and record.fields["event_id"] != wanted:
            yield Break(
                f"the event_id of {record.kind} does not follow from its cause", ref=record.ref, place=record.place
            )


def _event_id(story: Story, own: str, record: Record) -> str | None:
    """Return the id that the cause gives; None for a record whose cause is not in it."""
    if record.family == "operation_executions":
        return digest(["event", record.ref, "operation", record.kind])[:32]
    if record.kind == "end":
        return digest(["event", story.group_id, own, "end"])[:32]
    if record.kind == "revoked":
        return digest(["event", record.ref, "revoked"])[:32]
    if record.kind == "started":
        return digest(["event", story.group_id, own, "started", 0])[:32]
    return None


def u5_only_what_can_be_undone(story: Story) -> Iterator[Break]:
    """Nothing is called rolled back that the plan says cannot be, or that nobody sent an undo for."""
    if story.end is None or story.simulated:
        return
    undone = {intent.operation_id for intent in story.intents(forward=False)}
    for stated in story.end.fields["operations"]:
        name, operation = stated["operation_id"], story.operations.get(stated["operation_id"], {})
        if stated["state"] != "rolled_back":
            continue
        if operation.get("rollback") == "none":
            yield Break(f"{name} has no undo and is called rolled back", place=story.end.place)
        elif name not in undone and _did_much(story, name):
            yield Break(f"{name} is called rolled back, but no undo was ever sent", place=story.end.place)


def _did_much(story: Story, name: str) -> bool:
    """Tell whether it took effect by the log; an effect below the venue's step or minimum needs no undo."""
    shares = (
        float(record.fields.get("filled_ratio") or 0)
        for record in story.records
        if record.is_outcome and record.is_forward and record.operation_id == name
    )
    return sum(shares) > 0.01  # noqa: PLR2004 (a share no venue's step or minimum explains)
