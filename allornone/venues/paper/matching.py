"""The engine of the paper venues: takes orders, fills them into the ledger, lets time pass."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from allornone.errors import RefusedError
from allornone.models.details import OperationType, OrderType, Side
from allornone.models.execution import ExecutionRequest
from allornone.units import EXACT, ZERO, times, total
from allornone.venues.paper.book import Book
from allornone.venues.paper.capability import on_chain, paper_capabilities
from allornone.venues.paper.effects import effects_of, market_price
from allornone.venues.paper.faults import Behaviour, Fate, FaultRule
from allornone.venues.paper.ledger import PaperLedger
from allornone.venues.paper.quotes import QuotesFile, floored
from allornone.venues.paper.rows import Effect, OrderRow, OrderState
from allornone.venues.paper.terms import Terms

Clock = Callable[[], datetime]
"""Returns the venue's own time, aware."""


class Matching:
    """Every paper venue of one ledger. Each call lets what is due happen first, at the moment it was due."""

    def __init__(self, ledger: PaperLedger, quotes: QuotesFile, clock: Clock) -> None:
        self._ledger = ledger
        self._quotes = quotes
        self.clock = clock

    def take(self, venue: str, request: ExecutionRequest, terms: Terms, fate: Fate) -> OrderRow:
        """Take an order now and fill what fills. Raises sqlite3.IntegrityError if its id has an open one."""
        with self._ledger.transaction() as book:
            now = self.clock()
            self._let_pass(book, now)
            visible = now if fate.stale is None else now + fate.stale.delay
            drift = ZERO if fate.drift is None else fate.drift.bps
            order = book.add_order(
                venue, request, terms, OrderState.OPEN, received_at=now, visible_from=visible, drift_bps=drift
            )
            return self._decide(book, order, terms, now, fate.act)

    def post(self, venue: str, request: ExecutionRequest, terms: Terms, fate: Fate, late: FaultRule) -> None:
        """Put an order on its way; it reaches the venue after the delay of `late`."""
        with self._ledger.transaction() as book:
            now = self.clock()
            drift = ZERO if fate.drift is None else fate.drift.bps
            due = now + late.delay
            book.add_order(
                venue,
                request,
                terms,
                OrderState.IN_FLIGHT,
                received_at=now,
                visible_from=due,
                due_at=due,
                drift_bps=drift,
            )

    def pass_time(self) -> None:
        """Let everything that is due by now happen."""
        with self._ledger.transaction() as book:
            self._let_pass(book, self.clock())

    def fill(self, order_id: int, amount: Decimal | None = None) -> OrderRow:
        """Fill an open order by `amount`, by all of its rest where none is given; then it closes.

        Raises LookupError without such an order, RefusedError when it is not open or its bounds are not met.
        """
        with self._ledger.transaction() as book:
            order = _open(book, order_id)
            rest = _rest(order)
            return self._fill(book, order, _terms(order), rest if amount is None else min(rest, amount), self.clock())

    def cancel(self, order_id: int) -> OrderRow:
        """Cancel the rest of an open order. Raises as `fill` does."""
        with self._ledger.transaction() as book:
            order = _open(book, order_id)
            return book.settle(order_id, OrderState.CANCELLED, order.filled, reason="cancelled: by the operator")

    def recall(self, venue: str, request: ExecutionRequest, terms: Terms | None) -> None:
        """Cancel what is open under a reference; on a chain, use up the nonce of what was never seen."""
        with self._ledger.transaction() as book:
            now = self.clock()
            self._let_pass(book, now)
            orders = book.orders_of(venue, request.client_ref)
            for order in orders:
                if order.state is OrderState.OPEN:
                    book.settle(order.order_id, OrderState.CANCELLED, order.filled, reason="cancelled: recalled")
            known = any(order.state is not OrderState.IN_FLIGHT for order in orders)
            if terms is not None and not known and on_chain(venue):
                book.add_order(
                    venue,
                    request,
                    terms,
                    OrderState.REFUSED,
                    received_at=now,
                    visible_from=now,
                    reason=_NONCE_USED,
                )

    def _let_pass(self, book: Book, now: datetime) -> None:
        for order in book.orders_due(now):
            moment = order.due_at or now
            terms = _terms(order)
            if order.state is OrderState.OPEN:
                self._fill(book, order, terms, _rest(order), moment)
            elif _has_open_twin(book, order):
                book.settle(order.order_id, OrderState.REFUSED, ZERO, reason=_DUPLICATE)
            else:
                book.arrive(order.order_id, moment)
                self._decide(book, book.settle(order.order_id, OrderState.OPEN, ZERO), terms, moment, None)

    def _decide(self, book: Book, order: OrderRow, terms: Terms, now: datetime, act: FaultRule | None) -> OrderRow:
        behaviour = Behaviour.OK if act is None else act.behaviour
        refusal = self._refusal(book, order, terms, now, behaviour)
        if refusal is not None:
            return book.settle(order.order_id, OrderState.REFUSED, ZERO, reason=refusal)
        if behaviour in (Behaviour.PARTIAL, Behaviour.OPEN, Behaviour.OPEN_THEN_FILL) and act is not None:
            return self._fill_part(book, order, terms, now, act)
        if self._rests(terms):
            return order
        return self._fill(book, order, terms, self._takes(book, terms), now, closes=True)

    def _fill_part(self, book: Book, order: OrderRow, terms: Terms, now: datetime, act: FaultRule) -> OrderRow:
        part = floored(times(terms.amount, act.ratio), terms.step)
        if part:
            order = self._fill(book, order, terms, part, now, closes=act.behaviour is Behaviour.PARTIAL)
        elif act.behaviour is Behaviour.PARTIAL:
            return book.settle(order.order_id, OrderState.REFUSED, ZERO, reason="no_fill: nothing was filled")
        if order.state is OrderState.OPEN and act.behaviour is Behaviour.OPEN_THEN_FILL:
            return book.settle(order.order_id, OrderState.OPEN, order.filled, due_at=now + act.delay)
        return order

    def _refusal(self, book: Book, order: OrderRow, terms: Terms, now: datetime, behaviour: Behaviour) -> str | None:
        """Return why the venue does not take the order, None where it does."""
        if behaviour is Behaviour.REFUSE:
            return "rejected: by the venue's own rules"
        capabilities = paper_capabilities(order.venue)
        declared = None if capabilities is None else capabilities.of(terms.operation_type)
        if declared is None:
            return f"unsupported: {order.venue} does no {terms.operation_type.value}"
        if declared.expiry == "enforced" and now > terms.not_after:
            return f"expired: {now.isoformat()} is past {terms.not_after.isoformat()}"
        if on_chain(order.venue) and _nonce_is_used(book, order):
            return _NONCE_USED
        if terms.reduce_only and not self._takes(book, terms):
            return "reduce_only: there is no position to reduce"
        return None

    def _fill(
        self,
        book: Book,
        order: OrderRow,
        terms: Terms,
        amount: Decimal,
        now: datetime,
        *,
        closes: bool = False,
    ) -> OrderRow:
        try:
            effects = effects_of(terms, order.venue, amount, self._quotes.current(), order.drift_bps)
            self._afford(book, effects)
        except RefusedError as error:
            state = OrderState.CANCELLED if order.filled else OrderState.REFUSED
            return book.settle(order.order_id, state, order.filled, reason=str(error))
        book.add_effects(order, effects, now)
        filled = total((order.filled, amount))
        done = closes or filled >= order.requested
        return book.settle(order.order_id, OrderState.CLOSED if done else OrderState.OPEN, filled)

    def _afford(self, book: Book, effects: tuple[Effect, ...]) -> None:
        start = self._quotes.current().balances
        for key in {effect.position_key for effect in effects} & start.keys():
            change = total(effect.delta for effect in effects if effect.position_key == key)
            after = total((start[key], book.balance(key), change))
            if change < 0 and after < 0:
                raise RefusedError(f"insufficient_funds: {key} would go to {after}")

    def _rests(self, terms: Terms) -> bool:
        """Tell whether a limit order waits for its price."""
        waits = terms.order_type is OrderType.LIMIT and terms.side is not None
        return waits and market_price(terms, self._quotes.current()) is None

    def _takes(self, book: Book, terms: Terms) -> Decimal:
        """Return the amount that an order takes: all, or with `reduce_only` no more than the position."""
        if terms.operation_type is not OperationType.PERP_TRADE or not terms.reduce_only:
            return terms.amount
        position = book.balance(terms.principal_key)
        reducible = EXACT.minus(position) if terms.side is Side.BUY else position
        return min(terms.amount, max(ZERO, reducible))


_NONCE_USED = "nonce_used: another transaction has the nonce"
_DUPLICATE = "duplicate: the id has an open order"


def _has_open_twin(book: Book, order: OrderRow) -> bool:
    return any(twin.state is OrderState.OPEN for twin in book.orders_of(order.venue, order.client_ref))


def _nonce_is_used(book: Book, order: OrderRow) -> bool:
    return any(
        other.reason == _NONCE_USED or other.state is OrderState.CLOSED
        for other in book.orders_of(order.venue, order.client_ref)
        if other.order_id != order.order_id
    )


def _terms(order: OrderRow) -> Terms:
    return Terms.model_validate_json(order.terms)


def _rest(order: OrderRow) -> Decimal:
    return total((order.requested, -order.filled))


def _open(book: Book, order_id: int) -> OrderRow:
    order = book.order(order_id)
    if order.state is not OrderState.OPEN:
        raise RefusedError(f"paper order {order_id} must be open, was {order.state.value}")
    return order
