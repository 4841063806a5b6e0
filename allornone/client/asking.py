"""The question how an open group stands."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from allornone import wire
from allornone.models.result import GroupResult, GroupView

PAUSE_S = 0.1
TRIES = 20


async def asked(handle: WorkflowHandle[Any, GroupResult], timeout_s: float) -> GroupView:
    """Return the group's own answer. A run that has only just begun, as after a continuation, is asked again."""
    tries = 0
    while True:
        try:
            view: GroupView = await handle.query(
                wire.STATUS, result_type=GroupView, rpc_timeout=timedelta(seconds=timeout_s)
            )
        except RPCError as error:
            tries += 1
            if error.status is not RPCStatusCode.FAILED_PRECONDITION or tries == TRIES:
                raise
            await asyncio.sleep(PAUSE_S)
        else:
            return view
