"""What one account of an exchange does for one operation type, and what an account brings: the seams here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from allornone.models.details import OperationType
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, Prepared
from allornone.venues.capabilities import OperationCapability
from allornone.venues.exchange.client import Adjusted, Client
from allornone.venues.exchange.key import KeyCheck
from allornone.venues.exchange.outcomes import Outcomes
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading


class Dialect(Protocol):
    """One operation type at one account: the calls of `Venue`, with its promises about what each may raise."""

    @property
    def capability(self) -> OperationCapability:
        """What this exchange can do for it, and how far it can be trusted."""
        ...

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix the effect. Sends nothing that acts."""
        ...

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Send once, read once."""
        ...

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Ask what became of the reference."""
        ...

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Take back what is open, and read."""
        ...

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return what undoes the handshake, out of the handshake alone."""
        ...

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict the handshake."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """One kind of account of an exchange: its outcome table, ccxt's options for it, and its dialects."""

    outcomes: Outcomes
    dialects: Callable[[Client], Mapping[OperationType, Dialect]]
    ccxt_options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    adjusted: Adjusted | None = None
    key: KeyCheck | None = None
    """How its exchange is asked what a key may do; None where nobody here knows."""
