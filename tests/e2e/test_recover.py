"""The server's database is lost with groups open at random stages: `allornone recover` brings each to an honest end."""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from allornone.client.groups import GroupClient
from allornone.client.start import start
from allornone.errors import AllOrNoneError
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.reader import EventReader
from allornone.eventlog.verification import Verification
from allornone.models.commands import PauseCommand, ResolveCommand, ResolvedOutcome, ResumeCommand, RetryCommand
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView
from allornone.venues.paper import PaperWorld
from tests.e2e.lost_groups import LostGroup, lost_group
from tests.e2e.lost_server import LosableServer, recover, server_in, worker_at
from tests.witness import Witness

SEED = int(os.environ.get("RECOVER_SEED", "1"))
PATIENCE_S = 120
LONG_S = 1200
QUEUE = "lost"
AT_ONCE = 8
"""Groups that the test talks to side by side: a server and a worker on two cores have enough of their own to do."""
UNKNOWABLE = "unknowable"


def prepare(folder: Path, groups: list[LostGroup]) -> None:
    """Script what goes wrong, and put the marks where groups are to be halted."""
    rules = [rule for each in groups for rule in each.rules]
    (folder / "paper-faults.yaml").write_text(yaml.safe_dump(rules))
    (folder / "marks").mkdir()
    for each in groups:
        if each.mark is not None:
            (folder / "marks" / each.mark).write_text("hang")


async def connected(server: LosableServer) -> Client:
    return await Client.connect(server.target, data_converter=pydantic_data_converter)


async def until(holds: Callable[[], Awaitable[bool]], patience_s: float, what: str) -> None:
    try:
        async with asyncio.timeout(patience_s):
            while not await holds():  # noqa: ASYNC110 (what is waited for is in other processes)
                await asyncio.sleep(1)
    except TimeoutError:
        raise AssertionError(f"not within {patience_s} s: {what}") from None


async def begin(client: Client, folder: Path, groups: list[LostGroup], patience_s: float) -> None:
    """Start every group, and wait until each is at its stage."""
    told, limit = GroupClient(client, task_queue=QUEUE), asyncio.Semaphore(AT_ONCE)

    async def begin_one(each: LostGroup) -> None:
        async with limit:
            await start(client, QUEUE, each.plan)
            while each.paused:
                with suppress(AllOrNoneError):
                    await told.pause(each.plan.atomic_group_id, PauseCommand(actor="ann", command_id="pause"))
                    break

    await asyncio.gather(*(begin_one(each) for each in groups))

    async def at_their_stages() -> bool:
        marked = {path.name.partition(".")[0] for path in (folder / "marks").iterdir()}
        return not marked and await asyncio.to_thread(_have_begun, folder, groups)

    await until(at_their_stages, patience_s, "every group at its stage")


def _have_begun(folder: Path, groups: list[LostGroup]) -> bool:
    """Tell whether each group has said something since its start, or is halted before it could."""
    said = Counter(event.atomic_group_id for event in EventReader(folder / "logs").events())
    return all(said[each.plan.atomic_group_id] > (each.mark is None) for each in groups)


async def helped(client: GroupClient, group_id: str, limit: asyncio.Semaphore) -> GroupResult:
    """Be the operator of a group, until it has ended."""
    while True:
        # Who is busy answers the next time; a group that has moved on since we looked takes another command.
        async with limit:
            with suppress(AllOrNoneError):
                view = await client.status(group_id)
                if view.result is not None:
                    return view.result
                await _help(client, view)
        await asyncio.sleep(1)


async def _help(client: GroupClient, view: GroupView) -> None:
    group_id, refs = view.atomic_group_id, [each.client_ref for each in view.operations if each.client_ref]
    if view.paused:
        await client.resume(group_id, ResumeCommand(actor="ann"))
    elif view.needs_operator and view.reason.endswith("is in effect") and refs:
        await client.retry(group_id, RetryCommand(actor="ann", client_ref=refs[0]))
    elif view.needs_operator:
        await client.resolve(group_id, ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED))


async def ends(client: GroupClient, groups: list[LostGroup], patience_s: float) -> dict[str, GroupResult]:
    limit = asyncio.Semaphore(AT_ONCE)
    async with asyncio.timeout(patience_s):
        results = await asyncio.gather(*(helped(client, each.plan.atomic_group_id, limit) for each in groups))
    return {result.atomic_group_id: result for result in results}


def assert_honest(folder: Path, groups: list[LostGroup], results: dict[str, GroupResult]) -> None:
    """Hold every end against the venues' own ledger."""
    world = PaperWorld(folder)
    filled = Counter(order.client_ref for order in world.ledger.orders() if order.filled)
    assert {ref: times for ref, times in filled.items() if times > 1} == {}
    assert list(Verification(folder / "logs").problems()) == []
    for each in groups:
        result = results[each.plan.atomic_group_id]
        totals = world.ledger.totals(result.atomic_group_id)
        story = Witness(folder / "logs", world, result.atomic_group_id).story()
        assert story.count("recovered") >= 1, story
        assert story[-1] == result.status.value, story
        _assert_true(each, result, totals, story)
    world.close()


def _assert_true(each: LostGroup, result: GroupResult, totals: Mapping[str, object], story: list[str]) -> None:
    match result.status:
        case GroupStatus.COMPLETED:
            assert [operation.state for operation in result.operations] == ["confirmed"] * len(each.plan.operations)
        case GroupStatus.ROLLED_BACK:
            assert dict(result.friction) == totals, (each.stage, story)
        case GroupStatus.FAILED:
            assert totals == {}, (each.stage, story)
        case _:
            if each.stage != UNKNOWABLE:
                known = Counter(dict(result.residual_deltas))
                known.update(dict(result.friction))
                assert {key: amount for key, amount in known.items() if amount} == totals, (each.stage, story)


async def lose_and_recover(folder: Path, groups: list[LostGroup], patience_s: float) -> dict[str, GroupResult]:
    prepare(folder, groups)
    with server_in(folder) as server:
        with worker_at(server.target, QUEUE, folder) as worker:
            await begin(await connected(server), folder, groups, patience_s)
            worker.kill()
            server.lose()
        open_groups = await JsonlEventLog(folder / "logs").open_groups()
        assert len(open_groups) == len(groups), "some ended before the server was lost"
        (folder / "paper-faults.yaml").write_text("[]")
        server.start()
        dry_code, dry = await asyncio.to_thread(recover, server, QUEUE, folder, "--dry-run")
        code, taken = await asyncio.to_thread(recover, server, QUEUE, folder)
        assert (dry_code, code) == (0, 0)
        assert [each["taken_up"] for each in taken] == [True] * len(groups)
        assert {each["atomic_group_id"] for each in dry} == {each.plan.atomic_group_id for each in groups}
        with worker_at(server.target, QUEUE, folder):
            client = GroupClient(await connected(server), task_queue=QUEUE)
            results = await ends(client, groups, patience_s)
            again, left = await asyncio.to_thread(recover, server, QUEUE, folder)
    assert (again, left) == (0, [])
    return results


async def test_twenty_groups_at_random_stages_outlive_the_loss_of_their_server(tmp_path: Path) -> None:
    groups = [lost_group(number, SEED) for number in range(20)]

    results = await lose_and_recover(tmp_path, groups, PATIENCE_S)

    assert_honest(tmp_path, groups, results)


@pytest.mark.long
async def test_two_hundred_groups_at_random_stages_outlive_the_loss_of_their_server(tmp_path: Path) -> None:
    groups = [lost_group(number, SEED) for number in range(200)]

    results = await lose_and_recover(tmp_path, groups, LONG_S)

    print(Counter(each.stage for each in groups), Counter(each.status.value for each in results.values()))  # noqa: T201
    assert_honest(tmp_path, groups, results)
