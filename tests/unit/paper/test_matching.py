from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from allornone.errors import RefusedError
from allornone.models.execution import ExecutionHandshake, ExecutionRequest
from allornone.venues.paper import PaperWorld
from allornone.venues.reading import ReadingState
from tests.unit.paper.world import NOON, buy, perp, request, run, world

PRICED = "prices: {ETH/USDT: 3000, BNB/USDT: 600}\ntokens: {USDT: {decimals: 6}}\nfees_bps: {binance: {spot: 10}}\n"


def shown(handshake: ExecutionHandshake) -> dict[str, str]:
    return {key: str(amount) for key, amount in handshake.actual_deltas.items()}


async def test_a_holding_that_is_listed_cannot_go_below_zero(tmp_path: Path) -> None:
    paper = world(tmp_path, PRICED + "balances: {binance:USDT: 5000}")

    first = await run(paper, buy("1", name="one"))
    second = await run(paper, buy("1", name="two"))

    assert (first.state, second.state) == (ReadingState.CLOSED, ReadingState.REFUSED)
    assert "insufficient_funds" in (second.handshake.error_message or "")
    assert paper.ledger.totals() == first.handshake.actual_deltas


async def test_a_fee_can_be_taken_in_the_base_asset(tmp_path: Path) -> None:
    reading = await run(world(tmp_path, PRICED + "fee_asset: {binance: base}"), buy("1"))

    assert shown(reading.handshake) == {"binance:BaseToken:ETH": "0.999", "binance:BaseToken:USDT": "-3000"}
    assert reading.handshake.fee_currency == "ETH"


async def test_a_fee_can_be_taken_in_a_third_asset(tmp_path: Path) -> None:
    reading = await run(world(tmp_path, PRICED + "fee_asset: {binance: BNB}"), buy("1"))

    assert shown(reading.handshake) == {
        "binance:BaseToken:ETH": "1",
        "binance:BaseToken:USDT": "-3000",
        "binance:BaseToken:BNB": "-0.005",
    }


async def test_a_limit_order_fills_at_the_market_or_better(tmp_path: Path) -> None:
    reading = await run(world(tmp_path, PRICED), buy("1", order_type="limit", limit_price="3100"))

    assert reading.handshake.execution_details == {"executed_price": "3000", "executed_amount": "1"}


async def test_a_limit_order_away_from_the_market_stays_open(tmp_path: Path) -> None:
    paper = world(tmp_path, PRICED)

    reading = await run(paper, buy("1", order_type="limit", limit_price="2900"))

    assert reading.state is ReadingState.OPEN
    assert paper.ledger.effects() == ()


async def test_a_market_order_whose_price_ran_away_fills_nothing(tmp_path: Path) -> None:
    paper = world(tmp_path, PRICED)
    venue, asked = paper.venue("binance"), buy("1", max_slippage_bps="10")
    prepared = await venue.prepare(asked)

    (tmp_path / "quotes.yaml").write_text(PRICED.replace("3000", "3100.5"))

    assert (await venue.execute(asked, prepared)).state is ReadingState.REFUSED


async def test_a_swap_for_less_than_its_least_is_refused(tmp_path: Path) -> None:
    asked = request("swap", ("wallet", "uniswap"), ("ETH", "USDC"), amount="1", min_out="2999")

    reading = await run(world(tmp_path), asked)

    assert reading.state is ReadingState.REFUSED
    assert "min_out" in (reading.handshake.error_message or "")


async def test_reduce_only_takes_no_more_than_the_position(tmp_path: Path) -> None:
    paper = world(tmp_path)
    await run(paper, perp("sell", "1", name="open"))

    reading = await run(paper, perp("buy", "3", name="close", reduce_only=True))

    assert reading.handshake.executed_amount == 1
    assert "binance:Perp:ETHUSDT" not in paper.ledger.totals()


async def test_reduce_only_without_a_position_is_refused(tmp_path: Path) -> None:
    reading = await run(world(tmp_path), perp("buy", "1", reduce_only=True))

    assert reading.state is ReadingState.REFUSED


async def test_a_trade_below_the_minimum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"at least 0\.001 ETH, was 0\.0009"):
        await run(world(tmp_path), buy("0.0009"))


async def test_an_unknown_pair_is_refused(tmp_path: Path) -> None:
    asked = request("spot_trade", ("binance", "binance"), ("USDT", "XYZ"), pair="XYZ/USDT", side="buy", amount="1")

    with pytest.raises(RefusedError, match=r"no price for 'XYZ/USDT'; add it to quotes\.yaml"):
        await run(world(tmp_path), asked)


async def test_recall_on_a_chain_keeps_a_late_request_out_for_good(tmp_path: Path) -> None:
    paper = world(tmp_path)
    venue = paper.venue("aave")
    asked = request("supply", ("wallet", "aave"), ("USDT", "aUSDT"), amount="5")
    prepared = await venue.prepare(asked)

    recalled = await venue.recall(asked, prepared)
    late = await venue.execute(asked, prepared)

    assert (recalled.state, late.state) == (ReadingState.REFUSED, ReadingState.REFUSED)
    assert paper.ledger.effects() == ()


async def test_an_open_order_keeps_its_id_to_itself(tmp_path: Path) -> None:
    paper = world(tmp_path, faults="- {behaviour: open}")
    await run(paper, buy("1"))

    with pytest.raises(Exception, match="duplicate"):
        await run(paper, buy("1"))

    assert paper.ledger.totals()["binance:BaseToken:ETH"] == Decimal("0.5")


async def test_a_venue_with_a_short_memory_forgets_what_is_over(tmp_path: Path) -> None:
    now = [NOON]
    paper = PaperWorld(tmp_path, lambda: now[0])
    asked = request("withdraw", ("coinbase", "wallet"), ("ETH", "ETH"), amount="1")
    await run(paper, asked)
    before = await paper.venue("coinbase").lookup(asked, None)

    now[0] += timedelta(hours=2)

    after = await paper.venue("coinbase").lookup(asked, None)
    assert (before.state, after.state) == (ReadingState.CLOSED, ReadingState.NOT_FOUND)
    assert not after.full_history


@pytest.mark.parametrize(
    ("asked", "deltas"),
    [
        (
            request("stake", ("binance", "lido"), ("ETH", "stETH"), amount="1"),
            {"binance:BaseToken:ETH": "-1", "lido:StakingToken:stETH": "1", "wallet:BaseToken:ETH": "-0.0004"},
        ),
        (
            request("borrow", ("binance", "aave"), ("aUSDT", "USDC"), amount="10"),
            {"binance:BaseToken:USDC": "10", "aave:DebtToken:debtUSDC": "10", "wallet:BaseToken:ETH": "-0.0008"},
        ),
        (
            request("flash_repay", ("wallet", "aave"), ("USDC", "USDC"), amount="1000"),
            {"wallet:BaseToken:USDC": "-1000.5", "wallet:BaseToken:ETH": "-0.0007"},
        ),
        (
            request("transfer", ("coinbase", "kraken"), ("ETH", "ETH"), amount="1"),
            {"coinbase:BaseToken:ETH": "-1", "kraken:BaseToken:ETH": "0.999"},
        ),
        (
            request("transfer", ("binance", "binance.usdm"), ("USDT", "USDT"), amount="5"),
            {"binance:BaseToken:USDT": "-5", "binance.usdm:BaseToken:USDT": "5"},
        ),
    ],
    ids=["stake", "borrow", "flash_repay", "transfer", "internal_transfer"],
)
async def test_an_operation_changes_these_balances(
    tmp_path: Path, asked: ExecutionRequest, deltas: dict[str, str]
) -> None:
    assert shown((await run(world(tmp_path), asked)).handshake) == deltas
