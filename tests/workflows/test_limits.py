"""A worker's limits as a group meets them: refused at its start, or its undo put before an operator."""

from decimal import Decimal

import pytest

from allornone import wire
from allornone.limits import Limits
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.group import GroupStatus
from allornone.models.result import GroupResult
from allornone.settings import Settings
from tests.plans import SELL, SHORT, STAKE
from tests.workflows.house import House
from tests.workflows.test_late_run import Aftermath
from worker.build import build_worker


@pytest.mark.parametrize("amount", ["0.5", "1"])
async def test_a_plan_beyond_the_limits_fails_before_its_first_send(house: House, amount: str) -> None:
    house.limits = Limits.model_validate(
        {"venues": ["binance", "lido"], "assets": {"ETH": amount, "stETH": "1", "USDT": "4000"}}
    )

    async with house.working():
        handle = await house.start(house.group(SELL, STAKE))
        if amount == "1":
            assert (await house.ends(handle)).status is GroupStatus.COMPLETED
        else:
            with pytest.raises(Exception, match="Workflow execution failed") as failed:
                await house.ends(handle)
            assert "1 ETH is more than 0.5" in str(failed.value.__cause__)
            assert house.seen.orders() == []


async def test_an_undo_beyond_the_limits_asks_for_an_operator_and_shows_why(house: House) -> None:
    gate = house.gated("binance.usdm", "prepare")
    house.misbehave({"behaviour": "refuse", "operation_id": "short"})
    async with house.working(max_cached_workflows=0):
        handle = await house.start(house.group(STAKE, SHORT, policy={"undo_budget_s": "1"}))
        await gate.reached()
    house.limits = Limits.model_validate(
        {"venues": ["binance", "binance.usdm", "lido"], "assets": {"ETH": "1", "stETH": "0.5", "ETHUSDT": "1"}}
    )
    gate.opens.set()

    async with house.working(max_cached_workflows=0):
        view = await house.shows(handle, lambda view: view.needs_operator)

    assert view.reason == "the undo of stake does not succeed"
    assert view.operations[0].note == "beyond this worker's limits: 1 stETH is more than 0.5"


async def test_a_limit_that_was_lowered_keeps_no_late_effect_from_its_operator(house: House) -> None:
    aftermath = Aftermath(house)
    tight = {"limits": {"venues": ["lido"], "assets": {"ETH": "0.1"}}}
    settings = Settings.model_validate({"data_dir": house.folder, "task_queue": house.task_queue, **tight})
    async with aftermath.ended():
        pass
    async with build_worker(house.client, settings, house.venues, house.log):
        (late,) = (await aftermath.sweeps()).late
        handle = house.client.get_workflow_handle(late, result_type=GroupResult)
        await house.shows(handle, lambda view: view.known_seq > 0)
        await house.tell(handle, wire.RESOLVE_UPDATE, ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED))
        result = await house.ends(handle)

    assert result.status is GroupStatus.PARTIAL
    assert result.residual_deltas["binance:BaseToken:ETH"] == Decimal(-1)
