"""Which reference a command means, where the operator did not say."""

from allornone.errors import CommandRefusedError
from allornone.models.result import GroupView, OperationView


def reference(view: GroupView, command: str, operation_id: str | None) -> str:
    """Return the one reference of the group that `command` can mean, of `operation_id` where it is given.

    Raises CommandRefusedError where there is none, with the commands that make sense, or where there are
    several.
    """
    candidates = [
        operation
        for operation in view.operations
        if operation.client_ref is not None and operation_id in (None, operation.operation_id)
    ]
    if len(candidates) == 1:
        return str(candidates[0].client_ref)
    if not candidates:
        raise CommandRefusedError(_nothing(view, command))
    raise CommandRefusedError(
        f"{command!r} could mean several references of group {view.atomic_group_id!r}; give one with --ref: "
        + ", ".join(_named(operation) for operation in candidates)
    )


def _nothing(view: GroupView, command: str) -> str:
    found = f"nothing in group {view.atomic_group_id!r}"
    if command == "resolve" and command in view.commands:
        return (
            f"{found} is unknown, so that nothing can be confirmed or failed; --outcome accepted leaves what is stuck"
        )
    return (
        f"{found} waits for {command!r} ({view.status.value}); "
        f"commands that make sense now: {', '.join(view.commands) or 'none'}"
    )


def _named(operation: OperationView) -> str:
    return f"{operation.client_ref} ({operation.operation_id}, {operation.state.value})"
