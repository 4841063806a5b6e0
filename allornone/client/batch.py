"""A strategy's list of operations, parted into groups."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from allornone.documents import validated_group
from allornone.errors import BadGroupError
from allornone.ids import loose_group_id
from allornone.models.group import AtomicGroup
from allornone.models.operation import OperationCommand


class Moment(Protocol):
    """A datetime, a pandas Timestamp: whatever can write itself in ISO 8601."""

    def isoformat(self) -> str:
        """Return the moment in ISO 8601."""
        ...


def written(timestamp: Moment | str) -> str:
    """Return the strategy's moment in ISO 8601, as given. Raises BadGroupError for a text that is none."""
    if not isinstance(timestamp, str):
        return timestamp.isoformat()
    try:
        datetime.fromisoformat(timestamp)
    except ValueError:
        raise BadGroupError(f"timestamp must be ISO 8601 such as '2026-01-31T12:00:00Z', was {timestamp!r}") from None
    return timestamp


def placed(operations: Sequence[OperationCommand], correlation_id: str, timestamp: str) -> tuple[OperationCommand, ...]:
    """Give each operation without a group one of its own, whose id is a function of the arguments.

    Raises BadGroupError where an operation is there twice.
    """
    found = tuple(_placed(operation, correlation_id, timestamp) for operation in operations)
    keys = [(operation.atomic_group_id, operation.operation_id) for operation in found]
    for index, (group_id, operation_id) in enumerate(keys):
        if (group_id, operation_id) in keys[:index]:
            raise BadGroupError(f"operations[{index}]: operation_id {operation_id!r} is there twice; give each its own")
    return found


def _placed(operation: OperationCommand, correlation_id: str, timestamp: str) -> OperationCommand:
    if operation.atomic_group_id is not None:
        return operation
    group_id = loose_group_id(correlation_id, timestamp, operation.operation_id)
    return operation.model_copy(update={"atomic_group_id": group_id, "sequence_in_group": None})


def groups_of(operations: Sequence[OperationCommand], **fields: Any) -> tuple[AtomicGroup, ...]:
    """Return the groups by their first appearance, with `fields` in each. Raises BadGroupError."""
    members: dict[str, list[OperationCommand]] = {}
    for operation in operations:
        members.setdefault(operation.atomic_group_id or "", []).append(operation)
    return tuple(
        validated_group({"atomic_group_id": group_id, "operations": tuple(found), **fields}, f"group {group_id!r}")
        for group_id, found in members.items()
    )
