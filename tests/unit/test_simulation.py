"""A rehearsal: prices, costs and refusals, and no trace at any venue."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allornone.cli.tables import breach_lines
from allornone.errors import BadGroupError
from allornone.models.group import AtomicGroup
from allornone.models.simulation import SimulationRequest
from allornone.settings import Settings
from allornone.simulation import simulate
from allornone.venues import Venue
from allornone.venues.registry import open_venues

STAKE: dict[str, Any] = {
    "operation_id": "stake-1",
    "operation_type": "stake",
    "source_venue": "binance",
    "target_venue": "lido",
    "source_token": "ETH",
    "target_token": "stETH",
    "expected_deltas": {"binance:ETH": "-1", "lido:stETH": "1"},
    "operation_details": {"amount": "1"},
}


@pytest.fixture
def venues(tmp_path: Path) -> dict[str, Venue]:
    return open_venues(Settings(data_dir=tmp_path))


def group(**fields: Any) -> SimulationRequest:
    plan = AtomicGroup.model_validate({"atomic_group_id": "g-1", "operations": [{**STAKE, **fields}]})
    return SimulationRequest(group=plan)


async def test_an_operation_is_priced_with_its_fees_and_its_undo(venues: dict[str, Venue]) -> None:
    answer = await simulate(group(), venues)

    (stake,) = answer.operations
    assert stake.handshake.actual_deltas["lido:StakingToken:stETH"] == Decimal(1)
    assert stake.undo_class == "at_market"
    assert stake.rollback_cost == {
        "binance:BaseToken:ETH": Decimal("-0.001"),
        "wallet:BaseToken:ETH": Decimal("-0.0009"),
    }
    assert answer.fees["ETH"] == Decimal("0.0004")
    assert answer.rollback_cost == stake.rollback_cost


async def test_a_prediction_is_judged_like_an_outcome(venues: dict[str, Venue]) -> None:
    (stake,) = (await simulate(group(), venues)).operations

    assert stake.reconciliation is not None
    assert stake.reconciliation.verdict.value == "match"


async def test_a_breach_is_said_with_both_its_sides(venues: dict[str, Venue]) -> None:
    answer = await simulate(group(expected_deltas={"binance:ETH": "-1", "lido:stETH": "1.5"}), venues)

    why, *sides = breach_lines(answer)
    assert why.startswith("breach: stake-1: lido:StakingToken:stETH is off by -0.5 beyond its fees, and ")
    assert sides == [
        "  the plan expects binance:BaseToken:ETH -1, lido:StakingToken:stETH +1.5",
        "  lido predicts binance:BaseToken:ETH -1, lido:StakingToken:stETH +1, wallet:BaseToken:ETH -0.0004",
    ]


async def test_what_matches_is_no_breach(venues: dict[str, Venue]) -> None:
    assert list(breach_lines(await simulate(group(), venues))) == []


async def test_a_rehearsal_leaves_no_trace(venues: dict[str, Venue]) -> None:
    first = await simulate(group(), venues)
    second = await simulate(group(), venues)

    assert first == second


async def test_a_quote_asks_for_no_undo(venues: dict[str, Venue]) -> None:
    request = group().model_copy(update={"mode": "quote"})

    (stake,) = (await simulate(request, venues)).operations

    assert stake.undo_class == ""
    assert stake.rollback_cost == {}


async def test_what_is_below_the_minimum_is_collected_as_refused(venues: dict[str, Venue]) -> None:
    tiny = group(
        operation_type="perp_trade",
        source_venue="binance.usdm",
        target_venue="binance.usdm",
        expected_deltas={"binance.usdm:Perp:ETHUSDT": "-0.0000001"},
        operation_details={"pair": "ETH/USDT", "side": "sell", "amount": "0.0000001"},
    )

    answer = await simulate(tiny, venues)

    assert answer.operations == ()
    assert "(EXEC-" in answer.refused["stake-1"]


async def test_an_unknown_venue_is_bad_input(venues: dict[str, Venue]) -> None:
    with pytest.raises(BadGroupError, match="unknown venue 'lida'"):
        await simulate(group(target_venue="lida"), venues)


async def test_an_operation_alone_is_a_group_of_one(venues: dict[str, Venue]) -> None:
    operation = group().group
    assert operation is not None

    answer = await simulate(SimulationRequest(operation=operation.operations[0]), venues)

    assert [one.operation_id for one in answer.operations] == ["stake-1"]


async def test_a_fork_says_that_it_is_a_dry_run(venues: dict[str, Venue]) -> None:
    answer = await simulate(group().model_copy(update={"mode": "fork"}), venues)

    assert answer.warnings[-1] == "no venue here keeps a copy of a chain: this is the answer of a dry run"
