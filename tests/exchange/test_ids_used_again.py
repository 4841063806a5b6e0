"""An id that is executed again: Binance knows its orders' ids while they are open, and those of withdrawals not at all.

The exchange then did more than it was asked, which is what the checker has to say.
"""

from decimal import Decimal

import pytest

from allornone.models.group import GroupStatus
from tests.exchange.desk import BUY_BTC, SELL_ETH, SEND_OUT, SHORT_ETH, TO_MARGIN, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOST = {"kind": "order", "symbol": "BTCUSDT", "behaviour": "reset"}
AT_ONCE = {"behaviour": "repeated", "delay_s": "0"}


async def test_an_order_that_was_executed_twice_before_it_is_looked_up_is_undone_with_all_it_did(desk: Desk) -> None:
    desk.exchange.inject(LOST, {**AT_ONCE, "kind": "order", "symbol": "BTCUSDT"})
    desk.broken = frozenset({"S2"})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.reason == "buy-btc ended outside its bounds"
    assert [str(order.filled) for order in desk.orders()] == ["1", "0.02", "0.02", "0.03996", "1"]
    assert len({order.client_id for order in desk.orders()}) == 4
    assert desk.balance("BTC") == 5
    assert desk.balance("ETH") == Decimal("49.999")
    assert result.residual_deltas == {}


async def test_an_order_that_is_executed_again_after_its_answer_is_found_by_the_last_look_and_undone(
    desk: Desk,
) -> None:
    desk.exchange.inject(
        {"kind": "order", "symbol": "ETHUSDT", "behaviour": "repeated", "delay_s": "1"},
        {"kind": "order", "symbol": "BTCUSDT", "behaviour": "slow", "delay_s": "2"},
    )
    desk.broken = frozenset({"S2"})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.reason == "sell-eth ended outside its bounds"
    assert desk.balance("BTC") == 5
    assert desk.balance("ETH") == Decimal("49.998")  # 2 bought back, less a commission of 0.1 %
    assert result.residual_deltas == {}


async def test_a_contract_that_was_opened_twice_is_closed_with_both(desk: Desk) -> None:
    desk.exchange.inject({**LOST, "symbol": "ETHUSDT"}, {**AT_ONCE, "kind": "order", "symbol": "ETHUSDT"})
    desk.broken = frozenset({"S2"})

    result = await desk.run(desk.plan(SHORT_ETH))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [str(order.filled) for order in desk.orders()] == ["1", "1", "2"]
    assert desk.exchange.engines["binance"].books.position("desk", "ETHUSDT.P").amount == 0


async def test_a_withdrawal_that_left_twice_under_one_id_needs_an_operator(desk: Desk) -> None:
    desk.exchange.inject({**AT_ONCE, "kind": "withdraw"})
    desk.broken = frozenset({"S2"})

    view = await desk.run_until_blocked(desk.plan(SEND_OUT))

    assert view.reason == "exposure is left that cannot be undone"
    assert view.operations[0].net_deltas == {"binance:BaseToken:ETH": -2}
    assert desk.balance("ETH") == 48


async def test_a_transfer_that_was_made_twice_is_seen_by_the_checker_alone(desk: Desk) -> None:
    desk.exchange.inject({**AT_ONCE, "kind": "transfer"})
    desk.broken = frozenset({"S3"})  # it has no id: the second is nobody's

    result = await desk.run(desk.plan(TO_MARGIN))

    assert result.status is GroupStatus.COMPLETED
    assert desk.balance("USDT", "usdm") == 52_000
