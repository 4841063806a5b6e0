"""The way in of one exchange behind the adapter, and the money that comes to it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from allornone.ids import client_ref
from allornone.models.details import OperationType
from allornone.models.execution import ExecutionRequest
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import Deposit
from allornone.testexchange.serving import ACCOUNT, Served
from allornone.venues import Venue
from allornone.venues.reading import Reading
from tests.contract.exchange.bench import open_account

_amounts = (Decimal(number) / 1_000 for number in count(5_001))
"""None twice, so that what one test leaves is nothing to another."""


class WayIn:
    """The way in of one exchange, and what happens at the exchange."""

    def __init__(self, name: str, served: Served, folder: Path) -> None:
        self.name = name
        self.served = served
        self.venue = self.opened(folder)
        self.amount = next(_amounts)
        self.address = self.engine.moving.address(ACCOUNT, "ETH")
        self.folder = folder

    @property
    def engine(self) -> Engine:
        return self.served.engines[self.name]

    def opened(self, folder: Path) -> Venue:
        return open_account(
            f"{self.name}.deposits",
            self.name,
            "deposits",
            self.served,
            data_dir=str(folder),
            deposits_by="amount",
        )

    def arrives(self, amount: Decimal | None = None, tx_id: str | None = None) -> Deposit:
        """Let it be seen by the exchange, which does not credit it by itself."""
        deposit = self.engine.moving.arrive(ACCOUNT, "ETH", amount or self.amount, tx_id=tx_id)
        deposit.due_ms = 0
        return deposit

    def credited(self, amount: Decimal | None = None, tx_id: str | None = None) -> Deposit:
        return self.engine.moving.credit(self.arrives(amount, tx_id))

    def request(self, operation: str = "await-eth", **details: str) -> ExecutionRequest:
        given = {"amount": str(self.amount), **({} if "memo" in details else {"address": self.address}), **details}
        return ExecutionRequest.model_validate(
            {
                "operation_id": operation,
                "operation_type": OperationType.TRANSFER,
                "source_venue": f"{self.name}.deposits",
                "target_venue": self.name,
                "source_token": "ETH",
                "target_token": "ETH",
                "expected_deltas": {f"{self.name}:ETH": str(self.amount)},
                "operation_details": given,
                "client_ref": client_ref(f"{self.name}-{self.amount}", "plan", operation, "forward", 1),
                "not_after": datetime.now(UTC) + timedelta(seconds=60),
            }
        )

    async def awaits(self, operation: str = "await-eth", **details: str) -> Reading:
        request = self.request(operation, **details)
        return await self.venue.execute(request, await self.venue.prepare(request))
