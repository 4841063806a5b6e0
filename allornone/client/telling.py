"""An operator's word to an open group: taken once, however often it is sent."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.service import RPCError, RPCStatusCode

from allornone.client.faults import of_refused_update
from allornone.client.listing import summary_of
from allornone.core.command import refuse_reserved
from allornone.core.meaning import meaning
from allornone.errors import CommandRefusedError, NoWorkerError
from allornone.ids import digest
from allornone.models.commands import Command, CommandReceipt
from allornone.models.result import GroupResult

TAKEN_WITHIN_S = 5.0
"""A worker takes a command in well under a second."""

SETTLED_WITHIN_S = 75.0
"""An operator's word waits for the look-up that it is held against, and that for its venue."""

_FAILING = (
    "the workflow tasks of the group fail or are not answered in time, so no worker took the command; see the workers' "
    "logs and `Workflow Task Failed` in the workflow's history"
)

RUNS_MAX = 5
"""How many runs of one group in a row a command may just miss."""


async def tell(handle: WorkflowHandle[Any, GroupResult], name: str, command: Command) -> CommandReceipt:
    """Send `command` and wait until the group took it and settled it.

    Without a `command_id` it is given one, so that the group can tell it sent again from another. Raises
    CommandRefusedError in the group's words, or for an id that is reserved, NoWorkerError when nobody took it in time:
    it may still be taken.
    """
    refuse_reserved(command.command_id or "")
    named = command.model_copy(update={"command_id": command.command_id or uuid4().hex})
    for _ in range(RUNS_MAX):
        try:
            return await _sent(handle, name, named)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            status = summary_of(description := await handle.describe()).status
            if description.status is not WorkflowExecutionStatus.RUNNING:
                ended = f"group {handle.id!r} has ended ({status}); no command makes sense any more"
                raise CommandRefusedError(ended) from error
            # The run that was told has just been continued by another: that one is told next.
    raise NoWorkerError(f"group {handle.id!r} goes from run to run and takes no command; send it again")


async def _sent(handle: WorkflowHandle[Any, GroupResult], name: str, named: Command) -> CommandReceipt:
    taken = False
    try:
        update = await handle.start_update(  # pyright: ignore[reportUnknownMemberType] (of the SDK)
            name,
            named,
            id=_update_id(named),
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
            result_type=CommandReceipt,
            rpc_timeout=timedelta(seconds=TAKEN_WITHIN_S),
        )
        taken = True
        async with asyncio.timeout(SETTLED_WITHIN_S):
            receipt: CommandReceipt = await update.result()
    except WorkflowUpdateFailedError as error:
        raise of_refused_update(error) from error
    except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
        raise NoWorkerError(_unanswered(named, taken=taken)) from error
    except RPCError as error:
        if not _is_turned_down(error):
            raise
        raise NoWorkerError(f"{_FAILING}; {_again(named)}") from error
    return receipt


def _is_turned_down(error: RPCError) -> bool:
    """Tell whether the server gave an update back because no workflow task of the run succeeds."""
    aborted = error.status is RPCStatusCode.UNAVAILABLE and "update was aborted" in error.message
    return aborted or error.status is RPCStatusCode.FAILED_PRECONDITION


def _update_id(named: Command) -> str:
    """Return the same id for the same command only: the server answers a known one itself, and asks no group."""
    return f"{named.command_id}:{digest(meaning(named))[:16]}"


def _unanswered(named: Command, *, taken: bool) -> str:
    again = _again(named)
    if taken:
        return f"the group took the command and has not settled it within {SETTLED_WITHIN_S:.0f} s; {again}"
    return f"no worker took the command within {TAKEN_WITHIN_S:.0f} s; one that comes may still take it; {again}"


def _again(named: Command) -> str:
    return f"to be sure, send it again with --command-id {named.command_id}"
