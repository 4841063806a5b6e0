"""A group that the server does not know, as the event log has it: its end, or where it stood."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from allornone.core.rebuild import plan_of, rebuild
from allornone.core.view import view
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.opengroups import open_groups
from allornone.eventlog.reader import EventReader
from allornone.events import Event
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView


def remembered_view(log_dir: Path, group_id: str) -> GroupView | None:
    """Return the group's view, None where the log under `log_dir` does not have it or cannot be read.

    An open one is blocked: nobody runs it, and its records tell where it stood.
    """
    try:
        return stood(tuple(EventReader(log_dir).events(group_id)))
    except (DamagedLogError, OSError, ValidationError):
        return None


def stopped_view(log_dir: Path, group_id: str, how: str, sweep_every_s: float) -> GroupView | None:
    """Return the view of a group whose workflow ended from outside, None unless the log has it open.

    It is not over: the sweep takes it up, blocked, at most `sweep_every_s` later.
    """
    try:
        is_open = group_id in open_groups(log_dir)
    except (DamagedLogError, OSError):
        return None
    shown = remembered_view(log_dir, group_id) if is_open else None
    if shown is None:
        return None
    soon = f"at most {sweep_every_s / 60:.2g} min, while a worker runs"
    reason = f"its workflow {how} in Temporal, and it is not over: the next sweep ({soon}) puts it before an operator"
    return shown.model_copy(update={"reason": reason})


def stood(events: Sequence[Event]) -> GroupView | None:
    """Return the view of the group whose events these are, None without a plan. Raises ValidationError for its plan."""
    plan = plan_of(events)
    if plan is None:
        return None
    group_id = plan.atomic_group_id
    state = rebuild(plan, events)
    shown = view(plan, state, datetime.fromisoformat(events[0].real_utc_time))
    if state.recorded:
        return shown
    reason = f"this server does not run it; `allornone recover --group {group_id}` goes on where it stood"
    stands = {"status": GroupStatus.BLOCKED, "reason": reason, "needs_operator": True, "commands": ()}
    return shown.model_copy(update=stands)
