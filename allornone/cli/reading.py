"""`status` and `list`: how groups stand."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allornone.cli import exits
from allornone.cli.advising import helping, recovering
from allornone.cli.notices import say_notices
from allornone.cli.running import AsJson, GroupId
from allornone.cli.session import connected, finish, say
from allornone.cli.tables import print_group, print_list, print_waiting
from allornone.errors import GroupAbandonedError, NoWorkerError, UnknownGroupError
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView
from allornone.settings import load_settings

if TYPE_CHECKING:
    from allornone.client.attention import Waiting
    from allornone.client.groups import GroupClient
    from allornone.client.lost import LostGroup


def status(group_id: GroupId, *, as_json: AsJson = False) -> None:
    """Show how a group stands, what is left of it, and the commands that make sense now.

    Exits with 0 while it runs or when it completed, 1 rolled back or failed, 3 blocked or partial.

    Example: allornone status basis-1 --json
    """
    finish(_status(group_id, as_json=as_json))


def list_groups(
    *,
    status: Annotated[GroupStatus | None, typer.Option(help="Only groups of this status.")] = None,
    needs_operator: Annotated[
        bool, typer.Option("--needs-operator", help="Only groups that wait for an operator.")
    ] = False,
    strategy: Annotated[str | None, typer.Option(help="Only groups of this strategy.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List groups, the newest first. Works without a worker.

    A group that is `lost` is open in the event log, and this server does not know it: `allornone recover`.
    With --needs-operator: what is known of each group that waits, what was tried, and the commands that would
    help, the most pressing group first.

    Example: allornone list --needs-operator
    """
    if needs_operator:
        finish(_waiting(status, strategy, limit, as_json=as_json))
    finish(_list(status, strategy, limit, as_json=as_json))


async def _status(group_id: str, *, as_json: bool) -> int:
    client = await connected()
    view = await _view(client, group_id)
    late = [found.atomic_group_id for found in await client.list(late_of=group_id)]
    if as_json:
        known = {**view.model_dump(mode="json"), "late_effects": late, "help": helping(view)}
        sys.stdout.write(json.dumps(known, indent=2) + "\n")
    else:
        print_group(view, late)
    say_notices()
    return exits.of_status(view.status)


async def _view(client: "GroupClient", group_id: str) -> GroupView:
    try:
        return await client.status(group_id)
    except NoWorkerError as error:
        say(str(error))
        return await client.outline(group_id)
    except GroupAbandonedError as error:
        from allornone.client.remembered import stopped_view  # noqa: PLC0415 (on first use)

        settings = load_settings()
        stopped = stopped_view(settings.log_dir, group_id, error.how, settings.sweep_every_s)
        if stopped is None:
            raise
        say("its workflow is gone; what follows is from the event log")
        return stopped
    except UnknownGroupError:
        from allornone.client.remembered import remembered_view  # noqa: PLC0415 (on first use)

        known = remembered_view(load_settings().log_dir, group_id)
        if known is None:
            raise
        say("the server does not know this group; what follows is from the event log")
        return known


async def _waiting(status: GroupStatus | None, strategy: str | None, limit: int, *, as_json: bool) -> int:
    from allornone.client.attention import attention, in_order  # noqa: PLC0415 (on first use: it brings Temporal's SDK)

    client, log_dir = await connected(), load_settings().log_dir
    lost = await _lost(client, status, strategy, limit)
    found = await client.list(status=status, strategy=strategy, limit=limit, needs_operator=True)
    waiting = in_order((*await attention(client, found, log_dir), *(each.waiting for each in lost)))
    if as_json:
        sys.stdout.write(json.dumps([_known(each) for each in waiting], indent=2) + "\n")
    else:
        print_waiting(waiting)
    if len(found) == limit:
        say(f"only the newest {limit} were looked at; --limit takes more")
    return exits.FINE


def _known(waiting: "Waiting") -> dict[str, Any]:
    return {
        **waiting.summary.model_dump(mode="json"),
        "told_by": waiting.witness.value,
        "silence": waiting.silence,
        "view": waiting.view.model_dump(mode="json"),
        "help": [recovering(waiting.view)] if waiting.summary.is_lost else helping(waiting.view),
    }


async def _lost(
    client: "GroupClient", status: GroupStatus | None, strategy: str | None, limit: int
) -> "tuple[LostGroup, ...]":
    """Return the groups to be listed that the server does not know, and say how many there are in all."""
    from allornone.client.lost import lost_groups  # noqa: PLC0415 (on first use)

    lost = await lost_groups(client, load_settings().log_dir)
    if lost:
        say(f"lost: this server does not know {len(lost)} open group(s) of the event log; run `allornone recover`")
    fitting = [each for each in lost if status is None and strategy in (None, each.summary.strategy)]
    return tuple(fitting[:limit])


async def _list(status: GroupStatus | None, strategy: str | None, limit: int, *, as_json: bool) -> int:
    client = await connected()
    # First: a server that lost its database cannot even be searched before a worker has prepared it.
    lost = await _lost(client, status, strategy, limit)
    known = await client.list(status=status, strategy=strategy, limit=limit)
    found = (*(each.summary for each in lost), *known)[:limit]
    if as_json:
        sys.stdout.write(json.dumps([group.model_dump(mode="json") for group in found], indent=2) + "\n")
    else:
        print_list(found)
    say_notices()
    return exits.FINE
