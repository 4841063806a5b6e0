"""The venue protocol: what an exchange, a lending market or a chain has to answer, and nothing else."""

from typing import Protocol

from allornone.models.execution import ExecutionHandshake, ExecutionRequest, Prepared
from allornone.venues.capabilities import Capabilities
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading


class Venue(Protocol):
    """One venue, or one account of it. A plain class; its transport is given to it; it knows no workflow."""

    @property
    def name(self) -> str:
        """The name that operations use, with its account: `binance`, `binance.usdm`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this venue can do, per operation type, and how far it can be trusted."""
        ...

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix the effect: rounded amounts, own id, expiry. Sends nothing that acts.

        Raises RefusedError when the venue would certainly refuse, VenueUnavailableError when it cannot be asked.
        """
        ...

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Send `prepared` once, without retries of the client's own, and read once.

        Raises RefusedError or NotSentError only on proof. Anything else it raises means unknown.
        """
        ...

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Ask what became of the reference. Never acts. Raises VenueUnavailableError when it cannot be asked."""
        ...

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Take back what is still open (cancel the order, burn the nonce) and read. May be called again."""
        ...

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return what undoes the actual deltas of `handshake`, in order, without asking the venue."""
        ...

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict the handshake. Leaves no trace at the venue. Raises RefusedError as `prepare` does."""
        ...
