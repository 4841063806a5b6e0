"""A group while it runs: asked how it stands, and told what an operator says."""

import asyncio
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from allornone import wire
from allornone.client.asking import asked
from allornone.models.commands import Command, RetryCommand
from allornone.models.group import ENDS
from allornone.models.result import GroupResult, GroupView

QUERY_S = 480
LOOK_AGAIN_S = 2
BUSY = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.UNAVAILABLE)
"""What the server says of a run whose workflow tasks time out because the machine has not got to them."""

Handle = WorkflowHandle[Any, GroupResult]


async def view_of(handle: Handle) -> GroupView:
    """Ask how a group stands, again where a machine that is busy has not got to it in the server's own time."""
    while True:
        try:
            return await asked(handle, QUERY_S)
        except RPCError as error:
            if error.status not in BUSY:
                raise


async def needs_operator(handle: Handle) -> bool:
    """Wait until a group asks for a person, or ends without one."""
    while True:
        view = await view_of(handle)
        if view.needs_operator or view.status in ENDS:
            return view.needs_operator
        await asyncio.sleep(LOOK_AGAIN_S)


async def told(handle: Handle, command: Command) -> bool:
    """Give a command; tell whether the group took it. One that a busy machine did not get to may be taken yet."""
    name = wire.RETRY if isinstance(command, RetryCommand) else wire.RESOLVE_UPDATE
    try:
        await handle.execute_update(name, command)  # pyright: ignore[reportUnknownMemberType] (of the SDK)
    except WorkflowUpdateFailedError:
        return False
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        if isinstance(error.__cause__, asyncio.CancelledError):
            raise error.__cause__ from None  # who waits was cancelled: no error of the server's
        return False
    except RPCError as error:
        if error.status not in BUSY:
            raise
        return False
    return True
