"""What would help a group, ready to paste: each command with what it does, and what was tried so far."""

import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from allornone.cli.actor import login
from allornone.core.advice import Advice, advice
from allornone.core.attempts import tried
from allornone.models.execution import Direction
from allornone.models.result import Effort, GroupView, OperationState, OperationView
from allornone.positions import parse_key


def command_line(group_id: str, given: Advice) -> str:
    """Return the command as a shell takes it. An amount that has to be read at the venue is left to write."""
    return shlex.join([*given.words(group_id), "--actor", login()])


def helping(view: GroupView) -> list[dict[str, Any]]:
    """Return what would help, for programs: the line, and the update's name and payload."""
    return [
        {
            "command": command_line(view.atomic_group_id, each),
            "why": each.why,
            "update": each.command,
            "payload": {"actor": login(), **each.payload},
        }
        for each in advice(view)
    ]


def recovering(view: GroupView) -> dict[str, Any]:
    """Return what would help a group that the server does not know: no update reaches it."""
    line = shlex.join(["allornone", "recover", "--group", view.atomic_group_id])
    return {"command": line, "why": "go on with it where it stood", "update": None, "payload": {}}


def trouble_lines(view: GroupView, now: datetime | None = None) -> Iterator[str]:
    """Say what is open, what was tried for it, what is left, and which commands would help."""
    moment = now or datetime.now(UTC)
    if view.deadline is not None and view.result is None:
        yield f"deadline: {_moment(view.deadline)} ({_distance(view.deadline - moment)})"
    for operation in view.operations:
        if operation.effort is not None:
            yield from _open_lines(operation, operation.effort, moment)
    if view.needs_operator:
        yield from (f"left at {venue}: {amounts}" for venue, amounts in per_venue(view.residual_deltas).items())
    found = advice(view)
    if found:
        yield "what would help:"
    for each in found:
        yield f"  {each.why}:"
        yield f"    {command_line(view.atomic_group_id, each)}"


def _open_lines(operation: OperationView, effort: Effort, now: datetime) -> Iterator[str]:
    undo = "the undo of " if operation.direction is Direction.ROLLBACK else ""
    if operation.client_ref is not None:
        yield f"open: {undo}{operation.operation_id} at {operation.venue}, reference {operation.client_ref}"
    if operation.state is OperationState.UNKNOWN and operation.direction is Direction.FORWARD:
        asked = ", ".join(f"{venue} {amounts}" for venue, amounts in per_venue(operation.expected_deltas).items())
        yield f"may have moved: {asked}"
    since = f", since {_moment(effort.since)} ({_distance(effort.since - now)})" if effort.since is not None else ""
    yield f"tried: {tried(operation, effort)}{since}"
    if operation.note:
        yield f"last answer: {operation.note}"


def per_venue(deltas: Mapping[str, Decimal]) -> dict[str, str]:
    """Return signed amounts by venue: `ETH -1, Perp ETHUSDT +1`."""
    found: dict[str, list[str]] = {}
    for text, amount in deltas.items():
        key = parse_key(text)
        kind = f"{key.type} " if key.type not in {None, "BaseToken"} else ""
        found.setdefault(key.venue or "-", []).append(f"{kind}{key.token} {amount:+f}")
    return {venue: ", ".join(amounts) for venue, amounts in found.items()}


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _distance(span: timedelta) -> str:
    """Say how far away a moment is: `in 5 min`, `2 h ago`."""
    seconds = abs(span.total_seconds())
    text = next(
        (f"{seconds / size:.0f} {unit}" for size, unit in ((86400, "d"), (3600, "h"), (60, "min")) if seconds >= size),
        f"{seconds:.0f} s",
    )
    return f"{text} ago" if span < timedelta() else f"in {text}"
