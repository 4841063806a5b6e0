"""Events of one small group, to put into a log in any order."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from allornone.eventlog import layout
from allornone.events.delta import ExecutionDeltaEvent
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.operation import OperationExecutionEvent
from allornone.events.transition import GroupTransitionEvent, TransitionKind
from allornone.ids import event_id

GROUP = "carry-1"
FIRST_REF = "a" * 32
SECOND_REF = "b" * 32
NOON = datetime(2025, 1, 27, 12, tzinfo=UTC)
COMMON: dict[str, Any] = {
    "timestamp": "2025-01-27T12:00:00+00:00",
    "real_utc_time": "2025-01-27T12:00:00.5+00:00",
    "correlation_id": "desk-7",
    "pid": 4711,
}


def operation(status: str, ref: str = FIRST_REF, group: str | None = GROUP, **more: Any) -> OperationExecutionEvent:
    """The record of one status of selling spot."""
    fields: dict[str, Any] = {
        "operation_id": "sell-spot",
        "order_id": "sell-spot",
        "operation_type": "SPOT_TRADE",
        "venue": "binance",
        "status": status,
        "source_venue": "binance",
        "target_venue": "binance",
        "source_token": "ETH",
        "target_token": "USDT",
        "operation_details": {"amount": "1.5"},
        "atomic_group_id": group,
        "submitted_at": NOON,
        "client_ref": ref,
        "event_id": event_id(group or "", ref, status),
    }
    return OperationExecutionEvent(**(COMMON | fields | more))


def intent(ref: str = FIRST_REF, group: str = GROUP, **more: Any) -> OperationExecutionEvent:
    """The `pending` record of a reference."""
    return operation("pending", ref, group, **more)


def delta(ref: str = FIRST_REF, **more: Any) -> ExecutionDeltaEvent:
    """The effect of a reference."""
    fields: dict[str, Any] = {
        "source_operation_id": "sell-spot",
        "operation_type": "SPOT_TRADE",
        "deltas": [{"position_key": "binance:BaseToken:ETH", "delta_amount": "-1.5"}],
        "atomic_group_id": GROUP,
        "client_ref": ref,
        "event_id": event_id(GROUP, ref, "delta"),
    }
    return ExecutionDeltaEvent(**(COMMON | fields | more))


def transition(kind: TransitionKind, ref: str | None = None, **more: Any) -> GroupTransitionEvent:
    """What else happens to the group."""
    fields: dict[str, Any] = {
        "atomic_group_id": GROUP,
        "kind": kind,
        "client_ref": ref,
        "event_id": event_id(GROUP, kind.value, ref or ""),
    }
    return GroupTransitionEvent(**(COMMON | fields | more))


def revocation(ref: str = FIRST_REF, **more: Any) -> GroupTransitionEvent:
    """The fence of a reference."""
    return transition(TransitionKind.REVOKED, ref, **more)


STARTED = transition(TransitionKind.STARTED)
COMMAND = transition(TransitionKind.COMMAND)
CONFIRMED = operation("confirmed")


def end(status: str = "completed", **more: Any) -> AtomicOperationGroupEvent:
    """The end record."""
    fields: dict[str, Any] = {
        "atomic_group_id": GROUP,
        "total_operations": 1,
        "group_status": status,
        "operations": [],
        "execution_time_ms": 12.5,
        "rollback_triggered": False,
        "event_id": event_id(GROUP, "end", status),
    }
    return AtomicOperationGroupEvent(**(COMMON | fields | more))


def lines(directory: Path, file: str) -> list[dict[str, Any]]:
    """The lines of one file, as any JSON reader sees them."""
    return [json.loads(line) for line in (directory / "events" / file).read_text().splitlines()]


def written(directory: Path) -> list[tuple[int, str]]:
    """The `seq` and the kind or status of every record, in the order of `seq`."""
    found = [line for file in layout.MODELS for line in lines(directory, file)]
    return sorted((line["seq"], _word(line)) for line in found if line.get("kind") != "log_recovered")


def _word(line: dict[str, Any]) -> str:
    for field in ("kind", "status", "group_status"):
        if field in line:
            return str(line[field])
    return "delta"
