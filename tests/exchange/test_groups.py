"""Groups at the test exchange, through ccxt, the production worker and a real Temporal server."""

from decimal import Decimal

import pytest

from allornone.models.group import GroupStatus
from allornone.models.result import OperationState
from tests.exchange.desk import BUY_BTC, SELL_ETH, TOO_MUCH, Desk

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
