"""How a group is started: what the server indexes, shows and orders it by."""

from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import (
    Priority,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from allornone import wire
from allornone.core.start import Carried, GroupStart
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import GroupResult

PLAN_HASH = "plan_hash"
"""The memo entry by which a second submit tells its own plan from another."""

GROUP_STATUS = SearchAttributeKey.for_keyword(wire.GROUP_STATUS)
STRATEGY = SearchAttributeKey.for_keyword(wire.STRATEGY)
CORRELATION_ID = SearchAttributeKey.for_keyword(wire.CORRELATION_ID)
VENUES = SearchAttributeKey.for_keyword_list(wire.VENUES)
NEEDS_OPERATOR = SearchAttributeKey.for_bool(wire.NEEDS_OPERATOR)
OPERATION_COUNT = SearchAttributeKey.for_int(wire.OPERATION_COUNT)


async def start(
    client: Client, task_queue: str, group: AtomicGroup, carried: Carried | None = None, *, again: bool = False
) -> WorkflowHandle[Any, GroupResult]:
    """Start the workflow of `group`, from its beginning or from the state that is `carried`.

    Raises WorkflowAlreadyStartedError where the id was ever taken; `again` only where it is taken now.
    """
    reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if again else WorkflowIDReusePolicy.REJECT_DUPLICATE
    return await client.start_workflow(
        wire.GROUP_WORKFLOW,
        GroupStart(group=group, carried=carried),
        id=group.atomic_group_id,
        task_queue=task_queue,
        result_type=GroupResult,
        id_reuse_policy=reuse,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        memo={PLAN_HASH: group.plan_hash},
        search_attributes=attributes(group),
        static_summary=summary(group),
        priority=Priority(priority_key=group.priority_key),
    )


def attributes(group: AtomicGroup) -> TypedSearchAttributes:
    """Return what the group is found by. Empty texts are left out: nobody looks for them."""
    texts = ((STRATEGY, group.strategy), (CORRELATION_ID, group.correlation_id))
    return TypedSearchAttributes(
        [
            SearchAttributePair(GROUP_STATUS, GroupStatus.RUNNING.value),
            SearchAttributePair(VENUES, group.venues),
            SearchAttributePair(NEEDS_OPERATOR, value=False),
            SearchAttributePair(OPERATION_COUNT, len(group.operations)),
            *(SearchAttributePair(key, text) for key, text in texts if text),
        ]
    )


def summary(group: AtomicGroup) -> str:
    """Say the plan in one line of Temporal's UI."""
    steps = [f"{operation.operation_type.value} on {operation.venue}" for operation in group.operations]
    text = ", ".join(steps)
    # Temporal's limit for a summary is 400 bytes; the plan itself is in the input.
    return text if len(text) <= 200 else f"{text[:197]}..."  # noqa: PLR2004 (half of it, for names beyond ASCII)
