import asyncio
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.models.execution import ExecutionHandshake, ExecutionStatus
from allornone.venues.capabilities import UndoClass
from allornone.venues.paper import PaperWorld
from allornone.venues.paper.inverse import inverse_of
from allornone.venues.paper.quotes import packaged_quotes
from tests.unit.paper.world import at_noon, buy, perp, request, run, undoing, world

QUOTES = packaged_quotes()


def left(**deltas: str) -> ExecutionHandshake:
    keys = {key.replace("__", ":"): Decimal(amount) for key, amount in deltas.items()}
    return ExecutionHandshake(operation_id="op", status=ExecutionStatus.CONFIRMED, actual_deltas=keys)


def test_a_buy_is_undone_by_selling_what_arrived() -> None:
    (step,) = inverse_of(buy("2"), left(binance__ETH="1.5", binance__USDT="-4503"), QUOTES).steps

    assert step.operation_details.model_dump(mode="json", include={"side", "amount"}) == {
        "side": "sell",
        "amount": "1.5",
    }
    assert step.expected_deltas == {"binance:BaseToken:ETH": Decimal("-1.5"), "binance:BaseToken:USDT": Decimal(4500)}


def test_an_undo_that_went_too_far_is_itself_taken_back() -> None:
    (step,) = inverse_of(buy("2"), left(binance__ETH="-0.5"), QUOTES).steps

    assert step.operation_details.model_dump(include={"side", "amount"}) == {"side": "buy", "amount": Decimal("0.5")}


def test_what_is_below_the_minimum_is_dust() -> None:
    inverse = inverse_of(buy("2"), left(binance__ETH="0.0009"), QUOTES)

    assert (inverse.undo_class, inverse.steps) == (UndoClass.AT_MARKET, ())
    assert inverse.dust == {"ETH": Decimal("0.0009")}


def test_what_is_below_the_step_is_dust_beside_the_step() -> None:
    inverse = inverse_of(buy("2"), left(binance__ETH="1.00005"), QUOTES)

    assert inverse.steps[0].operation_details.amount == 1
    assert inverse.dust == {"ETH": Decimal("0.00005")}


def test_an_opened_perp_is_closed_and_never_turned() -> None:
    (step,) = inverse_of(perp("sell", "1"), left(binance__Perp__ETHUSDT="-1"), QUOTES).steps

    assert step.operation_details.model_dump(include={"side", "reduce_only"}) == {"side": "buy", "reduce_only": True}


def test_a_closed_perp_is_opened_again() -> None:
    asked = perp("buy", "1", reduce_only=True)
    (step,) = inverse_of(asked, left(binance__Perp__ETHUSDT="1"), QUOTES).steps

    assert step.operation_details.model_dump(include={"side", "reduce_only"}) == {"side": "sell", "reduce_only": False}


def test_an_unstake_is_undone_by_staking_what_the_claim_was_worth() -> None:
    asked = request("unstake", ("lido", "binance"), ("wstETH", "ETH"), amount="1")
    (step,) = inverse_of(asked, left(lido__wstETH="-1", binance__ETH="1.1988"), QUOTES).steps

    assert (step.operation_type, step.source_venue, step.target_venue) == ("stake", "binance", "lido")
    assert step.operation_details.amount == Decimal("1.2")


def test_the_seeds_spelling_of_a_staking_key_is_found() -> None:
    asked = request("stake", ("binance", "lido"), ("ETH", "stETH"), amount="1")

    assert len(inverse_of(asked, left(lido__BaseToken__stETH="1"), QUOTES).steps) == 1


@pytest.mark.parametrize("venues", [("kraken", "wallet"), ("binance", "aave")], ids=["no_undo", "no_way_back"])
def test_a_withdrawal_that_nothing_brings_back_has_no_undo(venues: tuple[str, str]) -> None:
    asked = request("withdraw", venues, ("ETH", "ETH"), amount="1")
    arrived = ExecutionHandshake(
        operation_id="op", status=ExecutionStatus.CONFIRMED, actual_deltas={f"{venues[1]}:ETH": Decimal("0.999")}
    )

    assert inverse_of(asked, arrived, QUOTES).undo_class is UndoClass.NONE


async def test_a_fee_in_the_base_asset_is_not_sold_again(tmp_path: Path) -> None:
    paper = world(tmp_path, "prices: {ETH/USDT: 3000}\nfees_bps: {binance: {spot: 10}}\nfee_asset: {binance: base}")
    reading = await run(paper, buy("1"))

    (step,) = paper.venue("binance").inverse(buy("1"), reading.handshake).steps

    assert step.operation_details.amount == Decimal("0.999")


@given(
    amount=st.decimals(min_value="0.01", max_value="1000", places=18),
    parts=st.lists(st.decimals(min_value="0", max_value="1", places=4), max_size=3),
)
def test_undoing_until_nothing_is_left_leaves_less_than_the_minimum(amount: Decimal, parts: list[Decimal]) -> None:
    paper = PaperWorld(clock=at_noon)
    asked = buy(str(amount))

    left_over, dust = asyncio.run(_undo_in_parts(paper, str(amount), parts))

    assert left_over == dust.get("ETH", 0) < Decimal("0.001")
    assert asked.operation_details.amount >= 0
    paper.close()


async def _undo_in_parts(paper: PaperWorld, amount: str, parts: list[Decimal]) -> tuple[Decimal, dict[str, Decimal]]:
    """Buy, then undo a share of what is left again and again, and at last everything."""
    asked, venue = buy(amount), paper.venue("binance")
    await run(paper, asked)
    for number, part in enumerate([*parts, Decimal(1)]):
        totals = paper.ledger.totals()
        effect = ExecutionHandshake(operation_id="op", status=ExecutionStatus.CONFIRMED, actual_deltas=totals)
        for step in venue.inverse(asked, effect).steps:
            share = step.operation_details.amount * part
            if share >= Decimal("0.001"):
                details = step.operation_details.model_copy(update={"amount": share})
                await run(paper, undoing(step.model_copy(update={"operation_details": details}), f"undo-{number}"))
    totals = paper.ledger.totals()
    effect = ExecutionHandshake(operation_id="op", status=ExecutionStatus.CONFIRMED, actual_deltas=totals)
    return totals.get("binance:BaseToken:ETH", Decimal(0)), venue.inverse(asked, effect).dust
