"""Repeat everything, in the virtual world and on the real server: nothing is done twice, nothing ends otherwise."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from allornone import wire
from allornone.models.commands import CancelCommand
from allornone.models.group import GroupStatus
from tests.campaign.repeat import Repetition, repeat, repetitions
from tests.campaign.virtual.rig import rigged
from tests.plans import CARRY
from tests.workflows.house import House


@pytest.fixture(name="_rig")
def _rig() -> Iterator[None]:
    with rigged():
        yield


@pytest.mark.usefixtures("_rig")
@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answers lost"])
def test_what_happens_again_changes_nothing(lost: bool) -> None:  # noqa: FBT001 (two cases of one test)
    chosen = [each for each in repetitions() if each.times == 3 and each.profile.name.startswith("open ids")]
    if not lost:
        chosen = [each for each in chosen if each.what != "look"]  # nothing is looked up where all is answered

    assert all(repeat(each, lost=lost) for each in chosen)


@pytest.mark.usefixtures("_rig")
def test_where_nothing_can_be_looked_up_an_operator_ends_what_happens_again() -> None:
    blind = [each for each in repetitions() if each.times == 3 and each.profile.lookup == "none"]
    chosen = [each for each in blind if each.what == "everything"]

    assert [bool(repeat(each, lost=True)) for each in chosen] == [True] * 6


class Repeating(Interceptor):
    """Executes each activity several times, and answers with the first answer."""

    def __init__(self, times: int, *, together: bool) -> None:
        self.times, self.together, self.executed = times, together, 0

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 (the SDK's name)
        return _Inbound(next, self)


class _Inbound(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, repeating: Repeating) -> None:
        super().__init__(inner)
        self._repeating = repeating

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 (the SDK's name)
        repeating = self._repeating
        repeating.executed += repeating.times
        if repeating.together:
            return (await asyncio.gather(*(self.next.execute_activity(input) for _ in range(repeating.times))))[0]
        first, *_ = [await self.next.execute_activity(input) for _ in range(repeating.times)]
        return first


REFUSED = {"behaviour": "refuse", "operation_id": "short", "direction": "forward"}


@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "side by side"])
@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize(
    ("rules", "status", "orders"),
    [
        ((), GroupStatus.COMPLETED, ["sell forward", "short forward", "stake forward"]),
        (
            (REFUSED,),
            GroupStatus.ROLLED_BACK,
            ["sell forward", "sell rollback", "short forward", "stake forward", "stake rollback"],
        ),
    ],
    ids=["success", "rollback"],
)
async def test_on_a_real_server_each_activity_may_be_executed_again(
    house: House,
    rules: tuple[dict[str, Any], ...],
    status: GroupStatus,
    orders: list[str],
    times: int,
    *,
    together: bool,
) -> None:
    house.misbehave(*rules)
    repeating = Repeating(times, together=together)

    result = await house.run(house.group(*CARRY), interceptors=[repeating])

    assert result.status is status
    assert sorted(row.rpartition(" ")[0] for row in house.seen.orders()) == orders
    assert repeating.executed >= times * 8
    assert "conflict" not in house.seen.story()
    assert [event.seq for event in house.seen.events()] == list(range(1, len(house.seen.events()) + 1))


async def test_on_a_real_server_a_command_may_be_given_again(house: House) -> None:
    gate = house.gated("lido", "execute")
    async with house.working():
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        said = CancelCommand(actor="ann", command_id="once")
        receipts = [await house.tell(handle, wire.CANCEL, said) for _ in range(3)]
        gate.opens.set()
        result = await house.ends(handle)

    assert {receipt.message for receipt in receipts} == {"cancel taken"}
    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.story().count("command") == 1


def test_the_repetitions_are_of_every_kind() -> None:
    every = list(repetitions())

    assert len(every) == 360
    assert Repetition("undo", 2, "side by side", "success", every[0].profile) not in every
