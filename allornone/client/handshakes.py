"""One final handshake per operation: what a strategy that thinks in handshakes gets back from a group."""

from collections.abc import Iterable

from allornone.deltas import add, without_zero
from allornone.models.execution import ExecutionHandshake, ExecutionStatus
from allornone.models.operation import OperationCommand
from allornone.models.result import GroupResult, GroupView, OperationResult, OperationState, OperationView
from allornone.units import total

NEVER_SENT = "EXEC-005"
"""The seed's registry: the atomic group failed."""

_STATUS = {
    OperationState.PLANNED: ExecutionStatus.FAILED,
    OperationState.PENDING: ExecutionStatus.PENDING,
    OperationState.CONFIRMED: ExecutionStatus.CONFIRMED,
    OperationState.FAILED: ExecutionStatus.FAILED,
    OperationState.UNKNOWN: ExecutionStatus.UNKNOWN,
    OperationState.ROLLED_BACK: ExecutionStatus.ROLLED_BACK,
}


def never_sent(operation_id: str, why: str) -> ExecutionHandshake:
    """Return the handshake of an operation that no venue has seen."""
    return ExecutionHandshake(
        operation_id=operation_id,
        status=ExecutionStatus.FAILED,
        error_code=NEVER_SENT,
        error_message=f"never sent: {why}",
    )


def final_handshakes(result: GroupResult) -> tuple[ExecutionHandshake, ...]:
    """Return the final handshake of each operation of a group that ended, in its order."""
    why = f"group {result.atomic_group_id!r} ended {result.status.value}"
    why += f" ({result.reason})" if result.reason else ""
    return tuple(_final(operation, why) for operation in result.operations)


def _final(operation: OperationResult, why: str) -> ExecutionHandshake:
    """Fold every reference of one operation: its last forward handshake, with the deltas and fees of all.

    Undone ones too: whoever adds up the deltas of the handshakes has the change of the positions.
    """
    if not operation.handshakes:
        return never_sent(operation.operation_id, why)
    last, sent = operation.handshakes[-1], (*operation.handshakes, *operation.undo_handshakes)
    folded = last.model_copy(update={"status": _STATUS[operation.state]})
    return folded if len(sent) == 1 else folded.model_copy(update=_sums(operation, sent))


def _sums(operation: OperationResult, sent: tuple[ExecutionHandshake, ...]) -> dict[str, object]:
    fees = tuple(fee for handshake in sent for fee in handshake.fees)
    currency = fees[0].currency if fees else sent[-1].fee_currency
    return {
        "actual_deltas": without_zero(add(*(handshake.actual_deltas for handshake in sent))),
        "executed_amount": total(handshake.executed_amount for handshake in operation.handshakes),
        "fees": fees,
        "fee_currency": currency,
        "fee_amount": total(handshake.fee_amount for handshake in sent if handshake.fee_currency == currency),
    }


def handshakes_so_far(view: GroupView | None) -> tuple[ExecutionHandshake, ...]:
    """Return what is known of each operation of a group that is still open, its net deltas included."""
    return tuple(_so_far(operation) for operation in view.operations) if view else ()


def _so_far(operation: OperationView) -> ExecutionHandshake:
    if operation.state is OperationState.PLANNED:
        return never_sent(operation.operation_id, "the group has not come to it")
    return ExecutionHandshake(
        operation_id=operation.operation_id,
        status=_STATUS[operation.state],
        actual_deltas=operation.net_deltas,
        error_message=operation.note or None,
    )


def in_order(
    operations: Iterable[OperationCommand], handshakes: dict[tuple[str, str], ExecutionHandshake]
) -> list[ExecutionHandshake]:
    """Return the handshakes, kept by (group id, operation id), in the order of `operations`."""
    keys = ((operation.atomic_group_id or "", operation.operation_id) for operation in operations)
    return [handshakes[key] for key in keys if key in handshakes]
