"""One exchange of a `testexchange.db` as a ledger: the orders of the log's groups, and all of its balances."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from allornone_verify.amounts import EXACT, ZERO, Holding, Moves, total
from allornone_verify.exchange.books import Books
from allornone_verify.exchange.changes import Change, of_deposit, of_fill, of_transfer, of_withdrawal, wallet_of
from allornone_verify.exchange.matching import Matches, matched, named
from allornone_verify.exchange.orders import Reader, lateness_of
from allornone_verify.exchange.rows import MARGIN, OPENING, SYSTEM
from allornone_verify.ledger import Order
from allornone_verify.permits import Permits

_Row = tuple[str, str, list[Change], str]
"""What of the books changed balances: its entry in the postings, the account, the changes, the place."""


class ExchangeLedger:
    """Asked only once the log is read: `permits` is filled by then, and `bases` is what the claims came to.

    `bases` are the venue names, each without its account, that this exchange is in the log.
    """

    def __init__(self, books: Books, permits: Permits, number: int, *, given: str = "", skew_s: float = 5.0) -> None:
        self.name = books.file
        self.exchange = books.exchange
        self.given = given
        self.bases: set[str] = set()
        self._books = books
        self._permits = permits
        self._number = number
        self._skew_s = skew_s

    @property
    def label(self) -> str:
        """What it is in a report."""
        return f"{self.name} ({self.exchange})"

    def claims(self) -> set[str]:
        """Return the venue names under which the log has permits for orders of these books."""
        by_order, by_withdrawal = named(self._books, self._permits)
        return {permit.base for permit in (*by_order.values(), *by_withdrawal.values())}

    def witnesses(self, venue: str) -> bool:
        """Tell whether these are the books of a venue of the log."""
        return venue.partition(".")[0] in self.bases and venue in {*self._permits.exchanges(), *self._permits.ways_in()}

    def groups(self, group_id: str | None) -> Iterator[tuple[str, tuple[Order, ...]]]:
        """Yield each group with its orders, by group id."""
        found = Reader(self._books, self._matches, self._number, self.label, self.bases).orders()
        wanted = sorted((order for order in found if group_id in {None, order.group_id}), key=attrgetter("group_id"))
        for key, orders in groupby(wanted, key=attrgetter("group_id")):
            yield key, tuple(orders)

    def strangers(self) -> Iterator[tuple[str, str]]:
        """Yield every order, transfer and withdrawal that no permit of the log is for, in words, and its place.

        Openings, deposits and funding come by themselves, and the house has no rows but postings.
        """
        books, matches = self._books, self._matches
        for placed in books.orders:
            if placed.order_id not in matches.orders:
                told = f"{placed.side} {placed.amount:f} {placed.symbol} under {placed.client_id or 'no id'}"
                yield told, f"{self.label} order {placed.order_id}"
        for moved in books.transfers:
            if moved.transfer_id not in matches.transfers:
                told = f"{moved.amount:f} {moved.asset} from {moved.source} to {moved.target}"
                yield told, f"{self.label} transfer {moved.transfer_id}"
        for gone in books.withdrawals:
            if gone.withdrawal_id not in matches.withdrawals:
                told = f"{gone.amount:f} {gone.asset} to {gone.address} under {gone.client_id or 'no id'}"
                yield told, f"{self.label} withdrawal {gone.withdrawal_id}"

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Yield where the books contradict themselves beyond balances: entries from nowhere, orders and their fills."""
        entries: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for posting in self._books.postings:
            key = posting.entry, "" if posting.entry.startswith("transfer-") else posting.wallet, posting.asset
            entries[key] = EXACT.add(entries[key], posting.amount)
        for (entry, _, asset), amount in entries.items():
            if amount:
                yield f"{amount:+f} {asset} come from nowhere", f"{self.label} entry {entry}"
        fills: defaultdict[int, list[tuple[Decimal, Decimal]]] = defaultdict(list)
        for fill in self._books.fills:
            fills[fill.order_id].append((fill.amount, fill.cost))
        for row in self._books.orders:
            amount, cost = (total(each[at] for each in fills[row.order_id]) for at in (0, 1))
            if (amount, cost) != (row.filled, row.cost):
                told = f"filled {row.filled:f} for {row.cost:f}, its fills add up to {amount:f} for {cost:f}"
                yield told, f"{self.label} order {row.order_id}"

    def effects(self) -> Iterator[tuple[int, Holding, Decimal, str]]:
        """Yield everything that changed a balance in the order in which it happened, whoever asked for it."""
        first: dict[str, int] = {}
        for posting in self._books.postings:
            first.setdefault(posting.entry, posting.posting_id)
        rows = sorted(self._rows(), key=lambda row: first.get(row[0], len(self._books.postings)))
        for number, (_, account, changes, place) in enumerate(rows):
            for change in changes:
                if change.delta:
                    yield number, self._holding(account, change.wallet, change.kind, change.token), change.delta, place

    def balances(self) -> Mapping[Holding, Decimal] | None:
        """Return what the postings and the positions say that every balance changed by."""
        sums = self._posted(opening=False)
        for held in self._books.positions:
            key = self._holding(held.account, wallet_of(held.symbol), "perp", held.symbol)
            sums[key] = EXACT.add(sums.get(key, ZERO), held.amount)
        return sums

    def opening(self) -> Mapping[Holding, Decimal] | None:
        """Return what each account was endowed with. A margin wallet may be overdrawn, and is not listed."""
        bounded = dict.fromkeys(self._posted(opening=False), ZERO) | self._posted(opening=True)
        return {key: amount for key, amount in bounded.items() if not key[0].endswith(MARGIN)}

    def lateness_s(self, venue: str, operation_type: str) -> float | None:
        """Return how long after an expiry this exchange may still act: 0 where it enforces it, None without a bound."""
        return lateness_of(self._permits.venues.get(venue) or "", operation_type)

    def close(self) -> None:
        """Nothing is held: everything was read at once."""

    @cached_property
    def _matches(self) -> Matches:
        return matched(self._books, self._permits, self.bases, self._skew_s)

    def _rows(self) -> Iterator[_Row]:
        books = self._books
        for fill in books.fills:
            changes = list(of_fill(fill, books.sides[fill.symbol]))
            yield f"trade-{fill.trade_id}-{fill.order_id}", fill.account, changes, f"{self.label} fill {fill.fill_id}"
        for moved in books.transfers:
            entry = f"transfer-{moved.transfer_id}"
            yield entry, moved.account, list(of_transfer(moved)), f"{self.label} transfer {moved.transfer_id}"
        for gone in books.withdrawals:
            entry = f"withdrawal-{gone.withdrawal_id}"
            yield entry, gone.account, list(of_withdrawal(gone)), f"{self.label} withdrawal {gone.withdrawal_id}"
        for paid in books.fundings:
            change = Change(wallet_of(paid.symbol), "asset", paid.asset, paid.amount)
            yield f"funding-{paid.funding_id}", paid.account, [change], f"{self.label} funding {paid.funding_id}"
        for came in books.deposits:
            place = f"{self.label} deposit {came.deposit_id}"
            yield f"deposit-{came.deposit_id}", came.account, list(of_deposit(came)), place

    def _posted(self, *, opening: bool) -> Moves:
        sums: Moves = {}
        for posting in self._books.postings:
            if posting.account not in SYSTEM and posting.entry.startswith(OPENING) is opening:
                key = self._holding(posting.account, posting.wallet, "asset", posting.asset)
                sums[key] = EXACT.add(sums.get(key, ZERO), posting.amount)
        return sums

    def _holding(self, account: str, wallet: str, kind: str, token: str) -> Holding:
        """Return the exchange's own name of a balance: a venue may go by several names, or by none."""
        return f"{self.exchange}/{account}/{wallet}", kind, token
