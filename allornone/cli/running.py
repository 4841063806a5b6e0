"""`run`, `submit` and `watch`: a group started, and followed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allornone.cli.notices import say_halt
from allornone.cli.progress import followed
from allornone.cli.session import connected, finish, say
from allornone.cli.taking import taken
from allornone.client.handle import GroupHandle
from allornone.documents import read_group
from allornone.models.group import AtomicGroup

if TYPE_CHECKING:
    from allornone.client.groups import GroupClient

File = Annotated[Path, typer.Argument(help="The group, JSON or YAML; - is standard input.", allow_dash=True)]
NewId = Annotated[str | None, typer.Option("--id", help="Submit under this id instead of the file's.")]
Simulated = Annotated[bool, typer.Option("--simulated", help="Rehearse it: venues predict, nothing is sent.")]
Timeout = Annotated[float | None, typer.Option(min=0, help="Stop following after so many seconds.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
GroupId = Annotated[str, typer.Argument(metavar="GROUP", help="The group's id.")]


def run(
    file: File,
    *,
    group_id: NewId = None,
    timeout: Timeout = None,
    simulated: Simulated = False,
    as_json: AsJson = False,
) -> None:
    """Submit a group and follow it to its end, or until it needs an operator.

    Ctrl-C stops following; the group goes on. The same file again attaches to the same group.

    Example: allornone run examples/basis_entry.yaml --id basis-2
    """
    finish(
        _run(file, group_id, timeout, simulated=simulated, as_json=as_json),
        interrupted="the group goes on; `allornone list` shows it, `allornone watch GROUP` follows it",
    )


def submit(
    file: File,
    *,
    group_id: NewId = None,
    simulated: Simulated = False,
    detach: Annotated[bool, typer.Option("--detach", help="Do not wait until a worker has taken it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Submit a group, wait until a worker has taken it, and print its id.

    A worker refuses what its venues or its limits do not allow: then this exits with 2, and the id stays taken.
    Without a worker it returns at once, and the group waits for one.

    Example: allornone submit examples/basis_entry.yaml
    """
    finish(
        _submit(file, group_id, simulated=simulated, detach=detach, as_json=as_json),
        interrupted="if it was submitted the group goes on; `allornone list` shows it",
    )


def watch(group_id: GroupId, *, timeout: Timeout = None, as_json: AsJson = False) -> None:
    """Follow a group to its end, also while it is blocked.

    Example: allornone watch basis-1
    """
    finish(
        _watch(group_id, timeout, as_json=as_json),
        interrupted=f"the group goes on; `allornone watch {group_id}` follows it again",
    )


async def _run(file: Path, group_id: str | None, timeout_s: float | None, *, simulated: bool, as_json: bool) -> int:
    group = _read(file, group_id, simulated=simulated)
    client = await connected()
    handle = await _submitted(client, group)
    return await followed(client, handle.group_id, timeout_s=timeout_s, as_json=as_json, leave_blocked=True)


async def _submit(file: Path, group_id: str | None, *, simulated: bool, detach: bool, as_json: bool) -> int:
    group = _read(file, group_id, simulated=simulated)
    client = await connected()
    handle = await _submitted(client, group)
    if not detach:
        await taken(client, handle.group_id)
    known = {"atomic_group_id": handle.group_id, "plan_hash": handle.plan_hash, "attached": handle.attached}
    typer.echo(json.dumps(known) if as_json else handle.group_id)
    return 0


async def _watch(group_id: str, timeout_s: float | None, *, as_json: bool) -> int:
    client = await connected()
    return await followed(client, group_id, timeout_s=timeout_s, as_json=as_json, leave_blocked=False)


def _read(file: Path, group_id: str | None, *, simulated: bool) -> AtomicGroup:
    group = read_group(file, group_id=group_id)
    return group.model_copy(update={"simulated": True}) if simulated else group


async def _submitted(client: "GroupClient", group: AtomicGroup) -> GroupHandle:
    for warning in client.check(group):
        say(f"warning: {warning}")
    handle = await client.submit(group)
    count = len(group.operations)
    what = "is there already; attached to it" if handle.attached else f"submitted, {count} operation(s)"
    say(f"group {handle.group_id}: {what}")
    say_halt()
    return handle
