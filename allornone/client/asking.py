"""The question how an open group stands."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from allornone import wire
from allornone.models.result import GroupResult, GroupView

PAUSE_S = 0.1
TRIES = 20


async def asked(handle: WorkflowHandle[Any, GroupResult], timeout_s: float) -> GroupView:
    """Return the group's own answer.

    A run that has only just begun, as after a continuation, is asked again, and one that says so.
    """
    tries = 0
    problem: RPCError | WorkflowQueryFailedError
    while True:
        try:
            view: GroupView = await handle.query(
                wire.STATUS, result_type=GroupView, rpc_timeout=timedelta(seconds=timeout_s)
            )
        except RPCError as error:
            again, problem = error.status is RPCStatusCode.FAILED_PRECONDITION, error
        except WorkflowQueryFailedError as error:
            again, problem = wire.ASK_AGAIN in str(error), error
        else:
            return view
        tries += 1
        if not again or tries == TRIES:
            raise problem
        await asyncio.sleep(PAUSE_S)
