"""`events`: the event log, read where it lies."""

import asyncio
from typing import Annotated

import typer

from allornone.cli import exits
from allornone.cli.session import finish
from allornone.errors import UnknownGroupError
from allornone.eventlog.layout import kind_of
from allornone.eventlog.reader import EventReader, Position, is_of_kind
from allornone.events import (
    AtomicOperationGroupEvent,
    Event,
    ExecutionDeltaEvent,
    GroupTransitionEvent,
    OperationExecutionEvent,
)
from allornone.settings import load_settings

_COMMAND = ("command", "outcome")
"""The facts of a command that say which it was."""

NOT_SENT = "not sent"
"""What the records call failed as well, and is tried again."""

POLL_S = 0.25
"""A person reads along; the files are looked at, not waited on."""


def events(
    group_id: Annotated[str | None, typer.Argument(metavar="[GROUP]", help="Only this group's.")] = None,
    *,
    kind: Annotated[
        str | None, typer.Option(help="operation, group, delta, transition, or a transition's own kind.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written from now.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one event a line.")] = False,
) -> None:
    """Print the event log: of one group in its order, else file by file. Reads the files; needs no server.

    Example: allornone events basis-1 --kind operation --json
    """
    finish(_events(group_id, kind, follow=follow, as_json=as_json), interrupted="")


async def _events(group_id: str | None, kind: str | None, *, follow: bool, as_json: bool) -> int:
    reader = EventReader(load_settings().log_dir)
    if not follow:
        if group_id is not None and next(reader.events(group_id), None) is None:
            raise UnknownGroupError(f"the log knows no group {group_id!r}; `allornone list` shows the groups there are")
        for event in reader.events(group_id, kind):
            _print(event, as_json=as_json)
        return exits.FINE
    position: Position = {}
    while True:
        found, position = reader.after(position)
        for event in found:
            if group_id in (None, event.atomic_group_id) and (kind is None or is_of_kind(event, kind)):
                _print(event, as_json=as_json)
        await asyncio.sleep(POLL_S)


def _print(event: Event, *, as_json: bool) -> None:
    typer.echo(event.model_dump_json() if as_json else _line(event))


def _line(event: Event) -> str:
    parts = (event.real_utc_time, event.atomic_group_id or "-", f"#{event.seq}", kind_of(event), _what(event))
    return "  ".join(parts)


def _what(event: Event) -> str:
    if isinstance(event, OperationExecutionEvent):
        verdict = f" ({event.reconciliation.verdict.value})" if event.reconciliation else ""
        error = f": {event.error_message}" if event.error_message else ""
        return (
            f"{event.operation_id} {event.operation_type} on {event.venue} "
            f"{event.direction.value} {NOT_SENT if event.outcome == 'not_sent' else event.status}{verdict}{error}"
        )
    if isinstance(event, AtomicOperationGroupEvent):
        return f"{event.group_status}{f': {event.reason}' if event.reason else ''}"
    if isinstance(event, ExecutionDeltaEvent):
        rows = ", ".join(f"{row['position_key']} {row['delta_amount']}" for row in event.deltas)
        return f"{event.source_operation_id} {event.direction.value} {rows}"
    return _transition(event)


def _transition(event: GroupTransitionEvent) -> str:
    given = " ".join(str(event.facts[name]) for name in _COMMAND if event.facts.get(name))
    of = event.operation_id or str(event.facts.get("operation_id") or "")
    parts = (given, of, event.actor and f"by {event.actor}", event.reason)
    return " ".join(part for part in parts if part)
