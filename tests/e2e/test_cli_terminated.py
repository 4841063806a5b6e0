"""What a person sees of a group whose workflow somebody ended in Temporal: that it is not over, and each group once."""

import asyncio
import json

from temporalio.client import Client

from tests.e2e.desk import Desk, until
from tests.e2e.test_cli_recover import says
from tests.e2e.test_cli_silent import left_blocked


def statuses(desk: Desk, *words: str) -> list[tuple[str, str]]:
    """Return what a list shows."""
    found = json.loads(desk.says("list", *words, "--json").stdout)
    return [(group["atomic_group_id"], group["status"]) for group in found]


async def test_a_terminated_group_is_not_over_until_the_sweep_has_put_it_before_an_operator(
    lonely: Desk, client: Client
) -> None:
    await asyncio.to_thread(left_blocked, lonely, "t-1")
    await client.get_workflow_handle("t-1").terminate()

    told = await asyncio.to_thread(lonely.says, "status", "t-1")
    known = await asyncio.to_thread(lonely.says, "status", "t-1", "--json")

    assert told.exit_code == 3
    assert told.stdout.startswith(
        "group t-1 is blocked: its workflow was terminated in Temporal, and it is not over: the next sweep "
        "(at most 5 min, while a worker runs) puts it before an operator\n"
    )
    assert "what follows is from the event log" in told.stderr
    assert [each["state"] for each in json.loads(known.stdout)["operations"]] == ["confirmed", "unknown"]


async def test_a_group_that_was_taken_up_again_is_listed_once_as_it_is_now(lonely: Desk, client: Client) -> None:
    await asyncio.to_thread(left_blocked, lonely, "t-2")
    await client.get_workflow_handle("t-2").terminate()
    await asyncio.to_thread(until, lambda: statuses(lonely) == [("t-2", "abandoned")], "it is seen as terminated")

    assert (await asyncio.to_thread(says, lonely, "recover")).exit_code == 3

    # The index comes a moment later, and keeps the terminated run as it was: blocked.
    await asyncio.to_thread(until, lambda: statuses(lonely) == [("t-2", "running")], "one row, the newest run")
    assert await asyncio.to_thread(statuses, lonely, "--status", "blocked") == []
