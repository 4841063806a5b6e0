"""`retry` and `cancel` for every open group that fits: said first, asked, done side by side, told one by one."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from allornone.cli import exits
from allornone.cli.choosing import reference
from allornone.cli.session import connected, say
from allornone.cli.tables import print_list
from allornone.models.commands import CancelCommand, CommandReceipt, RetryCommand
from allornone.models.group import GroupStatus

if TYPE_CHECKING:
    from allornone.client.bulk import Told
    from allornone.client.groups import GroupClient
    from allornone.client.listing import Fits, GroupSummary

    Tell = Callable[[GroupClient, str], Awaitable[CommandReceipt]]

SHOWN = 20
"""More lines than that push the question off the screen."""

AnyGroupId = Annotated[str | None, typer.Argument(metavar="[GROUP]", help="The group's id; or say which fit.")]
Where = Annotated[
    str | None, typer.Option(help="Every open group that fits, in Temporal's words: 'Strategy = \"basis\"'.")
]
Strategy = Annotated[str | None, typer.Option(help="Every open group of this strategy.")]
Status = Annotated[GroupStatus | None, typer.Option(help="Every open group of this status.")]
AtVenue = Annotated[str | None, typer.Option("--venue", help="Every open group whose plan names this venue.")]
NeedsOperator = Annotated[bool, typer.Option("--needs-operator", help="Every open group that needs an operator.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say which groups it would be.")]


def chosen(
    group_id: str | None,
    *,
    where: str | None,
    strategy: str | None,
    status: GroupStatus | None,
    venue: str | None,
    needs_operator: bool,
) -> "Fits | None":
    """Return what the groups must fit, None where one is named. Raises BadParameter for neither, or both."""
    fits: Fits = {
        "where": where,
        "strategy": strategy,
        "status": status,
        "venue": venue,
        "needs_operator": needs_operator or None,
        "open_only": True,
    }
    given = any(value is not None for name, value in fits.items() if name != "open_only")
    if given == (group_id is not None):
        raise typer.BadParameter("name a group, or say which fit (--where, --strategy, --status, --venue, ...)")
    return fits if given else None


def cancelled(command: CancelCommand) -> "Tell":
    """Return how one of several groups is told to cancel."""
    return lambda client, group_id: client.cancel(group_id, command)


def retried(command: Callable[[str], RetryCommand]) -> "Tell":
    """Return how one of several groups is told to retry: which reference it means is asked for right before."""

    async def tell(client: "GroupClient", group_id: str) -> CommandReceipt:
        ref = reference(await client.status(group_id), "retry", None)
        return await client.retry(group_id, command(ref))

    return tell


async def in_bulk(
    name: str,
    fits: "Fits",
    tell: "Tell",
    *,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Tell every open group that fits, after a yes. Returns 0, 2 where some refused, 4 where some did not answer."""
    from allornone.client.bulk import tell_all  # noqa: PLC0415 (on first use: it brings Temporal's SDK)

    client = await connected()
    found = await client.list(limit=None, **fits)
    if dry_run or not found:
        _preview(name, found, as_json=as_json)
        return exits.FINE
    if not yes and not _agreed(name, found):
        say("nothing was told to any group; --yes does it without a question")
        return exits.BAD_INPUT
    outcomes: list[Told] = []
    async for told in tell_all([each.atomic_group_id for each in found], lambda group_id: tell(client, group_id)):
        outcomes.append(told)
        say(f"[{len(outcomes)}/{len(found)}] group {told.atomic_group_id}: {told.reception.value}: {told.message}")
    return _summed(outcomes, as_json=as_json)


def _preview(name: str, found: "tuple[GroupSummary, ...]", *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps([group.model_dump(mode="json") for group in found], indent=2) + "\n")
    elif found:
        print_list(found)
    say(f"{name} would go to {len(found)} open group(s)")


def _agreed(name: str, found: "tuple[GroupSummary, ...]") -> bool:
    for group in found[:SHOWN]:
        say(f"  {group.atomic_group_id}  {group.status}  {group.strategy or '-'}")
    if len(found) > SHOWN:
        say(f"  and {len(found) - SHOWN} more; --dry-run shows all of them")
    try:
        return typer.confirm(f"{name} these {len(found)} open group(s)?", err=True)
    except typer.Abort:  # nobody is there to answer
        return False


def _summed(outcomes: "list[Told]", *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps([told.model_dump(mode="json") for told in outcomes], indent=2) + "\n")
    counts = {"taken": 0, "refused": 0, "unanswered": 0}
    for told in outcomes:
        counts[told.reception.value] += 1
    say(", ".join(f"{count} {word}" for word, count in counts.items() if count))
    if counts["unanswered"]:
        return exits.NO_SERVER
    return exits.BAD_INPUT if counts["refused"] else exits.FINE
