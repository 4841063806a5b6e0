"""E1: a user's cancel, by Temporal's own button, while a saga compensates or while a venue is called."""

from temporalio.client import WorkflowExecutionStatus

from allornone.models.group import GroupStatus
from tests.plans import SELL, SHORT, STAKE, Leg
from tests.textbook.saga import Form
from tests.textbook.sides import Ours, Textbook, cancels, hears_cancel

HALF = {"behaviour": "partial", "operation_id": "short", "direction": "forward", "ratio": "0.5"}
"""The third leg fails as the textbook's third step does: it took effect all the same, in part."""


async def test_e1a_a_cancel_while_the_saga_compensates_leaves_the_rest_in_effect(textbook: Textbook) -> None:
    textbook.moments.hold("undo C")

    async with textbook.working(failing="C"):
        saga = await textbook.start(Form(steps=("A", "B", "C")))
        await textbook.moments.reached("undo C")
        await saga.cancel()
        await textbook.closes(saga)
        textbook.moments.opens("undo C")
        lines = await textbook.ledger.shows("UNDONE C")

    assert lines == ["EFFECT A", "EFFECT B", "EFFECT C", "CLOSED canceled", "UNDONE C"]


async def test_e1a_a_cancel_while_a_group_rolls_back_changes_nothing_and_all_is_undone(ours: Ours) -> None:
    house = ours.house
    house.misbehave(HALF)
    ours.moments.hold("undo short")

    async with house.working():
        group = await house.start(house.group(SELL, STAKE, SHORT))
        await ours.moments.reached("undo short")
        await hears_cancel(group)
        ours.moments.opens("undo short")
        result = await house.ends(group)

    assert ours.ledger() == [
        "EFFECT sell",
        "EFFECT stake",
        "EFFECT short",
        "UNDONE short",
        "UNDONE stake",
        "UNDONE sell",
        "END rolled_back",
    ]
    assert result.status is GroupStatus.ROLLED_BACK
    assert (await group.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_e1b_the_one_loop_that_shields_a_compensation_holds(textbook: Textbook) -> None:
    textbook.moments.hold("undo C")

    async with textbook.working(failing="C"):
        saga = await textbook.start(Form(steps=("A", "B", "C"), shielded=True))
        await textbook.moments.reached("undo C")
        await hears_cancel(saga)
        await saga.cancel()
        textbook.moments.opens("undo C")
        await textbook.closes(saga)

    assert textbook.ledger.lines() == [
        "EFFECT A",
        "EFFECT B",
        "EFFECT C",
        "UNDONE C",
        "UNDONE B",
        "UNDONE A",
        "CLOSED rolled_back",
    ]
    assert await cancels(saga) == 1


async def test_e1b_two_cancels_while_a_group_rolls_back_change_nothing_either(ours: Ours) -> None:
    house = ours.house
    house.misbehave(HALF)
    ours.moments.hold("undo short")

    async with house.working():
        group = await house.start(house.group(SELL, STAKE, SHORT))
        await ours.moments.reached("undo short")
        await hears_cancel(group)
        await group.cancel()
        ours.moments.opens("undo short")
        await house.ends(group)

    assert ours.ledger()[3:] == ["UNDONE short", "UNDONE stake", "UNDONE sell", "END rolled_back"]
    assert await cancels(group) == 1


async def ledger_of_a_cancelled_saga(textbook: Textbook, form: Form) -> list[str]:
    """Cancel while the venue is called for B; the venue acts when the workflow has ended or goes no further."""
    textbook.moments.hold("do B")
    async with textbook.working():
        saga = await textbook.start(form)
        await textbook.moments.reached("do B")
        await hears_cancel(saga)
        if form.cancellation != "WAIT_CANCELLATION_COMPLETED":
            await textbook.closes(saga)
        textbook.moments.opens("do B")
        if form.cancellation == "WAIT_CANCELLATION_COMPLETED":
            await textbook.closes(saga)
        return await textbook.ledger.shows("EFFECT B")


async def ledger_of_a_cancelled_group(ours: Ours, *legs: Leg) -> list[str]:
    """Cancel while the venue is called for the stake."""
    house = ours.house
    ours.moments.hold("do stake")
    async with house.working():
        group = await house.start(house.group(*legs))
        await ours.moments.reached("do stake")
        await hears_cancel(group)
        ours.moments.opens("do stake")
        result = await house.ends(group)
    assert result.reason == "cancelled"
    return ours.ledger()


async def test_e1c_by_default_a_cancelled_step_takes_effect_after_its_compensation_and_after_the_end(
    textbook: Textbook,
) -> None:
    assert await ledger_of_a_cancelled_saga(textbook, Form(steps=("A", "B"))) == [
        "EFFECT A",
        "NOTHING TO UNDO B",
        "UNDONE A",
        "CLOSED rolled_back",
        "EFFECT B",
    ]


async def test_e1d_a_saga_that_waits_for_its_step_loses_the_cancel(textbook: Textbook) -> None:
    form = Form(steps=("A", "B"), cancellation="WAIT_CANCELLATION_COMPLETED")

    assert await ledger_of_a_cancelled_saga(textbook, form) == ["EFFECT A", "EFFECT B", "CLOSED done"]


async def test_e1e_a_step_that_is_abandoned_takes_effect_after_the_end(textbook: Textbook) -> None:
    form = Form(steps=("A", "B"), cancellation="ABANDON")

    assert await ledger_of_a_cancelled_saga(textbook, form) == [
        "EFFECT A",
        "NOTHING TO UNDO B",
        "UNDONE A",
        "CLOSED rolled_back",
        "EFFECT B",
    ]


UNDONE = ["EFFECT sell", "EFFECT stake", "UNDONE stake", "UNDONE sell", "END rolled_back"]


async def test_e1c_e1e_a_cancelled_group_waits_for_its_operation_and_then_undoes_it_too(ours: Ours) -> None:
    assert await ledger_of_a_cancelled_group(ours, SELL, STAKE, SHORT) == UNDONE


async def test_e1d_a_cancel_during_a_groups_last_operation_is_not_lost(ours: Ours) -> None:
    assert await ledger_of_a_cancelled_group(ours, SELL, STAKE) == UNDONE
