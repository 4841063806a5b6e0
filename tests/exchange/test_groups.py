"""Groups at the test exchange, through ccxt, the production worker and a real Temporal server."""

import asyncio
from decimal import Decimal

import pytest

from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.models.result import OperationState
from allornone.testexchange.serving import ACCOUNT
from tests.exchange.desk import BUY_BTC, CLOSE_ETH, SELL_ETH, SEND_OUT, SHORT_ETH, TO_MARGIN, TOO_MUCH, Desk
from tests.plans import leg

BUY_SLIVERS = leg(
    "buy-slivers",
    "spot_trade",
    "binance>binance",
    "USDT>BTC",
    {"binance:BTC": "0.0101", "binance:USDT": "-505.1"},
    pair="BTC/USDT",
    side="buy",
    amount="0.0101",
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_two_spot_legs_are_done(desk: Desk) -> None:
    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert desk.balance("ETH") == 49
    assert desk.balance("BTC") == Decimal("5.01998")  # 0.02 less a commission of 0.1 %
    assert desk.balance("USDT") == Decimal("100997.8801")


async def test_refused_at_the_second_leg_the_first_is_undone(desk: Desk) -> None:
    result = await desk.run(desk.plan(SELL_ETH, TOO_MUCH))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [operation.state for operation in result.operations] == [OperationState.ROLLED_BACK, OperationState.FAILED]
    assert desk.balance("BTC") == 5
    assert desk.balance("ETH") == Decimal("49.999")  # bought back 1, less a commission of 0.1 %
    assert result.residual_deltas == {}


@pytest.mark.parametrize("lost", ["reset", "half_body", "bad_gateway", "unreadable", "timeout", "duplicate"])
async def test_an_answer_lost_is_looked_up_and_the_order_is_not_sent_again(desk: Desk, lost: str) -> None:
    desk.exchange.inject({"kind": "order", "behaviour": lost, "count": 1})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert desk.balance("ETH") == 49
    assert len(desk.orders()) == 2


async def test_trades_that_two_pages_tell_are_counted_once(desk: Desk) -> None:
    market = desk.exchange.engines["binance"].markets["BTCUSDT"]
    market.gap, market.depth, market.levels = market.tick, market.step, 1_010
    desk.exchange.inject(
        {"kind": "order", "behaviour": "reset"}, {"kind": "trades", "behaviour": "repeated_fills", "count": "always"}
    )

    result = await desk.run(desk.plan(BUY_SLIVERS))

    assert result.status is GroupStatus.COMPLETED
    assert len(desk.exchange.engines["binance"].books.fills) == 1_010
    assert result.operations[0].handshakes[-1].actual_deltas == {
        "binance:BaseToken:BTC": desk.balance("BTC") - 5,
        "binance:BaseToken:USDT": desk.balance("USDT") - 100_000,
    }
    assert desk.balance("BTC") == Decimal("5.0100899")


async def test_a_look_up_that_shows_nothing_yet_is_no_absence(desk: Desk) -> None:
    desk.exchange.inject(
        {"kind": "order", "behaviour": "reset", "count": 1},
        {"kind": "order", "behaviour": "hidden", "delay_s": "3", "count": 1},
    )

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert len(desk.orders()) == 2


@pytest.mark.parametrize("turned_away", ["forbidden", "rate_limited"])
async def test_what_was_turned_away_is_sent_under_the_next_reference(desk: Desk, turned_away: str) -> None:
    desk.exchange.inject({"kind": "order", "behaviour": turned_away, "delay_s": "1", "count": 1})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert len(desk.orders()) == 2


async def test_the_commission_in_a_third_asset_is_friction_of_its_own(desk: Desk) -> None:
    desk.exchange.engines["binance"].pays_third.add("desk")

    result = await desk.run(desk.plan(SELL_ETH, TOO_MUCH))

    assert result.status is GroupStatus.ROLLED_BACK
    assert desk.balance("ETH") == 50
    assert result.friction.keys() == {"binance:BaseToken:USDT", "binance:BaseToken:BNB"}
    assert result.friction["binance:BaseToken:BNB"] == desk.balance("BNB") - 20


async def test_a_part_of_the_second_leg_is_undone_with_the_first(desk: Desk) -> None:
    desk.exchange.inject({"kind": "order", "behaviour": "partial", "ratio": "0.5", "symbol": "BTCUSDT", "count": 1})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.ROLLED_BACK
    assert desk.balance("ETH") == Decimal("49.999")
    assert desk.balance("BTC") == 5
    assert len(desk.orders()) == 4


async def test_a_contract_is_opened_and_closed_and_what_that_realised_is_explained(desk: Desk) -> None:
    result = await desk.run(desk.plan(SHORT_ETH, CLOSE_ETH))

    assert result.status is GroupStatus.COMPLETED
    # Sold at 1999.9 and bought at 2000.1, and 0.05 % of each.
    assert desk.balance("USDT", "usdm") == Decimal(50_000) - Decimal("0.2") - Decimal("0.99995") - Decimal("1.00005")
    assert result.operations[1].verdict is Verdict.MATCH
    assert result.operations[1].handshakes[-1].execution_details["realised_pnl"] == "-0.2"


async def test_a_contract_is_closed_where_the_next_leg_is_refused(desk: Desk) -> None:
    result = await desk.run(desk.plan(SHORT_ETH, TOO_MUCH))

    assert result.status is GroupStatus.ROLLED_BACK
    assert desk.exchange.engines["binance"].books.position("desk", "ETHUSDT.P").amount == 0
    assert result.friction == {"binance.usdm:BaseToken:USDT": Decimal("-2.2")}


async def test_funding_that_falls_into_a_group_is_no_part_of_its_changes(desk: Desk) -> None:
    desk.exchange.inject({"kind": "order", "symbol": "BTCUSDT", "behaviour": "slow", "delay_s": "1"})
    engine = desk.exchange.engines["binance"]
    running = asyncio.create_task(desk.run(desk.plan(SHORT_ETH, BUY_BTC, TOO_MUCH)))
    while not engine.books.position("desk", "ETHUSDT.P").amount:  # noqa: ASYNC110 (books tell nobody)
        await asyncio.sleep(0.01)
    engine.perpetuals.fund(engine.markets["ETHUSDT.P"], Decimal("0.01"))

    result = await running

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.friction["binance.usdm:BaseToken:USDT"] == Decimal("-2.2")
    assert desk.balance("USDT", "usdm") == 50_000 + Decimal(20) - Decimal("2.2")


async def test_a_transfer_is_taken_back_where_the_next_leg_is_refused(desk: Desk) -> None:
    result = await desk.run(desk.plan(TO_MARGIN, TOO_MUCH))

    assert result.status is GroupStatus.ROLLED_BACK
    assert desk.balance("USDT") == 100_000
    assert desk.balance("USDT", "usdm") == 50_000
    assert result.friction == {}


async def test_a_transfer_whose_answer_is_lost_waits_for_an_operator_and_is_never_sent_again(desk: Desk) -> None:
    desk.exchange.inject({"kind": "transfer", "behaviour": "reset"})

    view = await desk.run_until_blocked(desk.plan(TO_MARGIN, BUY_BTC, policy={"resolve_budget_s": "1"}))

    assert view.needs_operator
    assert view.operations[0].state is OperationState.UNKNOWN
    assert desk.balance("USDT", "usdm") == 51_000
    assert desk.orders() == []


async def test_a_withdrawal_is_done_when_the_exchange_says_so(desk: Desk) -> None:
    result = await desk.run(desk.plan(SELL_ETH, SEND_OUT))

    assert result.status is GroupStatus.COMPLETED
    assert desk.balance("ETH") == 48
    sent = result.operations[1].handshakes[-1]
    assert sent.evidence.tx_hash is not None
    assert [(fee.kind, fee.currency) for fee in sent.fees] == [("withdrawal", "ETH")]


@pytest.mark.parametrize("chosen", ["spot", "funding"])
async def test_money_leaves_the_spot_wallet_whichever_wallet_a_person_chose(desk: Desk, chosen: str) -> None:
    engine = desk.exchange.engines["binance"]
    engine.endow(ACCOUNT, "funding", "ETH", Decimal(10))
    engine.moving.chosen[ACCOUNT] = chosen

    result = await desk.run(desk.plan(TO_MARGIN, SEND_OUT))

    assert result.status is GroupStatus.COMPLETED
    assert [desk.balance("ETH"), desk.balance("ETH", "funding")] == [Decimal(49), Decimal(10)]
    assert [desk.balance("USDT"), desk.balance("USDT", "usdm")] == [Decimal(99_000), Decimal(51_000)]


async def test_a_withdrawal_that_is_refunded_did_nothing_and_the_rest_is_undone(desk: Desk) -> None:
    desk.exchange.inject({"kind": "withdraw", "behaviour": "withdrawal", "end": "failure"})

    result = await desk.run(desk.plan(SELL_ETH, SEND_OUT))

    assert result.status is GroupStatus.ROLLED_BACK
    assert desk.balance("ETH") == Decimal("49.999")


async def test_a_withdrawal_whose_answer_is_lost_is_found_by_its_own_id_and_not_sent_again(desk: Desk) -> None:
    desk.exchange.inject({"kind": "withdraw", "behaviour": "hang"})

    result = await desk.run(desk.plan(SEND_OUT))

    assert result.status is GroupStatus.COMPLETED
    assert len(desk.exchange.engines["binance"].books.withdrawals) == 1


async def test_a_withdrawal_that_never_arrived_is_never_sent_again_by_a_machine(desk: Desk) -> None:
    desk.exchange.inject({"kind": "withdraw", "behaviour": "hang", "executed": False})

    view = await desk.run_until_blocked(desk.plan(SEND_OUT, policy={"resolve_budget_s": "1"}))

    assert view.operations[0].state is OperationState.UNKNOWN
    assert desk.exchange.engines["binance"].books.withdrawals == {}


async def test_a_withdrawal_to_an_address_that_is_not_listed_is_refused_and_the_rest_is_undone(desk: Desk) -> None:
    elsewhere = {**SEND_OUT, "operation_details": {**SEND_OUT["operation_details"], "address": f"0x{'00' * 19}bb"}}

    result = await desk.run(desk.plan(SELL_ETH, elsewhere))

    assert result.status is GroupStatus.ROLLED_BACK
    assert desk.exchange.engines["binance"].books.withdrawals == {}
