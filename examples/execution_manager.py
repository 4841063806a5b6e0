"""The same through the seed's ExecutionManager: operations in, handshakes out. Run it while `allornone dev` runs."""

import os
from datetime import UTC, datetime
from decimal import Decimal

from allornone import ExecutionManager, OperationCommand, OperationType
from allornone.models.details import StakeDetails
from allornone.settings import load_settings

STAKE = OperationCommand(
    operation_id="stake_001",
    operation_type=OperationType.STAKE,
    source_venue="binance",
    target_venue="lido",
    source_token="ETH",
    target_token="stETH",
    expected_deltas={"binance:ETH": Decimal(-1), "lido:stETH": Decimal(1)},
    operation_details=StakeDetails(amount=Decimal(1)),
    atomic_group_id="managed-stake-1",
)


def main() -> None:
    """Process one operation. Nothing here knows of Temporal."""
    manager = ExecutionManager("docs-run-1", os.getpid(), load_settings().log_dir)
    for handshake in manager.process_operations(datetime.now(UTC), [STAKE]):
        deltas = {key: str(amount) for key, amount in handshake.actual_deltas.items()}
        print(handshake.operation_id, handshake.status.value, deltas)


if __name__ == "__main__":
    main()
