"""A paper venue: the `Venue` protocol over the shared ledger, with scripted misbehaviour."""

import asyncio
import sqlite3
from datetime import datetime, timedelta
from decimal import Decimal

from allornone.errors import NotSentError, RefusedError, VenueUnavailableError
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus, Prepared
from allornone.venues.capabilities import Capabilities, OperationCapability
from allornone.venues.inverse import Inverse
from allornone.venues.paper.answer import deltas_of, execution_details, fees_of, reading_of, unreadable
from allornone.venues.paper.capability import RECENT_S, paper_capabilities
from allornone.venues.paper.effects import effects_of, leaving
from allornone.venues.paper.faults import UNKNOWING, Behaviour, Fate, PaperFaults
from allornone.venues.paper.inverse import inverse_of
from allornone.venues.paper.ledger import PaperLedger
from allornone.venues.paper.losses import LostAnswerError
from allornone.venues.paper.matching import Clock, Matching
from allornone.venues.paper.quotes import QuotesFile
from allornone.venues.paper.rows import OrderRow, OrderState
from allornone.venues.paper.terms import INVALID, Terms, terms_of
from allornone.venues.reading import Reading

_NEVER_ARRIVES = frozenset({Behaviour.LOSE_REQUEST, Behaviour.ERROR_5XX_NOT_EXECUTED})


class PaperVenue:
    """One paper venue. All that share a ledger see one world; file work is done in threads."""

    def __init__(self, name: str, ledger: PaperLedger, quotes: QuotesFile, faults: PaperFaults, clock: Clock) -> None:
        capabilities = paper_capabilities(name)
        if capabilities is None:
            raise LookupError(f"no paper venue {name!r}")
        self._name = name
        self._capabilities = capabilities
        self._ledger = ledger
        self._quotes = quotes
        self._faults = faults
        self._matching = Matching(ledger, quotes, clock)

    @property
    def name(self) -> str:
        """The name that operations use."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """What this venue declares."""
        return self._capabilities

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Fix the terms. Raises RefusedError where no order could be taken: type, pair, minimum, a broken script."""
        await asyncio.to_thread(self._faults.check)
        return self._terms(request).prepared()

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Take the order, or misbehave as scripted.

        Raises NotSentError where it never arrived and that is certain, LostAnswerError where nothing is.
        """
        return await asyncio.to_thread(self._execute, request, prepared)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Show what the ledger has under the reference, as far back as this venue shows anything."""
        del prepared  # a reference finds everything that terms could
        return await asyncio.to_thread(self._lookup, request)

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Cancel what is open (on a chain: also use up the nonce of what never arrived) and show the rest."""
        return await asyncio.to_thread(self._recall, request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return what undoes the handshake, priced by the quotes of now."""
        return inverse_of(request, handshake, self._quotes.current())

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Predict a full fill at the quotes of now. Leaves no row."""
        terms = self._terms(request)
        effects = effects_of(terms, self._name, terms.amount, self._quotes.current())
        return ExecutionHandshake(
            operation_id=request.operation_id,
            status=ExecutionStatus.CONFIRMED,
            actual_deltas=deltas_of(effects),
            execution_details=execution_details(request, effects, terms.amount),
            fees=fees_of(effects),
            filled_ratio=Decimal(1),
            executed_amount=terms.amount,
            simulated=True,
        )

    def _terms(self, request: ExecutionRequest) -> Terms:
        if request.venue != self._name:
            raise RefusedError(f"{request.operation_id!r} is executed by {request.venue}, not {self._name}", INVALID)
        self._declared(request)
        quotes = self._quotes.current()
        terms = terms_of(request, quotes)
        leaving(terms, quotes)  # refuses what would not even pay its withdrawal fee
        return terms

    def _declared(self, request: ExecutionRequest) -> OperationCapability:
        declared = self._capabilities.of(request.operation_type)
        if declared is None:
            can = ", ".join(sorted(self._capabilities.operations))
            raise RefusedError(f"{self._name} does no {request.operation_type.value}; it does {can}", INVALID)
        return declared

    def _execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        terms = Terms.model_validate(prepared)
        fate = self._faults.of_execute(self._name, request)
        if fate.wire is None:
            return self._answer(request, self._take(request, terms, fate))
        behaviour = fate.wire.behaviour
        if behaviour not in UNKNOWING:
            raise NotSentError(f"{self._name} did not take it: {behaviour.value}")
        if behaviour is Behaviour.LATE:
            self._matching.post(self._name, request, terms, fate, fate.wire)
        elif behaviour not in _NEVER_ARRIVES:
            self._take(request, terms, fate)
        raise LostAnswerError(behaviour)

    def _take(self, request: ExecutionRequest, terms: Terms, fate: Fate) -> OrderRow:
        if self._declared(request).id_scope == "all":
            with self._ledger.transaction() as book:
                for order in book.orders_of(self._name, terms.client_ref):
                    if order.state in (OrderState.OPEN, OrderState.CLOSED):
                        return order
        try:
            return self._matching.take(self._name, request, terms, fate)
        except sqlite3.IntegrityError:
            # An order is open under this id: what this send did is not to be told from what that one did.
            raise LostAnswerError(Behaviour.DUPLICATE_ACK) from None

    def _answer(self, request: ExecutionRequest, order: OrderRow) -> Reading:
        with self._ledger.transaction() as book:
            rows = [row for row in book.effects_of(self._name, order.client_ref) if row.order_id == order.order_id]
        return reading_of(request, (order,), rows, self._matching.clock())

    def _lookup(self, request: ExecutionRequest) -> Reading:
        if self._faults.of_lookup(self._name, request) is not None:
            raise VenueUnavailableError(f"{self._name} could not be asked; ask again later")
        self._matching.pass_time()
        return self._shown(request)

    def _recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        if self._faults.of_lookup(self._name, request) is not None:
            raise VenueUnavailableError(f"{self._name} could not be asked; ask again later")
        if self._declared(request).recall:
            self._matching.recall(self._name, request, None if prepared is None else Terms.model_validate(prepared))
        return self._shown(request)

    def _shown(self, request: ExecutionRequest) -> Reading:
        declared, now = self._declared(request), self._matching.clock()
        if declared.lookup == "none":
            return unreadable(request, now)
        since = now - timedelta(seconds=RECENT_S) if declared.lookup == "recent" else None
        with self._ledger.transaction() as book:
            orders = [order for order in book.orders_of(self._name, request.client_ref) if _seen(order, now, since)]
            shown = {order.order_id for order in orders}
            rows = [row for row in book.effects_of(self._name, request.client_ref) if row.order_id in shown]
        return reading_of(request, orders, rows, now, full_history=since is None)


def _seen(order: OrderRow, now: datetime, since: datetime | None) -> bool:
    if order.state is OrderState.IN_FLIGHT or order.visible_from > now:
        return False
    return since is None or order.state is OrderState.OPEN or order.received_at >= since
