"""Atomic operation groups across trading venues: what strategies and venue authors import."""

from typing import TYPE_CHECKING, Any

from allornone.models.details import OperationType
from allornone.models.execution import ExecutionHandshake, ExecutionStatus
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.operation import OperationCommand
from allornone.models.result import GroupResult

if TYPE_CHECKING:
    from allornone.client.execution import ExecutionManager
    from allornone.client.groups import GroupClient

__all__ = [
    "AtomicGroup",
    "ExecutionHandshake",
    "ExecutionManager",
    "ExecutionStatus",
    "GroupClient",
    "GroupResult",
    "GroupStatus",
    "OperationCommand",
    "OperationType",
]


def __getattr__(name: str) -> Any:
    """Load the client on first use: workflows import this package too, and must not see a connection."""
    if name == "GroupClient":
        from allornone.client.groups import GroupClient  # noqa: PLC0415 (on first use)

        return GroupClient
    if name == "ExecutionManager":
        from allornone.client.execution import ExecutionManager  # noqa: PLC0415 (on first use)

        return ExecutionManager
    raise AttributeError(f"module 'allornone' has no attribute {name!r}")
