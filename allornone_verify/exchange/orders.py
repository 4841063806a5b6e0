"""Rows of the books as orders of the log's operations: under the permit's names where they are what it permits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from allornone_verify.amounts import EXACT, Holding
from allornone_verify.exchange.books import Books
from allornone_verify.exchange.changes import Change, of_deposit, of_fill, of_transfer, of_withdrawal
from allornone_verify.exchange.matching import WAYS, Matches
from allornone_verify.exchange.rows import CONTRACT, Deposit, Fill, Placed, Transfer, Withdrawal, moment_of
from allornone_verify.ledger import Effect, Order
from allornone_verify.permits import UNNAMED, WAY_IN, Permit

_OPEN = frozenset({"new", "partial"})
_ENDED = {"completed": "closed", "failed": "refused", "canceled": "refused"}
_NOT_FENCED = frozenset({("binance", "transfer"), ("kraken", "withdraw")})
"""What is sent with no expiry that anybody could show to have been kept."""


def lateness_of(exchange: str, kind: str) -> float | None:
    """Return how long after its expiry something may take effect: 0 where it is enforced, None without a bound."""
    return None if exchange in {UNNAMED, WAY_IN} or (exchange, kind) in _NOT_FENCED else 0


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes orders of one exchange's rows. `bases` are the names of its account's venues."""

    books: Books
    matches: Matches
    number: int
    name: str
    bases: set[str]

    def orders(self) -> Iterator[Order]:
        """Yield every row that has a permit, in no order."""
        fills: defaultdict[int, list[Fill]] = defaultdict(list)
        for fill in self.books.fills:
            fills[fill.order_id].append(fill)
        for placed in self.books.orders:
            if (permit := self.matches.orders.get(placed.order_id)) is not None:
                yield self._traded(placed, permit, fills[placed.order_id])
        for moved in self.books.transfers:
            if (permit := self.matches.transfers.get(moved.transfer_id)) is not None:
                yield self._moved(moved, permit)
        for gone in self.books.withdrawals:
            if (permit := self.matches.withdrawals.get(gone.withdrawal_id)) is not None:
                yield self._left(gone, permit)
        for came in self.books.deposits:
            if (permit := self.matches.deposits.get(came.deposit_id)) is not None:
                yield self._came(came, permit)

    def _traded(self, row: Placed, permit: Permit, fills: Iterable[Fill]) -> Order:
        effects = [
            effect
            for fill in fills
            for effect in self._effects(
                permit,
                of_fill(fill, self.books.sides[fill.symbol]),
                position=fill.fill_id,
                at_ms=fill.at_ms,
                place=f"{self.name} fill {fill.fill_id}",
            )
        ]
        told = f"{row.symbol} {row.side} {row.amount:f} at {'market' if row.type == 'market' else f'{row.price:f}'}"
        return self._order(
            permit,
            row.order_id,
            venue=self._venue(permit, told, fits=_is_permitted(row, permit)),
            requested=row.amount,
            filled=row.filled,
            state="open" if row.status in _OPEN else "closed",
            at=moment_of(row.created_ms),
            place=f"{self.name} order {row.order_id}",
            effects=effects,
        )

    def _moved(self, row: Transfer, permit: Permit) -> Order:
        place, number = f"{self.name} transfer {row.transfer_id}", row.transfer_id
        fits = (row.source, row.asset) == (_source(permit), permit.tokens[0])
        told = f"{row.asset} from {row.source} to {row.target}"
        return self._order(
            permit,
            number,
            venue=self._venue(permit, told, fits=fits),
            requested=row.amount,
            filled=row.amount,
            state="closed",
            at=moment_of(row.at_ms),
            place=place,
            effects=self._effects(permit, of_transfer(row), position=number, at_ms=row.at_ms, place=place),
        )

    def _left(self, row: Withdrawal, permit: Permit) -> Order:
        place, number = f"{self.name} withdrawal {row.withdrawal_id}", row.withdrawal_id
        # Coinbase takes what shall arrive, and its fee on top.
        asked = EXACT.subtract(row.amount, row.fee) if self.books.exchange == "coinbase" else row.amount
        fits = (row.asset, row.address) == (permit.tokens[0], permit.prepared.get("address"))
        return self._order(
            permit,
            number,
            venue=self._venue(permit, f"{row.asset} to {row.address}", fits=fits),
            requested=asked,
            filled=asked if row.is_done else Decimal(0),
            state=_ENDED.get(row.state, "open"),
            at=moment_of(row.applied_ms),
            place=place,
            effects=self._effects(permit, of_withdrawal(row), position=number, at_ms=row.ended_ms, place=place),
        )

    def _came(self, row: Deposit, permit: Permit) -> Order:
        place, fits = f"{self.name} deposit {row.deposit_id}", row.asset == permit.tokens[1]
        return self._order(
            permit,
            row.deposit_id,
            venue=self._venue(permit, f"{row.asset} by {row.tx_id}", fits=fits),
            requested=permit.amount,
            filled=min(row.amount, permit.amount) if row.is_credited else Decimal(0),  # others may have sent more
            state="closed" if row.is_credited else "open",
            at=max(moment_of(row.seen_ms), permit.made),  # it may be there before anybody awaits it
            place=place,
            # Its number says nothing about when the withdrawal that undoes it was.
            effects=self._effects(permit, of_deposit(row), position=0, at_ms=row.credited_ms, place=place),
        )

    def _venue(self, permit: Permit, told: str, *, fits: bool) -> str:
        """Return the permit's venue where the row is what it permits, else what the row is."""
        return permit.venue if fits and self._is_its(permit) else f"{self.books.exchange}: {told}"

    def _is_its(self, permit: Permit) -> bool:
        """Tell whether a permit is for this account of this exchange."""
        return permit.base in self.bases and permit.exchange in {UNNAMED, WAY_IN, self.books.exchange}

    def _effects(
        self, permit: Permit, changes: Iterable[Change], *, position: int, at_ms: int, place: str
    ) -> list[Effect]:
        at = moment_of(at_ms)
        return [
            Effect(position, self._holding(change, permit), change.delta, change.fee, at, place)
            for change in changes
            if change.delta
        ]

    def _holding(self, change: Change, permit: Permit) -> Holding:
        if not self._is_its(permit):
            return f"{self.books.exchange}/{change.wallet}", change.kind, change.token
        token = _contract(permit) if change.kind == "perp" else change.token
        return permit.target if _arrives(change, permit) else permit.venue, change.kind, token

    def _order(
        self,
        permit: Permit,
        position: int,
        *,
        venue: str,
        requested: Decimal,
        filled: Decimal,
        state: str,
        at: datetime,
        place: str,
        effects: list[Effect],
    ) -> Order:
        return Order(
            position=position,
            venue=venue,
            ref=permit.ref,
            group_id=permit.group_id,
            operation_id=permit.operation_id,
            direction=permit.direction,
            requested=requested,
            filled=filled,
            state=state,
            received_at=at,
            not_after=permit.not_after,
            lateness_s=lateness_of(permit.exchange, permit.kind),
            place=place,
            effects=tuple(effects),
            ledger=self.number,
        )


def _is_permitted(row: Placed, permit: Permit) -> bool:
    base, _, quote = permit.pair.partition("/")
    contract = CONTRACT if permit.kind == "perp_trade" else ""
    return (
        row.symbol in {f"{base}{quote}{contract}", f"{base}-{quote}{contract}"}
        and row.side == permit.prepared.get("side")
        and row.amount == permit.amount
        and (None if row.type == "market" else row.price) == permit.price
    )


def _source(permit: Permit) -> str:
    """Return the wallet that a transfer leaves."""
    return WAYS.get(str(permit.prepared.get("way")), "")


def _arrives(change: Change, permit: Permit) -> bool:
    return permit.kind == "transfer" and change.wallet != _source(permit)


def _contract(permit: Permit) -> str:
    """Return the contract as the operation spells it, among the spellings that mean this one."""
    base, _, quote = permit.pair.partition("/")
    return f"{base}-PERP" if f"{base}-PERP" in permit.tokens else f"{base}{quote}"
