"""`retry`, `cancel`, `resolve`, `pause`, `resume`: what an operator tells an open group."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from allornone.cli import bulk, exits
from allornone.cli.actor import login
from allornone.cli.choosing import reference
from allornone.cli.halting import pause_all, resume_all
from allornone.cli.running import AsJson, GroupId
from allornone.cli.session import bad_command, connected, finish
from allornone.cli.vouching import delta
from allornone.models.commands import (
    CancelCommand,
    CommandReceipt,
    PauseCommand,
    ResolveCommand,
    ResolvedOutcome,
    ResumeCommand,
    RetryCommand,
)

if TYPE_CHECKING:
    from allornone.client.groups import GroupClient

Given = dict[str, Any]
C = TypeVar("C", bound=BaseModel)


Actor = Annotated[str, typer.Option(default_factory=login, help="Who decides; the login user.")]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]
CommandId = Annotated[str | None, typer.Option(help="The same id again is the same command, taken once.")]
Ref = Annotated[str | None, typer.Option(help="The reference meant; the only one there is, if not given.")]
AnyGroup = Annotated[str | None, typer.Argument(metavar="GROUP", help="The group's id.")]
Every = Annotated[bool, typer.Option("--all", help="Every group, open now or started later.")]
Operation = Annotated[str | None, typer.Option(help="The operation meant.")]


def retry(
    group_id: bulk.AnyGroupId = None,
    *,
    actor: Actor,
    ref: Ref = None,
    operation: Operation = None,
    where: bulk.Where = None,
    strategy: bulk.Strategy = None,
    status: bulk.Status = None,
    venue: bulk.AtVenue = None,
    needs_operator: bulk.NeedsOperator = False,
    yes: bulk.Yes = False,
    dry_run: bulk.DryRun = False,
    reason: Reason = "",
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Look again at what is unknown, or try what is stuck once more, now. Never sends what is unknown.

    Instead of a group, say which fit: each open one is told, after a yes. The exit code is 0 when each took it,
    2 when some refused, 4 when some did not answer.

    Example: allornone retry basis-1 --reason "venue is back"

    Example: allornone retry --needs-operator --venue lido --reason "lido is back"
    """
    fits = bulk.chosen(
        group_id, where=where, strategy=strategy, status=status, venue=venue, needs_operator=needs_operator
    )
    given = _given(actor, reason, command_id)
    if fits is None or group_id is not None:
        finish(_retry(str(group_id), given, ref, operation, as_json=as_json))
    if ref is not None or operation is not None:
        raise typer.BadParameter("--ref and --operation are of one group; each of several has its own")
    tell = bulk.retried(lambda ref: _command(RetryCommand, given | {"client_ref": ref}))
    finish(bulk.in_bulk("retry", fits, tell, yes=yes, dry_run=dry_run, as_json=as_json))


def cancel(
    group_id: bulk.AnyGroupId = None,
    *,
    actor: Actor,
    where: bulk.Where = None,
    strategy: bulk.Strategy = None,
    status: bulk.Status = None,
    venue: bulk.AtVenue = None,
    needs_operator: bulk.NeedsOperator = False,
    yes: bulk.Yes = False,
    dry_run: bulk.DryRun = False,
    reason: Reason = "",
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Undo what took effect, and end.

    Instead of a group, say which fit: each open one is told, after a yes. The exit code is 0 when each took it,
    2 when some refused, 4 when some did not answer.

    Example: allornone cancel basis-1 --reason "market moved"

    Example: allornone cancel --where 'Strategy = "basis" AND NeedsOperator = true' --dry-run
    """
    fits = bulk.chosen(
        group_id, where=where, strategy=strategy, status=status, venue=venue, needs_operator=needs_operator
    )
    given = _given(actor, reason, command_id)
    if fits is None or group_id is not None:
        finish(_told(str(group_id), CancelCommand, given, lambda client: client.cancel, as_json=as_json))
    tell = bulk.cancelled(_command(CancelCommand, given))
    finish(bulk.in_bulk("cancel", fits, tell, yes=yes, dry_run=dry_run, as_json=as_json))


def resolve(
    group_id: GroupId,
    *,
    actor: Actor,
    outcome: Annotated[ResolvedOutcome, typer.Option(help="What you vouch for.")],
    ref: Ref = None,
    operation: Operation = None,
    delta: Annotated[
        list[str] | None, typer.Option(help="key=amount, a change the venue shows; may be repeated.")
    ] = None,
    amount: Annotated[str | None, typer.Option(help="How much was executed, in the operation's unit.")] = None,
    evidence: Annotated[str, typer.Option(help="Where you saw it: the venue's id, a transaction hash.")] = "",
    reason: Reason = "",
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Settle what the machine cannot know: it happened, it did not, or what is left is accepted.

    Example: allornone resolve basis-1 --outcome confirmed --delta binance:ETH=-1 --delta lido:stETH=1
    """
    given = _given(actor, reason, command_id) | {"outcome": outcome, "evidence": evidence}
    given |= {"executed_amount": amount} if amount is not None else {}
    finish(_resolve(group_id, given, ref, operation, delta or [], as_json=as_json))


def pause(
    group_id: AnyGroup = None,
    *,
    actor: Actor,
    every: Every = False,
    reason: Reason = "",
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Send nothing new forward. Look-ups and undos go on; `resume` ends it.

    --all sets the halt file too: then no worker of this folder sends anything new forward, for any group.

    Example: allornone pause basis-1 --reason "checking the quotes"
    """
    given = _given(actor, reason, command_id)
    _require_whom(group_id, every=every)
    if group_id is None:
        finish(_pause_all(given))
    finish(_told(group_id, PauseCommand, given, lambda client: client.pause, as_json=as_json))


def resume(
    group_id: AnyGroup = None,
    *,
    actor: Actor,
    every: Every = False,
    reason: Reason = "",
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Go on after a pause. --all takes the halt file away too.

    Example: allornone resume basis-1
    """
    given = _given(actor, reason, command_id)
    _require_whom(group_id, every=every)
    if group_id is None:
        finish(_resume_all(given))
    finish(_told(group_id, ResumeCommand, given, lambda client: client.resume, as_json=as_json))


def _require_whom(group_id: str | None, *, every: bool) -> None:
    if every == (group_id is not None):
        raise typer.BadParameter("name a group, or give --all")


def _given(actor: str, reason: str, command_id: str | None) -> Given:
    return {"actor": actor, "reason": reason, "command_id": command_id}


async def _told(
    group_id: str,
    model: type[C],
    given: Given,
    tell: "Callable[[GroupClient], Callable[[str, C], Awaitable[CommandReceipt]]]",
    *,
    as_json: bool,
) -> int:
    command = _command(model, given)
    return _receipt(await tell(await connected())(group_id, command), as_json=as_json)


async def _retry(group_id: str, given: Given, ref: str | None, operation: str | None, *, as_json: bool) -> int:
    client = await connected()
    if ref is None:
        ref = reference(await client.status(group_id), "retry", operation)
    command = _command(RetryCommand, given | {"client_ref": ref})
    return _receipt(await client.retry(group_id, command), as_json=as_json)


async def _resolve(
    group_id: str, given: Given, ref: str | None, operation: str | None, deltas: list[str], *, as_json: bool
) -> int:
    given = given | {"operation_id": operation, "actual_deltas": dict(delta(text) for text in deltas)}
    client = await connected()
    if ref is None and given["outcome"] is not ResolvedOutcome.ACCEPTED:
        ref = reference(await client.status(group_id), "resolve", operation)
    command = _command(ResolveCommand, given | {"client_ref": ref})
    return _receipt(await client.resolve(group_id, command), as_json=as_json)


async def _pause_all(given: Given) -> int:
    return await pause_all(_command(PauseCommand, given))


async def _resume_all(given: Given) -> int:
    return await resume_all(_command(ResumeCommand, given))


def _command(model: type[C], given: Given) -> C:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise bad_command(error, given, model) from None


def _receipt(receipt: CommandReceipt, *, as_json: bool) -> int:
    typer.echo(receipt.model_dump_json() if as_json else f"{receipt.message} ({receipt.status.value})")
    return exits.FINE
