"""Which operation a reference is of: references follow from their cause, so that it is found by trying."""

from itertools import product

from allornone.ids import client_ref
from allornone.models.execution import Direction
from allornone.models.result import GroupResult

EPOCHS_MAX = 64
"""Sends of one operation in one direction that are tried; few groups have more than three."""


def named(result: GroupResult, ref: str) -> str:
    """Return what a person calls a reference: `buy`, `the undo of buy`, or itself where it is not found."""
    directions = ((Direction.FORWARD, ""), (Direction.ROLLBACK, "the undo of "))
    for epoch, each, (direction, undo) in product(range(1, EPOCHS_MAX + 1), result.operations, directions):
        if client_ref(result.atomic_group_id, result.plan_hash, each.operation_id, direction.value, epoch) == ref:
            return f"{undo}{each.operation_id}"
    return ref
