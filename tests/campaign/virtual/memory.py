"""What was computed before: turns, tasks, stretches of activities. All of them are functions of what they are given.

A million schedules begin alike. What is remembered is what the real code answered the first time, so a rig that has
switched a rule off must `forget`.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from activities.tasks import OperationTask, RecordTask
from allornone.core.answer import Answer
from allornone.core.state import GroupState, Notice
from allornone.core.steps import Step
from allornone.eventlog import GroupTrace, Permit, Recorded, ReferenceTrace
from allornone.eventlog.trace import PermitState
from allornone.events import Event
from allornone.models.execution import ExecutionHandshake
from allornone.models.group import AtomicGroup
from allornone.venues.reading import Reading

Task = OperationTask | RecordTask
ENTRIES_MAX = 800_000
"""About 4 GB. At as many, schedules go about twice as fast as at the first 100,000."""


@dataclass(slots=True)
class Turned:
    """What a turn led to; `tasks` are those of its step by the time at which they were begun, each with a node."""

    state: GroupState
    step: Step
    tasks: dict[float, tuple[tuple[Task, int], ...]] = field(default_factory=dict[float, tuple[tuple[Task, int], ...]])


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where an activity came when it was resumed: to its next call, or to its end."""

    node: int
    call: Any
    answer: Any
    problem: Exception | None


turned: dict[tuple[int, GroupState], Turned] = {}
stretches: dict[tuple[int, object], Stretch] = {}
names: dict[str, str] = {}
small: dict[int, tuple[Answer, Answer]] = {}
_kept: list[object] = []
_scopes: dict[tuple[object, ...], int] = {}
_nodes = [0]
_plans: dict[str, AtomicGroup] = {}


def node() -> int:
    """Return the number of another place that an activity may be at."""
    _nodes[0] += 1
    return _nodes[0]


def scope(plan: AtomicGroup, *how: object) -> int:
    """Return the number of a plan at a kind of venue: what is remembered of one is nothing for another."""
    number = _scopes.setdefault((id(plan), *how), node())
    keep(plan)
    return number


def interned(plan: AtomicGroup) -> AtomicGroup:
    """Return the one plan of all that are alike: what is remembered is remembered of it."""
    return _plans.setdefault(plan.model_dump_json(), plan)


def forget() -> None:
    """Forget everything."""
    for memory in (turned, stretches, names, small, _kept, _scopes, _plans):
        memory.clear()


def forget_if_full() -> None:
    """Forget everything where it is too much. Only between two schedules: a world holds on to what is remembered."""
    if len(stretches) + len(turned) > ENTRIES_MAX:
        forget()


def key_of(value: object) -> object:
    """Return what tells an answer to an activity from another, hashable."""
    match value:
        case Permit():
            return value.state if value.state is PermitState.WRITTEN else (
                value.state,
                _trace_key(value.trace),
            ), value.trace.seq
        case ReferenceTrace():
            return _trace_key(value)
        case GroupTrace():
            return value.seq, _event_key(value.started), value.ended
        case Reading():
            return value.state, value.handshake, value.venue_time
        case tuple():
            return tuple(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case dict():
            return tuple(value.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType, reportUnknownMemberType]
        case Exception():
            return type(value), str(value)
        case None | Recorded():
            return value
        case _:
            raise TypeError(f"nobody said how to remember {type(value)}")


def _trace_key(trace: ReferenceTrace) -> object:
    outcome, other = _event_key(trace.outcome), _event_key(trace.contradiction)
    return trace.seq, _event_key(trace.intent), trace.revoked, outcome, other, trace.superseded


def _event_key(event: Event | None) -> object:
    return None if event is None else id(event)


def keep(value: object) -> None:
    """Hold on to what is told apart by its identity."""
    _kept.append(value)


def _hash_handshake(handshake: ExecutionHandshake) -> int:
    return hash((handshake.operation_id, handshake.executed_amount, handshake.status))


def _hash_notice(notice: Notice) -> int:
    return hash((notice.kind, notice.reason, notice.subject))


def hashable(patch: pytest.MonkeyPatch) -> None:
    """Let states be keys: what holds a dictionary is hashed by the rest of it."""
    patch.setattr(ExecutionHandshake, "__hash__", _hash_handshake)
    patch.setattr(Notice, "__hash__", _hash_notice)
