"""What an event says, apart from when, where and in which attempt it was written."""

import hashlib
from typing import Any

import orjson

from allornone.eventlog.line import Fields
from allornone.events import Event
from allornone.events.transition import GroupTransitionEvent, TransitionKind
from allornone.ids import event_id

CIRCUMSTANCES = frozenset(
    {"seq", "timestamp", "real_utc_time", "pid", "attempt", "submitted_at", "executed_at"},
)
"""What may differ between two records of the same facts: an activity that ran twice."""


def plain(event: Event) -> Fields:
    """Return the fields of `event` as JSON values; integers that JSON readers would spoil become strings."""
    fields = event.model_dump(mode="json")
    try:
        orjson.dumps(fields)
    except TypeError:
        return {name: _within_64_bits(value) for name, value in fields.items()}
    return fields


def _within_64_bits(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _within_64_bits(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_within_64_bits(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    return value


def fingerprint(fields: Fields) -> bytes:
    """Return 16 bytes that two records share when they state the same facts, whatever the order of keys."""
    stated = fields.copy()
    for name in CIRCUMSTANCES:
        stated.pop(name, None)
    return hashlib.blake2b(orjson.dumps(stated, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def conflict(kept: Fields, found: Fields) -> GroupTransitionEvent:
    """Return the transition that keeps both of two records which cannot both be true.

    Its `event_id` is a function of the two.
    """
    causes = kept["event_id"], fingerprint(kept).hex(), fingerprint(found).hex()
    return GroupTransitionEvent(
        timestamp=found["timestamp"],
        real_utc_time=found["real_utc_time"],
        correlation_id=found["correlation_id"],
        pid=found["pid"],
        atomic_group_id=found["atomic_group_id"] or "",
        kind=TransitionKind.CONFLICT,
        reason="a record of the same thing with other facts was already kept",
        operation_id=found.get("operation_id") or found.get("source_operation_id"),
        client_ref=found.get("client_ref"),
        facts={"kept": kept, "found": found},
        event_id=event_id("conflict", *causes),
        simulated=found["simulated"],
    )
