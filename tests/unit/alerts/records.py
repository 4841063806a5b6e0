"""Records of the event log that somebody should hear of."""

from typing import Any

from allornone.alerts.alert import Alert, alert_of
from allornone.events import GroupTransitionEvent
from allornone.events.transition import TransitionKind


def record(kind: TransitionKind = TransitionKind.BLOCKED, number: int = 1, **more: Any) -> GroupTransitionEvent:
    """Return a record of group g-1."""
    given: dict[str, Any] = {
        "timestamp": "2026-01-05T12:00:00+00:00",
        "real_utc_time": "2026-01-05T12:00:00+00:00",
        "correlation_id": "",
        "pid": 7,
        "atomic_group_id": "g-1",
        "kind": kind,
        "reason": "the outcome of sell is unknown",
        "event_id": f"{number:032x}",
        **more,
    }
    return GroupTransitionEvent.model_validate(given)


def alert(number: int = 1, **more: Any) -> Alert:
    """Return the alert of such a record."""
    made = alert_of(record(number=number, **more))
    assert made is not None
    return made
