"""Waiting until a worker has looked at a group: it takes it, or refuses it by its venues and its limits."""

import asyncio
from typing import TYPE_CHECKING

from allornone.cli.session import say
from allornone.errors import NoWorkerError

if TYPE_CHECKING:
    from allornone.client.groups import GroupClient
    from allornone.models.result import GroupView

PATIENCE_S = 15.0
"""A worker takes a group in well under a second; one that is busy is not waited for."""

EVERY_S = 0.1


async def taken(client: "GroupClient", group_id: str) -> None:
    """Wait until the group's start is on record. Says so where nobody looks in time: the group waits for a worker.

    Raises BadGroupError with the refusal.
    """
    if all(worker.is_dead for worker in await client.workers()):
        say(await client.why_silent())
        return
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not _is_taken(await client.status(group_id)):  # noqa: ASYNC110 (another process records it)
                await asyncio.sleep(EVERY_S)
    except TimeoutError:
        say(f"no worker has looked at it in {PATIENCE_S:.0f} s; `allornone status {group_id}` tells more")
    except NoWorkerError as error:
        say(str(error))


def _is_taken(view: "GroupView") -> bool:
    return view.known_seq > 0 or view.result is not None
