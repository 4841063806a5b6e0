"""The sweep puts a group that lost its workflow before an operator: rebuilt from the event log, sending nothing."""

import asyncio

import pytest
from temporalio.exceptions import ApplicationError

from allornone import wire
from allornone.client.start import NEEDS_OPERATOR
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import Recorded
from allornone.events import Event, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.models.commands import CancelCommand, ResolveCommand, ResolvedOutcome, RetryCommand
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView
from tests.gated import Gated
from tests.plans import CARRY, SELL, SHORT, STAKE
from tests.workflows.house import PATIENCE_S, Handle, House
from tests.workflows.sweeping import deleted, has_recorded, swept, waits_for_an_operator, whole_worker


def newest(house: House) -> Handle:
    """Return the group's newest run."""
    return house.client.get_workflow_handle(house.group_id, result_type=GroupResult)


async def terminated_at(house: House, gate: Gated) -> Handle:
    """Start a carry, terminate it while its stake is at the gate, and let that come back."""
    handle = await house.start(house.group(*CARRY))
    await gate.reached()
    await handle.terminate()
    gate.opens.set()
    return handle


async def ended_from_outside(house: House) -> None:
    """Leave no run behind. No sweep follows that would take the group up."""
    house.broken.add("L7")
    await newest(house).terminate()


async def test_a_group_that_was_terminated_begins_again_blocked_where_it_stood(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await terminated_at(house, gate)
        await has_recorded(house, "stake confirmed")
        first = await swept(house)
        view = await waits_for_an_operator(house, handle)
        found = (await newest(house).describe()).typed_search_attributes
        second = await swept(house, 2)
        await ended_from_outside(house)

    assert (first.recovered, first.abandoned, second.recovered) == ((house.group_id,), (), ())
    assert view.reason == "its workflow was terminated; rebuilt from the event log"
    assert [operation.state for operation in view.operations] == ["confirmed", "confirmed", "planned"]
    assert view.commands == ("pause", "cancel", "retry", "resolve")
    assert found.get(NEEDS_OPERATOR) is True
    assert house.seen.orders() == ["sell forward closed", "stake forward closed"]
    assert house.seen.story()[-2:] == ["recovered", "blocked"]


async def test_retry_lets_a_recovered_group_go_on_where_it_stood(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await terminated_at(house, gate)
        await has_recorded(house, "stake confirmed")
        await swept(house)
        view = await waits_for_an_operator(house, handle)
        await house.tell(newest(house), wire.RETRY, RetryCommand(actor="ann", client_ref=named(view)))
        result = await house.ends(newest(house))

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders() == ["sell forward closed", "stake forward closed", "short forward closed"]


def named(view: GroupView) -> str:
    (ref,) = [each.client_ref for each in view.operations if each.client_ref]
    return ref


async def test_cancel_undoes_what_a_recovered_group_did(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await terminated_at(house, gate)
        await has_recorded(house, "stake confirmed")
        await swept(house)
        await waits_for_an_operator(house, handle)
        await house.tell(newest(house), wire.CANCEL, CancelCommand(actor="ann"))
        result = await house.ends(newest(house))

    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.orders()[-2:] == ["stake rollback closed", "sell rollback closed"]


async def test_accepting_ends_a_recovered_group_with_what_it_did(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await terminated_at(house, gate)
        await has_recorded(house, "stake confirmed")
        await swept(house)
        await waits_for_an_operator(house, handle)
        accepted = ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED)
        await house.tell(newest(house), wire.RESOLVE_UPDATE, accepted)
        result = await house.ends(newest(house))

    assert result.status is GroupStatus.PARTIAL
    assert len(house.seen.orders()) == 2


async def test_what_was_in_flight_at_a_termination_is_resolved_before_an_operator_says_anything(
    slow_house: House,
) -> None:
    house = slow_house
    house.misbehave({"behaviour": "lose_answer", "operation_id": "stake"})
    gate = house.gated("lido", "lookup")
    async with whole_worker(house):
        handle = await house.start(house.group(SELL, STAKE, SHORT))
        await gate.reached()
        await handle.terminate()
        await swept(house)
        unknown = await waits_for_an_operator(house, handle)
        gate.opens.set()
        known = await house.shows(newest(house), lambda view: view.operations[1].state == "confirmed")
        await ended_from_outside(house)

    assert unknown.operations[1].state in ("pending", "unknown")
    assert known.reason == "its workflow was terminated; rebuilt from the event log"
    assert house.seen.orders() == ["sell forward closed", "stake forward closed"]


async def test_a_group_that_was_deleted_begins_again_blocked(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await deleted(house, handle)
        gate.opens.set()
        await has_recorded(house, "stake confirmed")
        answer = await swept(house)
        view = await waits_for_an_operator(house, handle)
        await ended_from_outside(house)

    assert answer.recovered == (house.group_id,)
    assert view.reason == "its workflow was deleted; rebuilt from the event log"


async def test_a_group_that_another_server_may_run_is_left_to_recover_and_the_worker_says_so(
    slow_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with house.working():  # which does not record where it is
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        await deleted(house, handle)
        gate.opens.set()
    async with whole_worker(house):
        answer = await swept(house)

    assert (answer.recovered, answer.lost) == ((), 1)
    assert "recovered" not in house.seen.story()
    said = f"1 open groups of the event log are unknown to this server, such as {house.group_id}; `allornone recover`"
    assert said in caplog.text


async def test_a_group_that_is_terminated_again_and_again_is_put_before_an_operator_each_time(
    slow_house: House,
) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await terminated_at(house, gate)
        await has_recorded(house, "stake confirmed")
        for number in (1, 2):
            await swept(house, number)
            await waits_for_an_operator(house, handle)
            await newest(house).terminate()
        await swept(house, 3)
        view = await waits_for_an_operator(house, handle)
        await house.tell(newest(house), wire.CANCEL, CancelCommand(actor="ann"))
        result = await house.ends(newest(house))

    assert view.commands == ("pause", "cancel", "retry", "resolve")
    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.story().count("recovered") == 3
    assert [each.seq for each in house.seen.events()] == list(range(1, len(house.seen.events()) + 1))


async def test_a_group_whose_workflow_failed_before_anything_was_sent_is_recorded_as_abandoned_once(
    slow_house: House,
) -> None:
    house = slow_house
    house.log = Refusing(house.folder / "logs")
    async with whole_worker(house):
        handle = await house.start(house.group(*CARRY))
        async with asyncio.timeout(PATIENCE_S):
            while (await handle.describe()).close_time is None:  # noqa: ASYNC110 (at the server)
                await asyncio.sleep(0.01)
        first, second = await swept(house, 1), await swept(house, 2)

    assert (first.abandoned, first.recovered, second.abandoned) == ((house.group_id,), (), ())
    assert house.seen.story() == ["started", "abandoned"]
    (event,) = [each for each in house.seen.transitions() if each.kind is TransitionKind.ABANDONED]
    assert event.reason == "its workflow failed"


class Refusing(JsonlEventLog):
    """A log that loses the answer to a start, which another worker then refuses: here in one."""

    async def record(self, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Recorded:
        recorded = await super().record(events, known_seq, in_flight)
        if isinstance(events[0], GroupTransitionEvent) and events[0].kind is TransitionKind.STARTED:
            raise ApplicationError("this worker has no such venue", type=wire.INVALID_GROUP, non_retryable=True)
        return recorded


async def test_a_group_that_is_open_and_one_that_ended_are_left_alone(slow_house: House) -> None:
    house = slow_house
    gate = house.gated("lido", "execute")
    async with whole_worker(house):
        handle = await house.start(house.group(*CARRY))
        await gate.reached()
        while_open = await swept(house, 1)
        gate.opens.set()
        await house.ends(handle)
        after = await swept(house, 2)

    assert (while_open.recovered, after.recovered) == ((), ())
    assert {"abandoned", "recovered"} & set(house.seen.story()) == set()
