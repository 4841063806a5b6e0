"""An exchange account as a `Venue`: one class for all; what differs is its dialects."""

from collections.abc import Mapping

from allornone.errors import RefusedError
from allornone.models.details import OperationType
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest, Prepared
from allornone.venues.capabilities import Capabilities, UndoClass
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.dialect import Dialect
from allornone.venues.exchange.errand import LOOK_PATIENCE_S, Errand, on_errand
from allornone.venues.exchange.limits.budget import BudgetState
from allornone.venues.exchange.market import INVALID
from allornone.venues.inverse import Inverse
from allornone.venues.reading import Reading


class ExchangeVenue:
    """One account of one exchange. Belongs to the event loop of its first call until `aclose`."""

    def __init__(self, name: str, client: Client, dialects: Mapping[OperationType, Dialect]) -> None:
        self._name = name
        self._client = client
        self._dialects = dialects
        self._capabilities = Capabilities(operations={kind: each.capability for kind, each in dialects.items()})

    @property
    def name(self) -> str:
        """The name that operations use."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """What this account can do."""
        return self._capabilities

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix the effect. Raises RefusedError where the exchange would refuse, VenueUnavailableError unasked."""
        with on_errand(_towards(request, sends=False)):
            return await self._dialect(request).prepare(request)

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Send `prepared` once. Raises RefusedError or NotSentError on proof; anything else means unknown."""
        with on_errand(_towards(request, sends=True)):
            return await self._dialect(request).execute(request, prepared)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Ask what became of the reference. Raises VenueUnavailableError where it cannot be asked."""
        with on_errand(Errand(urgent=True, patience_s=LOOK_PATIENCE_S)):
            return await self._dialect(request).lookup(request, prepared)

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Take back what is open, and look. Raises VenueUnavailableError where it cannot be asked."""
        with on_errand(Errand(urgent=True, patience_s=LOOK_PATIENCE_S)):
            return await self._dialect(request).recall(request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return what undoes the actual deltas, without asking anybody."""
        dialect = self._dialects.get(request.operation_type)
        return Inverse(undo_class=UndoClass.NONE) if dialect is None else dialect.inverse(request, handshake)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict the handshake at the prices of now. Raises RefusedError as `prepare` does."""
        with on_errand(Errand()):
            return await self._dialect(request).simulate(request)

    async def budget(self) -> BudgetState:
        """Return how much of the exchange's limits is used, and until when it wants to hear nothing.

        Asks only the file that the workers of this host share. Raises NotSentError where that cannot be used.
        """
        return await self._client.budget.state()

    async def aclose(self) -> None:
        """Give the connections back. A later call opens them again."""
        await self._client.aclose()

    def _dialect(self, request: ExecutionRequest) -> Dialect:
        if request.venue != self._name:
            raise RefusedError(f"{request.operation_id!r} is executed by {request.venue}, not {self._name}", INVALID)
        found = self._dialects.get(request.operation_type)
        if found is None:
            can = ", ".join(sorted(self._dialects))
            raise RefusedError(f"{self._name} does no {request.operation_type.value}; it does {can}", INVALID)
        return found


def _towards(request: ExecutionRequest, *, sends: bool) -> Errand:
    """Return the errand of a send: undoing goes before doing, and nothing is begun after its time."""
    return Errand(urgent=request.direction is Direction.ROLLBACK, not_after=request.not_after, sends=sends)
