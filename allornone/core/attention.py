"""What a record of a blocked group says beside its reason: what is concerned, what is left and what would help."""

import shlex
from typing import Any

from allornone.core.advice import advice
from allornone.core.state import GroupState
from allornone.core.view import view
from allornone.models.group import AtomicGroup
from allornone.models.result import OperationState, OperationView

_CONCERNED = frozenset({OperationState.UNKNOWN, OperationState.PENDING, OperationState.CONFIRMED})


def attention(plan: AtomicGroup, state: GroupState) -> dict[str, Any]:
    """Return the facts of the record, in words of JSON."""
    shown = view(plan, state, None)
    return {
        "operations": [_words(each) for each in shown.operations if _is_concerned(each)],
        "residual": {key: f"{amount:f}" for key, amount in shown.residual_deltas.items()},
        "commands": list(shown.commands),
        "help": [shlex.join(each.words(plan.atomic_group_id)) for each in advice(shown) if each.runs],
    }


def _is_concerned(operation: OperationView) -> bool:
    return operation.client_ref is not None or operation.state in _CONCERNED


def _words(operation: OperationView) -> dict[str, Any]:
    words = operation.model_dump(
        mode="json", include={"operation_id", "operation_type", "venue", "state", "direction", "client_ref", "note"}
    )
    return words | {"changed": {key: f"{amount:f}" for key, amount in operation.net_deltas.items()}}
