"""Workers of an old life, frozen before their intent or before their send, and woken after the recovery."""

import asyncio
import os
import signal
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from allornone.client.groups import GroupClient
from allornone.client.start import start
from allornone.models.group import GroupStatus
from allornone.venues.paper import PaperWorld
from tests.e2e.lost_server import recover, server_in, worker_at
from tests.plans import SELL, STAKE, group
from tests.verified import verified
from tests.witness import Witness

PATIENCE_S = 90
FROZEN = {"before-intent": "frozen-1", "before-send": "frozen-2"}
"""The moment at which the worker of each group is frozen."""


async def exists(folder: Path, pattern: str) -> None:
    """Wait until a file of that name is there."""
    async with asyncio.timeout(PATIENCE_S):
        while not list(folder.glob(pattern)):  # noqa: ASYNC110, ASYNC240 (other processes write it)
            await asyncio.sleep(0.1)


async def is_frozen(pid: int) -> None:
    """Wait until a process is stopped."""
    async with asyncio.timeout(PATIENCE_S):
        while Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "T":  # noqa: ASYNC110, ASYNC240 (a process)
            await asyncio.sleep(0.1)


async def test_a_zombie_of_the_old_life_that_wakes_after_the_recovery_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "marks").mkdir()
    for moment, name in FROZEN.items():
        (tmp_path / "marks" / f"{name}.stake.forward.{moment}").write_text("stop")
    with (
        server_in(tmp_path) as server,
        worker_at(server.target, "queue-1", tmp_path) as first,
        worker_at(server.target, "queue-2", tmp_path) as second,
    ):
        client = await Client.connect(server.target, data_converter=pydantic_data_converter)
        for worker, (number, name) in zip((first, second), enumerate(FROZEN.values(), start=1), strict=True):
            await start(client, f"queue-{number}", group(name, SELL, STAKE))
            await is_frozen(worker.pid)
        server.lose()
        server.start()
        code, taken = await asyncio.to_thread(recover, server, "fresh", tmp_path)
        with worker_at(server.target, "fresh", tmp_path):
            client = await Client.connect(server.target, data_converter=pydantic_data_converter)
            groups = GroupClient(client, task_queue="fresh")
            async with asyncio.timeout(PATIENCE_S):
                results = [await groups.result(name) for name in FROZEN.values()]
            for worker in (first, second):
                os.kill(worker.pid, signal.SIGCONT)
            # The time of both is over, so that the first has nothing to intend any more, and asks for its revocation.
            await exists(tmp_path / "traces", f"{first.pid}.frozen-1.stake.superseded")
            await exists(tmp_path / "traces", f"{second.pid}.frozen-2.stake.forward.sent")
            await verified(tmp_path, server.target)

    assert (code, [each["taken_up"] for each in taken]) == (0, [True, True])
    assert [result.status for result in results] == [GroupStatus.COMPLETED] * 2
    assert effects(tmp_path, "frozen-1") == ["sell forward closed", "stake forward closed"]
    assert effects(tmp_path, "frozen-2") == ["sell forward closed", "stake forward closed"]


def effects(folder: Path, name: str) -> list[str]:
    """Return the orders of a group that took effect."""
    world = PaperWorld(folder)
    mine = {event.client_ref for event in Witness(folder / "logs", world, name).operations()}
    found = [order for order in world.ledger.orders() if order.client_ref in mine and order.filled]
    world.close()
    return [f"{order.operation_id} {order.direction} {order.state.value}" for order in found]
