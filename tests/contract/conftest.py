"""What the contract suite runs against: each case is one operation at one paper venue, in process or remote."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from allornone.ids import client_ref
from allornone.models.details import OperationType
from allornone.models.execution import Direction, ExecutionRequest
from allornone.models.operation import GivenInverse
from allornone.venues import Venue
from allornone.venues.capabilities import OperationCapability
from allornone.venues.paper import PAPER_VENUES, PaperServer, PaperWorld, RemotePaperVenue, paper_capabilities
from allornone.venues.paper.rows import EffectRow

SPOT = {"pair": "ETH/USDT", "side": "buy", "amount": "2"}
PERP = {"pair": "ETH/USDT", "side": "sell", "amount": "2"}
TWO = {"amount": "2"}
PLANS: dict[OperationType, tuple[str, str, str, str, dict[str, str]]] = {
    OperationType.SPOT_TRADE: ("{v}", "{v}", "USDT", "ETH", SPOT),
    OperationType.PERP_TRADE: ("{v}", "{v}", "USDT", "ETHUSDT", PERP),
    OperationType.SUPPLY: ("wallet", "{v}", "USDT", "aUSDT", TWO),
    OperationType.WITHDRAW: ("{v}", "wallet", "aUSDT", "USDT", TWO),
    OperationType.BORROW: ("wallet", "{v}", "aUSDT", "USDC", TWO),
    OperationType.REPAY: ("wallet", "{v}", "USDC", "debtUSDC", TWO),
    OperationType.FLASH_BORROW: ("wallet", "{v}", "USDC", "USDC", TWO),
    OperationType.FLASH_REPAY: ("wallet", "{v}", "USDC", "USDC", TWO),
    OperationType.STAKE: ("binance", "{v}", "ETH", "wstETH", TWO),
    OperationType.UNSTAKE: ("{v}", "binance", "wstETH", "ETH", TWO),
    OperationType.SWAP: ("wallet", "{v}", "ETH", "USDC", TWO),
    OperationType.TRANSFER: ("{v}", "wallet", "ETH", "ETH", TWO),
}
FROM_WALLET = ("wallet", "binance", "ETH", "ETH", TWO)
FROM_EXCHANGE = ("{v}", "wallet", "ETH", "ETH", TWO)


@dataclass(frozen=True)
class Case:
    """One operation type at one venue."""

    venue: str
    operation_type: OperationType

    @property
    def capability(self) -> OperationCapability:
        capabilities = paper_capabilities(self.venue)
        found = None if capabilities is None else capabilities.of(self.operation_type)
        assert found is not None
        return found

    @property
    def plan(self) -> tuple[str, str, str, str, dict[str, str]]:
        if self.operation_type is OperationType.TRANSFER and self.venue == "wallet":
            return FROM_WALLET
        if self.operation_type is OperationType.WITHDRAW and self.venue in ("binance", "coinbase", "kraken"):
            return FROM_EXCHANGE
        return PLANS[self.operation_type]


CASES = [
    Case(venue, operation_type)
    for venue in PAPER_VENUES
    for operation_type in (found.operations if (found := paper_capabilities(venue)) else ())
]
_numbers = count(1)


class Bench:
    """One case at one venue, with the ledger beside it as the independent witness."""

    def __init__(self, case: Case, venue: Venue, world: PaperWorld, data_dir: Path) -> None:
        self.case = case
        self.venue = venue
        self.world = world
        self.number = next(_numbers)
        self.group = f"group-{self.number}"
        self.operation = f"op-{self.number}"
        self._faults = data_dir / "paper-faults.yaml"

    def misbehave(self, behaviour: str, **more: str) -> None:
        rule = {"behaviour": behaviour, "operation_id": self.operation, **more}
        part = self._faults.with_suffix(".part")
        part.write_text(yaml.safe_dump([rule]))
        part.replace(self._faults)

    def request(self, *, epoch: int = 1, expires_in_s: float = 60, **details: str) -> ExecutionRequest:
        source, target, source_token, target_token, planned = self.case.plan
        return self._build(
            {
                "operation_type": self.case.operation_type,
                "source_venue": source.format(v=self.case.venue),
                "target_venue": target.format(v=self.case.venue),
                "source_token": source_token,
                "target_token": target_token,
                "operation_details": {**planned, **details},
            },
            Direction.FORWARD,
            epoch,
            expires_in_s,
        )

    def undoing(self, step: GivenInverse) -> ExecutionRequest:
        return self._build(step.model_dump(exclude={"expected_deltas"}), Direction.ROLLBACK, 1, 60)

    def _build(
        self, fields: dict[str, Any], direction: Direction, epoch: int, expires_in_s: float
    ) -> ExecutionRequest:
        return ExecutionRequest.model_validate(
            {
                **fields,
                "operation_id": self.operation,
                "atomic_group_id": self.group,
                "expected_deltas": {},
                "client_ref": client_ref(self.group, "plan", self.operation, direction.value, epoch),
                "direction": direction,
                "epoch": epoch,
                "not_after": datetime.now(UTC) + timedelta(seconds=expires_in_s),
            }
        )

    def totals(self) -> dict[str, Decimal]:
        return self.world.ledger.totals(group_id=self.group)

    def effects(self) -> tuple[EffectRow, ...]:
        return self.world.ledger.effects(group_id=self.group)

    def principal(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for row in self.effects():
            if row.effect.kind == "principal":
                key = row.effect.position_key
                sums[key] = sums.get(key, Decimal(0)) + row.effect.delta
        return {key: amount for key, amount in sums.items() if amount}

    def open_order(self) -> int:
        (order,) = [
            row.order_id
            for row in self.world.ledger.orders()
            if row.group_id == self.group and row.state == "open"
        ]
        return order


@dataclass(frozen=True)
class Served:
    """A paper server of the session, and the world behind it."""

    url: str
    world: PaperWorld
    data_dir: Path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    data_dir = tmp_path_factory.mktemp("served")
    world = PaperWorld(data_dir)
    server = PaperServer(world)
    yield Served(await server.start("127.0.0.1", 0), world, data_dir)
    await server.stop()
    world.close()


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data_dir = tmp_path_factory.mktemp("local")
    world = PaperWorld(data_dir)
    yield Served("", world, data_dir)
    world.close()


@pytest.fixture(params=CASES, ids=lambda case: f"{case.venue}-{case.operation_type.value}")
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest_asyncio.fixture(params=["in_process", "remote"], loop_scope="session")
async def bench(
    request: pytest.FixtureRequest, case: Case, served: Served, local: Served
) -> AsyncIterator[Bench]:
    """A paper venue to be held to the contract, once in this process and once behind HTTP."""
    if request.param == "in_process":
        yield Bench(case, local.world.venue(case.venue), local.world, local.data_dir)
        return
    venue = RemotePaperVenue(case.venue, served.url, timeout_s=0.3)
    yield Bench(case, venue, served.world, served.data_dir)
    await venue.aclose()
