"""One alert: a record of the event log that a person should hear of, in words for machines and people."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from allornone.alerts.contradiction import contradiction
from allornone.events import Event, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.models.operation import DeltaTotals

ALERTING = frozenset({TransitionKind.BLOCKED, TransitionKind.LATE_EFFECT, TransitionKind.ABANDONED})
_BARE = ("retry", "cancel")
"""What a record of an older release may be helped by without an argument."""


class Alert(BaseModel):
    """What a receiver is sent, as one JSON object. The same `event_id` again is the same alert.

    `late_group` is the run that a late effect is put before an operator in; `commands` are lines for a shell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: str
    group: str
    status: str
    reason: str
    time: str
    operations: tuple[dict[str, Any], ...] = ()
    residual: DeltaTotals = Field(default_factory=dict)
    commands: tuple[str, ...] = ()
    late_group: str | None = None
    simulated: bool = False
    ui: str | None = None


def alert_of(event: Event) -> Alert | None:
    """Return the alert of a record, None for one that nobody needs to be called for."""
    if not isinstance(event, GroupTransitionEvent) or (reason := _reason(event)) is None:
        return None
    facts, late_group = event.facts, event.facts.get("late_group")
    return Alert(
        event_id=event.event_id,
        group=event.atomic_group_id,
        status=event.kind.value,
        reason=reason,
        time=event.real_utc_time,
        operations=tuple(facts.get("operations", ())) or _named(event),
        residual=facts.get("residual") or facts.get("new") or {},
        commands=_commands(late_group or event.atomic_group_id, facts, late=bool(late_group)),
        late_group=late_group,
        simulated=event.simulated,
    )


def _reason(event: GroupTransitionEvent) -> str | None:
    if event.kind is TransitionKind.CONFLICT:
        return contradiction(event.facts)
    return event.reason if event.kind in ALERTING else None


def _named(event: GroupTransitionEvent) -> tuple[dict[str, Any], ...]:
    if event.operation_id is None:
        return ()
    return ({"operation_id": event.operation_id, "client_ref": event.client_ref},)


def _commands(group_id: str, facts: Mapping[str, Any], *, late: bool) -> tuple[str, ...]:
    """Return lines that run as they stand. What takes an amount that has to be read at the venue, `status` shows."""
    if late:  # its run begins blocked, and takes these
        helping = [f"allornone cancel {group_id}", f"allornone resolve {group_id} --outcome accepted"]
    else:
        bare = [f"allornone {word} {group_id}" for word in facts.get("commands", ()) if word in _BARE]
        helping = list(facts.get("help", bare))
    return (f"allornone status {group_id}", f"allornone events {group_id}", *helping)
