"""Each way a group ends, told by the group, by its log and by the venues' own ledger."""

import pytest

from allornone import wire
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.models.result import OperationState
from tests.plans import CARRY, SELL, SEND_OUT, SHORT, STAKE
from tests.workflows.house import House

WORKERS = pytest.mark.parametrize("cached", [100, 0], ids=["kept in memory", "replayed at every task"])
"""Without a cache every workflow task replays the whole history: what is not deterministic shows at once."""


@WORKERS
async def test_a_group_whose_operations_all_match_completes(house: House, cached: int) -> None:
    result = await house.run(house.group(*CARRY), max_cached_workflows=cached)

    assert result.status is GroupStatus.COMPLETED
    assert [each.verdict for each in result.operations] == [Verdict.MATCH] * 3
    assert result.residual_deltas == {}
    assert house.seen.orders() == ["sell forward closed", "stake forward closed", "short forward closed"]
    assert house.seen.story()[0] == "started"
    assert house.seen.story()[-1] == "completed"
    assert [event.seq for event in house.seen.events()] == list(range(1, 12))


@WORKERS
async def test_a_refusal_at_the_third_leg_undoes_the_others_newest_first(house: House, cached: int) -> None:
    house.misbehave({"behaviour": "refuse", "venue": "binance.usdm"})

    result = await house.run(house.group(*CARRY), max_cached_workflows=cached)

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.reason == "short was refused"
    assert house.seen.orders()[2:] == ["short forward refused", "stake rollback closed", "sell rollback closed"]
    assert [each.state for each in result.operations] == [
        OperationState.ROLLED_BACK,
        OperationState.ROLLED_BACK,
        OperationState.FAILED,
    ]


async def test_what_a_rollback_cost_is_friction_and_the_ledger_agrees(house: House) -> None:
    house.misbehave({"behaviour": "refuse", "venue": "binance.usdm"})

    result = await house.run(house.group(*CARRY))

    assert result.residual_deltas == {}
    assert {key: str(amount) for key, amount in result.friction.items()} == house.seen.changes()
    assert house.seen.changes() == {
        "binance:BaseToken:ETH": "-0.001",
        "binance:BaseToken:USDT": "-6",
        "wallet:BaseToken:ETH": "-0.0009",
    }


@WORKERS
async def test_a_group_of_which_nothing_took_effect_has_failed(house: House, cached: int) -> None:
    house.misbehave({"behaviour": "refuse", "operation_id": "sell"})

    result = await house.run(house.group(*CARRY), max_cached_workflows=cached)

    assert result.status is GroupStatus.FAILED
    assert result.reason == "sell was refused"
    assert house.seen.changes() == {}
    assert house.seen.story()[-1] == "failed"


@WORKERS
async def test_exposure_that_the_policy_accepts_ends_partial(house: House, cached: int) -> None:
    house.misbehave({"behaviour": "refuse", "operation_id": "sell"})
    plan = house.group(SEND_OUT, SELL, policy={"accept_residual": True})

    result = await house.run(plan, max_cached_workflows=cached)

    assert result.status is GroupStatus.PARTIAL
    assert {key: str(amount) for key, amount in result.residual_deltas.items()} == {
        "kraken:BaseToken:ETH": "-1",
        "wallet:BaseToken:ETH": "1",
    }
    assert house.seen.changes() == {"kraken:BaseToken:ETH": "-1", "wallet:BaseToken:ETH": "0.999"}


@WORKERS
async def test_exposure_that_nobody_accepted_blocks_until_somebody_does(house: House, cached: int) -> None:
    house.misbehave({"behaviour": "refuse", "operation_id": "sell"})

    async with house.working(max_cached_workflows=cached):
        handle = await house.start(house.group(SEND_OUT, SELL))
        view = await house.shows(handle, lambda view: view.needs_operator)
        accept = ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED, reason="kept as inventory")
        await house.tell(handle, wire.RESOLVE_UPDATE, accept)
        result = await house.ends(handle)

    assert view.reason == "exposure is left that cannot be undone"
    assert result.status is GroupStatus.PARTIAL
    assert "blocked" in house.seen.story()


async def test_a_breach_is_read_three_times_and_then_rolled_back(house: House) -> None:
    house.misbehave({"behaviour": "drift", "operation_id": "stake", "bps": "-500", "direction": "forward"})

    async with house.working():
        handle = await house.start(house.group(*CARRY))
        result = await house.ends(handle)

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.operations[1].verdict is Verdict.BREACH
    assert [name for name in await house.activities(handle) if "stake:forward" in name] == [
        "read:stake:forward:1:1",
        "read:stake:forward:1:2",
        "last_look:stake:forward:1:0",
    ]


async def test_a_part_is_undone_by_its_actual_size(house: House) -> None:
    house.misbehave({"behaviour": "partial", "operation_id": "sell", "ratio": "0.4"})

    result = await house.run(house.group(*CARRY))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [str(row.requested) for row in house.world.ledger.orders()] == ["1", "0.4"]


async def test_a_part_that_the_plan_allows_is_enough(house: House) -> None:
    house.misbehave({"behaviour": "partial", "operation_id": "sell", "ratio": "0.4"})

    result = await house.run(house.group({**SELL, "min_fill": "0.4"}, STAKE))

    assert result.status is GroupStatus.COMPLETED
    assert result.operations[0].verdict is Verdict.PARTIAL


async def test_a_part_that_leaves_less_than_the_venues_minimum_can_still_be_undone(house: House) -> None:
    house.misbehave({"behaviour": "partial", "operation_id": "sell", "ratio": "0.9995"})

    result = await house.run(house.group(SELL, STAKE))

    assert result.status is GroupStatus.ROLLED_BACK
    assert "binance:BaseToken:ETH" not in house.seen.changes()


async def test_a_third_of_something_can_be_undone(house: House) -> None:
    three = {**SELL, "operation_details": {"amount": "3", "pair": "ETH/USDT", "side": "sell"}}
    three["expected_deltas"] = {"binance:ETH": "-3", "binance:USDT": "9000"}
    house.misbehave({"behaviour": "partial", "operation_id": "sell", "ratio": "0.3334"})

    result = await house.run(house.group(three, STAKE))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [str(row.requested) for row in house.world.ledger.orders()] == ["3", "1.0002"]


async def test_an_undo_that_fills_in_part_is_finished_by_the_next_epoch(house: House) -> None:
    house.misbehave(
        {"behaviour": "refuse", "venue": "binance.usdm"},
        {"behaviour": "partial", "operation_id": "sell", "direction": "rollback", "ratio": "0.4"},
    )

    result = await house.run(house.group(SELL, SHORT))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [str(row.requested) for row in house.world.ledger.orders()] == ["1", "1", "1", "0.6"]


async def test_an_undo_that_is_refused_is_tried_again_until_it_is_taken(house: House) -> None:
    house.misbehave(
        {"behaviour": "refuse", "venue": "binance.usdm"},
        {"behaviour": "refuse", "operation_id": "stake", "direction": "rollback", "count": 3},
    )

    result = await house.run(house.group(*CARRY))

    assert result.status is GroupStatus.ROLLED_BACK
    assert house.seen.orders()[3:] == [
        "stake rollback refused",
        "stake rollback refused",
        "stake rollback refused",
        "stake rollback closed",
        "sell rollback closed",
    ]


async def test_a_simulated_group_ends_as_it_would_and_leaves_no_order(house: House) -> None:
    result = await house.run(house.group(*CARRY, simulated=True))

    assert result.status is GroupStatus.COMPLETED
    assert house.seen.orders() == []
    assert all(event.simulated for event in house.seen.events())


async def test_friction_beyond_the_policys_bound_is_partial(house: House) -> None:
    house.misbehave({"behaviour": "refuse", "venue": "binance.usdm"})

    result = await house.run(house.group(*CARRY, policy={"max_friction": {"USDT": "5"}}))

    assert result.status is GroupStatus.PARTIAL
