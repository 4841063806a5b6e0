"""Groups as the server's index has them: found without a worker, perhaps a second late."""

import re
from datetime import datetime
from typing import TypedDict

from pydantic import BaseModel, ConfigDict
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from allornone import wire
from allornone.client.start import (
    CORRELATION_ID,
    GROUP_STATUS,
    NEEDS_OPERATOR,
    OPERATION_COUNT,
    STRATEGY,
    VENUES,
)
from allornone.errors import BadSearchError
from allornone.models.group import GroupStatus

ABANDONED = "abandoned"
"""The workflow ended without a result, so that the index still shows what the group was doing then."""

REFUSED = "refused"
"""A worker refused the plan before anything was sent: the workflow failed, and its id is taken."""

LOST = "lost"
"""The event log has the group open, and the server does not know it: nobody runs it."""

EXAMPLE = """write it as --where 'Strategy = "basis" AND GroupStatus = "blocked"'"""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')

LIVING = frozenset(
    {
        WorkflowExecutionStatus.RUNNING,
        WorkflowExecutionStatus.COMPLETED,
        WorkflowExecutionStatus.CONTINUED_AS_NEW,
    }
)


class GroupSummary(BaseModel):
    """One line of a list. `status` is the group's, or `abandoned`, `refused` or `lost`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    atomic_group_id: str
    status: str
    needs_operator: bool = False
    strategy: str = ""
    correlation_id: str = ""
    venues: tuple[str, ...] = ()
    operation_count: int = 0
    started_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the server does not know it."""
        return self.status == LOST


class Fits(TypedDict, total=False):
    """What groups are searched by. `where` is a condition in Temporal's own words; `late_of` is a group's id."""

    status: GroupStatus | None
    needs_operator: bool | None
    strategy: str | None
    venue: str | None
    where: str | None
    late_of: str | None
    open_only: bool


def query(
    *,
    task_queue: str | None = None,
    status: GroupStatus | None = None,
    needs_operator: bool | None = None,
    strategy: str | None = None,
    venue: str | None = None,
    where: str | None = None,
    late_of: str | None = None,
    open_only: bool = False,
) -> str:
    """Return the search for groups that fit everything given. Raises BadSearchError for a `where` that is none."""
    terms = [f"WorkflowType = {_quoted(wire.GROUP_WORKFLOW)}", "ExecutionStatus != 'ContinuedAsNew'"]
    if task_queue is not None:
        terms.append(f"TaskQueue = {_quoted(task_queue)}")
    if status is not None:
        terms.append(f"{wire.GROUP_STATUS} = {_quoted(status.value)}")
    if needs_operator is not None:
        terms.append(f"{wire.NEEDS_OPERATOR} = {'true' if needs_operator else 'false'}")
    if strategy is not None:
        terms.append(f"{wire.STRATEGY} = {_quoted(strategy)}")
    if venue is not None:
        terms.append(f"{wire.VENUES} IN ({_quoted(venue)})")
    if where is not None:
        terms.append(f"({condition(where)})")
    if late_of is not None:
        terms.append(f"WorkflowId STARTS_WITH {_quoted(late_of + '/late-')}")
    if open_only:
        terms.append("ExecutionStatus = 'Running'")
    return " AND ".join(terms)


def condition(where: str) -> str:
    """Return `where` if it is one condition that cannot leave its brackets. Raises BadSearchError.

    Whether the server can read it is the server's to say.
    """
    bare = _QUOTED.sub("''", where)
    if not bare.strip():
        raise BadSearchError(f"--where is empty; {EXAMPLE}")
    if re.search(r"[\"'`;]", bare.replace("''", "")):
        raise BadSearchError(f"--where has a quote that is not closed, or a ';', in {where!r}; {EXAMPLE}")
    if word := re.search(r"\b(ORDER\s+BY|GROUP\s+BY|LIMIT)\b", bare, re.IGNORECASE):
        raise BadSearchError(f"--where takes a condition, without {word[0].upper()!r}; {EXAMPLE}")
    depth = 0
    for sign in bare:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth < 0:
            break
    if depth != 0:
        raise BadSearchError(f"--where has brackets that do not match in {where!r}; {EXAMPLE}")
    return where


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def summary_of(execution: WorkflowExecution) -> GroupSummary:
    """Return the line of one execution."""
    found = execution.typed_search_attributes
    return GroupSummary(
        atomic_group_id=execution.id,
        status=found.get(GROUP_STATUS) or "unknown" if execution.status in LIVING else ABANDONED,
        needs_operator=bool(found.get(NEEDS_OPERATOR)),
        strategy=found.get(STRATEGY) or "",
        correlation_id=found.get(CORRELATION_ID) or "",
        venues=tuple(found.get(VENUES) or ()),
        operation_count=found.get(OPERATION_COUNT) or 0,
        started_at=execution.start_time,
        closed_at=execution.close_time,
    )
