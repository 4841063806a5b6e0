"""Stake one ETH and sell it forward: both, or neither. Run it while `allornone dev` runs."""

import asyncio
from decimal import Decimal

from allornone import AtomicGroup, GroupClient, OperationCommand, OperationType
from allornone.models.details import PerpTradeDetails, Side, StakeDetails

STAKE = OperationCommand(
    operation_id="stake",
    operation_type=OperationType.STAKE,
    source_venue="binance",
    target_venue="lido",
    source_token="ETH",
    target_token="stETH",
    expected_deltas={"binance:ETH": Decimal(-1), "lido:stETH": Decimal(1)},
    operation_details=StakeDetails(amount=Decimal(1)),
)
HEDGE = OperationCommand(
    operation_id="hedge",
    operation_type=OperationType.PERP_TRADE,
    source_venue="binance.usdm",
    target_venue="binance.usdm",
    source_token="USDT",
    target_token="ETHUSDT",
    expected_deltas={"binance.usdm:ETHUSDT": Decimal(-1)},
    operation_details=PerpTradeDetails(pair="ETH/USDT", side=Side.SELL, amount=Decimal(1)),
)


async def main() -> None:
    """Run the group to its end. Under the same id it is the same group: run it twice, and it is done once."""
    client = await GroupClient.connect()
    handle = await client.submit(AtomicGroup(atomic_group_id="hedged-stake-1", operations=(STAKE, HEDGE)))
    result = await handle.result()
    print(result.status.value, {operation.operation_id: operation.state.value for operation in result.operations})


asyncio.run(main())
