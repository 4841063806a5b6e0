"""A group's search attributes: what the Temporal UI and `allornone list` find it by."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from allornone import wire
from allornone.models.group import GroupStatus

STATUS = SearchAttributeKey.for_keyword(wire.GROUP_STATUS)
NEEDS_OPERATOR = SearchAttributeKey.for_bool(wire.NEEDS_OPERATOR)


def publish(status: GroupStatus) -> None:
    """Make the group findable by where it stands."""
    needs_operator = status is GroupStatus.BLOCKED
    updates: list[SearchAttributeUpdate[Any]] = [
        STATUS.value_set(status.value),
        NEEDS_OPERATOR.value_set(needs_operator),
    ]
    workflow.upsert_search_attributes(updates)  # pyright: ignore[reportUnknownMemberType] (of the SDK)
