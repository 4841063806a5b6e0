"""One operation type at one venue, held against the contract, with its own books as the witness."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import yaml

from allornone.ids import client_ref
from allornone.models.execution import Direction, ExecutionRequest
from allornone.models.operation import GivenInverse
from allornone.venues import Venue
from allornone.venues.paper import PaperWorld
from allornone.venues.paper.rows import OrderState
from tests.contract.cases import AnyCase

_numbers = count(1)


class TestClock:
    """The venues' clock: real time, and what a test adds to it."""

    __test__ = False

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Served:
    """A paper world of the session, its clock, and where it is served."""

    url: str
    world: PaperWorld
    clock: TestClock
    data_dir: Path


@dataclass(frozen=True)
class Change:
    """One balance change in a venue's books, under the venue's own id for it."""

    evidence_id: str
    client_ref: str
    position_key: str
    delta: Decimal
    is_fee: bool


class AnyClock(Protocol):
    """The venue's clock."""

    def __call__(self) -> datetime: ...
    def advance(self, seconds: float) -> None: ...


class Witness(Protocol):
    """A venue's own books, read beside its adapter, and the way to make it misbehave."""

    @property
    def remembers_refusals(self) -> bool:
        """Whether a look-up shows what was refused: an exchange keeps nothing of it."""
        ...

    @property
    def understood(self) -> bool:
        """Whether its adapter knows its words and its clock, and not only what every venue of its kind has."""
        ...

    @property
    def keeps_to_its_word(self) -> bool:
        """Whether the venue does no more than it declares, and gives an order another number than its effects."""
        ...

    def misbehave(self, bench: "Bench", behaviour: str, **more: str) -> dict[str, str]:
        """Do so at the bench's next call, and return what its request has to say differently for it."""
        ...

    async def passed(self, bench: "Bench") -> None:
        """Wait for what the time that passed brings by itself."""
        ...

    def changes(self, bench: "Bench") -> tuple[Change, ...]: ...
    def filled(self, bench: "Bench") -> tuple[Decimal, ...]:
        """Return how much of each of the bench's orders filled."""
        ...

    def fill_open(self, bench: "Bench") -> None:
        """Fill what the bench's open order has left."""
        ...


class PaperWitness:
    """The ledger of a paper world."""

    remembers_refusals = True
    understood = True
    keeps_to_its_word = True

    def __init__(self, served: Served) -> None:
        self._world = served.world
        self._faults = served.data_dir / "paper-faults.yaml"

    def misbehave(self, bench: "Bench", behaviour: str, **more: str) -> dict[str, str]:
        rule = {"behaviour": behaviour, "operation_id": bench.operation, **more}
        part = self._faults.with_suffix(".part")
        part.write_text(yaml.safe_dump([rule]))
        part.replace(self._faults)
        return {}

    async def passed(self, bench: "Bench") -> None:
        """Every paper venue lets it pass when it is asked."""

    def changes(self, bench: "Bench") -> tuple[Change, ...]:
        return tuple(
            Change(
                evidence_id=f"paper-effect-{row.effect_id}",
                client_ref=row.client_ref,
                position_key=row.effect.position_key,
                delta=row.effect.delta,
                is_fee=row.effect.kind == "fee",
            )
            for row in self._world.ledger.effects(group_id=bench.group)
        )

    def filled(self, bench: "Bench") -> tuple[Decimal, ...]:
        return tuple(order.filled for order in self._world.ledger.orders() if order.group_id == bench.group)

    def fill_open(self, bench: "Bench") -> None:
        (order,) = [
            row.order_id
            for row in self._world.ledger.orders()
            if row.group_id == bench.group and row.state is OrderState.OPEN
        ]
        self._world.matching.fill(order)


class Bench:
    """One case at one venue, with the venue's own books beside it as the independent witness."""

    def __init__(self, case: AnyCase, opened: Callable[[str], Venue], clock: AnyClock, witness: Witness) -> None:
        self.case = case
        self.opened = opened
        self.venue = opened(case.venue)
        self.clock = clock
        self.witness = witness
        self.number = next(_numbers)
        self.group = f"group-{self.number}"
        self.operation = f"op-{self.number}"
        self._said: dict[str, str] = {}

    def misbehave(self, behaviour: str, **more: str) -> None:
        self._said = self.witness.misbehave(self, behaviour, **more)

    async def advance(self, seconds: float) -> None:
        """Let time pass at the venue, and what it brings."""
        self.clock.advance(seconds)
        await self.witness.passed(self)

    def request(self, *, epoch: int = 1, expires_in_s: float = 60, **details: str) -> ExecutionRequest:
        source, target, source_token, target_token, planned = self.case.plan
        return self._build(
            {
                "operation_type": self.case.operation_type,
                "source_venue": source.format(v=self.case.venue),
                "target_venue": target.format(v=self.case.venue),
                "source_token": source_token,
                "target_token": target_token,
                "operation_details": {**planned, **self._said, **details},
            },
            Direction.FORWARD,
            epoch,
            expires_in_s,
        )

    def undoing(self, step: GivenInverse) -> ExecutionRequest:
        return self._build(step.model_dump(exclude={"expected_deltas"}), Direction.ROLLBACK, 1, 60)

    def reference(self, direction: Direction = Direction.FORWARD, epoch: int = 1) -> str:
        return client_ref(self.group, "plan", self.operation, direction.value, epoch)

    def _build(self, fields: dict[str, Any], direction: Direction, epoch: int, expires_in_s: float) -> ExecutionRequest:
        return ExecutionRequest.model_validate(
            {
                **fields,
                "operation_id": self.operation,
                "atomic_group_id": self.group,
                "expected_deltas": {},
                "client_ref": self.reference(direction, epoch),
                "direction": direction,
                "epoch": epoch,
                "not_after": self.clock() + timedelta(seconds=expires_in_s),
            }
        )

    def changes(self) -> tuple[Change, ...]:
        return self.witness.changes(self)

    def totals(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for change in self.changes():
            sums[change.position_key] = sums.get(change.position_key, Decimal(0)) + change.delta
        return {key: amount for key, amount in sums.items() if amount}

    def left_to_restore(self) -> Decimal:
        """Sum the key that an undo brings back, without the fees of the undo itself."""
        return sum(
            (
                change.delta
                for change in self.changes()
                if change.position_key == self.case.restored
                and (change.client_ref == self.reference() or not change.is_fee)
            ),
            Decimal(0),
        )
