"""The command `recover`: after the loss of a server's database, or on another server, open groups go on."""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable

import typer
from pydantic import BaseModel, ConfigDict
from temporalio.client import Client

from allornone.cli import exits
from allornone.cli.session import finish, say
from allornone.client.connect import connect
from allornone.client.faults import told
from allornone.client.recovery import Fate, Found, Recovery
from allornone.errors import BadGroupError, BadSettingsError
from allornone.eventlog import EventLog
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.layout import EVENTS
from allornone.settings import Settings, load_settings
from worker.namespace import register_search_attributes

AT_ONCE = 8
"""Groups taken up side by side: enough to share the log's syncs, few enough for a server that has just begun."""

TOLD_EVERY = 50


class Taken(BaseModel):
    """What `recover` found of one group, and whether it was, or would be, taken up.

    `needs_operator`: it was ended or deleted by somebody, so that it begins blocked. `error`: why it could not be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    atomic_group_id: str
    fate: str
    taken_up: bool = False
    needs_operator: bool = False
    why: str = ""
    error: str | None = None


def recover(group_id: str | None, *, reason: str, dry_run: bool, as_json: bool) -> None:
    """Run the command, to its exit code."""
    finish(_recover(group_id, reason, dry_run=dry_run, as_json=as_json))


async def _recover(group_id: str | None, reason: str, *, dry_run: bool, as_json: bool) -> int:
    settings = load_settings()
    log = _opened(settings)
    client = await connect(settings)
    with told("recover"):
        if not dry_run:
            # A group that is started before its attributes are known hangs for good.
            await register_search_attributes(client)
        groups = await _groups(log, group_id)
        taken = await _all(client, settings, log, groups, reason, dry_run=dry_run)
    if as_json:
        sys.stdout.write(json.dumps([each.model_dump() for each in taken], indent=2) + "\n")
    else:
        _print(taken, dry_run=dry_run)
    return _code(taken)


def _opened(settings: Settings) -> JsonlEventLog:
    if not (settings.log_dir / EVENTS).is_dir():
        raise BadSettingsError(
            f"no event log under {settings.log_dir}; set ALLORNONE_LOG_DIR (or ALLORNONE_DATA_DIR) to the one "
            "that the lost groups were recorded in"
        )
    return JsonlEventLog(settings.log_dir)


async def _groups(log: EventLog, group_id: str | None) -> tuple[str, ...]:
    if group_id is None:
        return await log.open_groups()
    if (await log.group(group_id)).started is None:
        raise BadGroupError(f"the event log has no group {group_id!r}; `allornone events` prints what it has")
    return (group_id,)


async def _all(
    client: Client, settings: Settings, log: EventLog, groups: tuple[str, ...], reason: str, *, dry_run: bool
) -> list[Taken]:
    recovery, limit, done = Recovery(client, settings.task_queue, log), asyncio.Semaphore(AT_ONCE), 0

    async def one(group_id: str) -> Taken:
        nonlocal done
        async with limit:
            taken = await _one(recovery, group_id, _taking(recovery, reason) if not dry_run else None)
        done += 1
        if done % TOLD_EVERY == 0:
            say(f"{done} of {len(groups)} groups")
        return taken

    return list(await asyncio.gather(*(one(group_id) for group_id in groups)))


def _taking(recovery: Recovery, reason: str) -> Callable[[Found], Awaitable[Found]]:
    actor = _login()
    return lambda found: recovery.take_up(found, actor=actor, reason=reason)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


async def _one(recovery: Recovery, group_id: str, take: Callable[[Found], Awaitable[Found]] | None) -> Taken:
    try:
        found = await recovery.find(group_id)
        lost = found.fate in (Fate.LOST, Fate.STOPPED)
        if lost and take is not None:
            found = await take(found)
    except BadGroupError as unreadable:
        return Taken(atomic_group_id=group_id, fate="unreadable", error=str(unreadable))
    return Taken(
        atomic_group_id=group_id,
        fate=found.fate.value,
        taken_up=lost and found.fate in (Fate.LOST, Fate.STOPPED),
        needs_operator=found.orphaned is not None,
        why=found.why,
    )


def _print(taken: list[Taken], *, dry_run: bool) -> None:
    if not taken:
        say("the event log has no open group")
    verb = "would be taken up" if dry_run else "taken up"
    for each in taken:
        what = each.error or (f"{verb}: {each.why}" if each.taken_up else f"left alone: {each.fate} {each.why}".strip())
        waits = "; waits for an operator" if each.needs_operator and each.taken_up else ""
        typer.echo(f"{each.atomic_group_id}  {what}{waits}")
    up = sum(each.taken_up for each in taken)
    say(f"{up} of {len(taken)} open groups {verb}")


def _code(taken: list[Taken]) -> int:
    if any(each.error for each in taken):
        return exits.UNDONE
    return exits.STUCK if any(each.needs_operator and each.taken_up for each in taken) else exits.FINE
