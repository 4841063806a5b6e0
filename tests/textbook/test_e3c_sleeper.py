"""E3c: a worker that is stopped just before its venue call, and woken when the saga, or the group, was rolled back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError

from activities.sweep import SweepAnswer
from allornone import wire
from allornone.eventlog.verification import Verification
from allornone.models.commands import CancelCommand, ResolveCommand, ResolvedOutcome, RetryCommand
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult, GroupView
from allornone.settings import Settings
from tests.plans import MOVE, SELL, SEND_OUT, STAKE, Leg
from tests.textbook.moments import PATIENCE_S
from tests.textbook.processes import is_frozen, wakes, worker
from tests.textbook.saga import Form
from tests.textbook.sides import Ours, Textbook
from tests.textbook.worker import SOON
from tests.workflows.house import Handle
from worker.build import build_worker

pytestmark = pytest.mark.usefixtures("hurried")

NO_SECOND_TRY = {"timeout_s": "0.001"}
"""An operation that was proven absent is not tried again, and so the group rolls back, as the saga does."""

BETWEEN_LOOKS_S = 0.5
SOON_BLOCKED = {"resolve_budget_s": "1", "accept_residual": True}


async def test_e3c_a_worker_that_wakes_after_the_saga_was_rolled_back_takes_effect_unnoticed(
    textbook: Textbook, client: Client
) -> None:
    textbook.moments.freeze("do B")

    with worker(client, textbook.task_queue, textbook.folder) as zombie:
        saga = await textbook.start(Form(steps=("A", "B"), timeout_s=SOON.total_seconds()))
        await is_frozen(zombie)
        async with textbook.working():
            await textbook.closes(saga)
            wakes(zombie)
            lines = await textbook.ledger.shows("EFFECT B")

    assert lines == ["EFFECT A", "NOTHING TO UNDO B", "UNDONE A", "CLOSED rolled_back", "EFFECT B"]


async def test_e3c_the_venue_refuses_a_worker_that_wakes_after_the_group_was_rolled_back(
    ours: Ours, client: Client
) -> None:
    house = ours.house
    ours.moments.freeze("do sell")

    with worker(client, house.task_queue, house.folder) as zombie:
        group = await ours.start(house.group(STAKE, {**SELL, **NO_SECOND_TRY}))
        await is_frozen(zombie)
        async with house.working():
            result = await house.ends(group)
            wakes(zombie)
            lines = await ours.shows("REFUSED sell")
            await ours.moments.reached("did sell")

    assert result.status is GroupStatus.ROLLED_BACK
    assert lines == ["EFFECT stake", "UNDONE stake", "END rolled_back", "REFUSED sell"]
    assert list(Verification(house.folder / "logs").problems()) == []


def anything(_: GroupView) -> bool:
    return True


def wants_operator(view: GroupView) -> bool:
    return view.needs_operator


async def test_e3c_at_a_venue_without_expiry_a_group_is_not_called_undone_before_the_sleeper_has_woken(
    ours: Ours, client: Client
) -> None:
    house = ours.house
    ours.moments.freeze("do send-out")

    with worker(client, house.task_queue, house.folder) as zombie:
        group = await ours.start(house.group(STAKE, SEND_OUT, policy=SOON_BLOCKED))
        await is_frozen(zombie)
        async with house.working():
            view = await ours.shows_view(group, wants_operator)
            await house.tell(group, wire.CANCEL, CancelCommand(actor="ann"))
            asleep = ours.ledger()
            wakes(zombie)
            await ours.records("send-out confirmed")
            # Refused only where the group has found it by itself.
            with suppress(WorkflowUpdateFailedError):
                retry = RetryCommand(actor="ann", client_ref=str(view.operations[1].client_ref))
                await house.tell(group, wire.RETRY, retry)
            result = await house.ends(group)

    assert view.reason == "the outcome of send-out is unknown"
    assert asleep == ["EFFECT stake"]
    assert ours.ledger() == ["EFFECT stake", "EFFECT send-out", "UNDONE stake", "END partial"]
    assert result.residual_deltas == {"kraken:BaseToken:ETH": Decimal(-1), "wallet:BaseToken:ETH": Decimal(1)}
    fee, gas = Decimal("-0.001"), Decimal("-0.0009")
    assert result.friction["wallet:BaseToken:ETH"] == fee + gas


async def is_said_not_to_have_happened(ours: Ours, group: Handle, number: int) -> None:
    """Let an operator look until 'did not happen' is taken of what can never be fenced, and say so."""
    ref = str((await ours.shows_view(group, wants_operator)).operations[number].client_ref)
    async with asyncio.timeout(PATIENCE_S):
        while "settle window is over" not in (await ours.shows_view(group, anything)).operations[number].note:
            await ours.house.tell(group, wire.RETRY, RetryCommand(actor="ann", client_ref=ref))
            await asyncio.sleep(BETWEEN_LOOKS_S)
    await ours.house.tell(
        group, wire.RESOLVE_UPDATE, ResolveCommand(actor="ann", outcome=ResolvedOutcome.FAILED, client_ref=ref)
    )


@asynccontextmanager
async def a_whole_worker(ours: Ours) -> AsyncGenerator[None]:
    """Run a worker that can sweep."""
    house = ours.house
    settings = Settings(data_dir=house.folder, task_queue=house.task_queue)
    async with build_worker(house.client, settings, house.venues, house.log):
        yield


async def late_runs(ours: Ours) -> tuple[str, ...]:
    """Sweep once, as the schedule does."""
    answer: SweepAnswer = await ours.house.client.execute_workflow(
        wire.SWEEP_WORKFLOW,
        id=f"{ours.house.group_id}-sweep",
        task_queue=ours.house.task_queue,
        result_type=SweepAnswer,
    )
    return answer.late


@pytest.mark.parametrize("leg", [SEND_OUT, MOVE], ids=["a venue that cannot be asked", "a venue that can"])
async def test_e3c_an_effect_after_an_operators_word_is_swept_up_and_put_before_an_operator(
    ours: Ours, client: Client, leg: Leg
) -> None:
    house, name = ours.house, str(leg["operation_id"])
    ours.moments.freeze(f"do {name}")

    with worker(client, house.task_queue, house.folder) as zombie:
        group = await ours.start(house.group(STAKE, leg, policy=SOON_BLOCKED))
        await is_frozen(zombie)
        async with a_whole_worker(ours):
            await is_said_not_to_have_happened(ours, group, 1)
            result = await house.ends(group)
            wakes(zombie)
            await ours.records(f"{name} confirmed")
            late = await late_runs(ours)
            run = client.get_workflow_handle(late[0], result_type=GroupResult)
            view = await ours.shows_view(run, wants_operator)

    assert ours.ledger() == ["EFFECT stake", "UNDONE stake", "END partial", f"EFFECT {name}"]
    (loose,) = result.unfenced
    assert (result.status, loose.operation_id, loose.amount) == (GroupStatus.PARTIAL, name, Decimal(1))
    assert late == (f"{house.group_id}/late-{loose.client_ref[:8]}",)
    assert view.reason == f"{name} took effect after group {house.group_id} had ended"
    assert house.seen.story()[-1] == "late_effect"
