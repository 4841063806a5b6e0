"""Proof that an exchange made and lost nothing: its ledger against its own orders, fills, transfers and payments.

The ledger is added up from its postings; what it should say is computed a second time from the other records alone.
"""

from collections import Counter
from decimal import Decimal

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.ledger import FEES, HOUSE, OPENING, OUTSIDE
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.movement import DepositState, WithdrawalState
from allornone.testexchange.engine.order import Fill
from allornone.units import EXACT, ZERO, normalised

_Place = tuple[str, str, str]
"""Account, wallet, asset."""


class _Sums:
    """Amounts by place, exact."""

    def __init__(self) -> None:
        self.by_place: dict[_Place, Decimal] = {}

    def move(self, place: _Place, other: str, amount: Decimal) -> None:
        """Add to a place what another account gives."""
        self._add(place, amount)
        self._add((other, *place[1:]), -amount)

    def _add(self, place: _Place, amount: Decimal) -> None:
        self.by_place[place] = EXACT.add(self.by_place.get(place, ZERO), amount)

    def add(self, place: _Place, amount: Decimal) -> None:
        """Add to one place only."""
        self._add(place, amount)


def problems(engine: Engine) -> list[str]:
    """Return what does not add up, in words; nothing where all is well."""
    return [*_unbalanced(engine), *_unexplained(engine), *_overdrawn(engine), *_misfilled(engine), *_misplaced(engine)]


def _unbalanced(engine: Engine) -> list[str]:
    sums: dict[str, Decimal] = {}
    for posting in engine.books.postings:
        sums[posting.asset] = EXACT.add(sums.get(posting.asset, ZERO), posting.amount)
    return [f"{asset}: {amount} from nowhere" for asset, amount in sums.items() if amount]


def _unexplained(engine: Engine) -> list[str]:
    told, held = _told(engine), engine.ledger.balances()
    return [
        f"{'/'.join(place)}: the ledger has {normalised(held.get(place, ZERO))}, "
        f"the records say {normalised(told.get(place, ZERO))}"
        for place in sorted(told.keys() | held.keys())
        if told.get(place, ZERO) != held.get(place, ZERO)
    ]


def _told(engine: Engine) -> dict[_Place, Decimal]:
    """Return every balance as the records other than postings tell it; openings are declared."""
    sums, books = _Sums(), engine.books
    for posting in books.postings:
        if posting.entry.startswith(OPENING):
            sums.add((posting.account, posting.wallet, posting.asset), posting.amount)
    for fill in books.fills:
        _add_fill(sums, engine.markets[fill.symbol], fill)
    for moved in books.transfers:
        sums.add((moved.account, moved.source, moved.asset), -moved.amount)
        sums.add((moved.account, moved.target, moved.asset), moved.amount)
    for paid in books.fundings:
        sums.move((paid.account, engine.markets[paid.symbol].wallet, paid.asset), HOUSE, paid.amount)
    for came in books.deposits.values():
        if came.state is DepositState.CREDITED:
            sums.move((came.account, came.wallet, came.asset), OUTSIDE, came.amount)
    for gone in books.withdrawals.values():
        if gone.state is WithdrawalState.COMPLETED:
            sums.move((gone.account, gone.wallet, gone.asset), OUTSIDE, -(gone.amount - gone.fee))
            sums.move((gone.account, gone.wallet, gone.asset), FEES, -gone.fee)
    return sums.by_place


def _add_fill(sums: _Sums, market: Market, fill: Fill) -> None:
    sums.move((fill.account, market.wallet, fill.fee_asset), FEES, -fill.fee)
    if market.perpetual:
        sums.move((fill.account, market.wallet, market.quote), HOUSE, fill.realized)
        return
    sums.move((fill.account, market.wallet, market.base), HOUSE, fill.side.sign * fill.amount)
    sums.move((fill.account, market.wallet, market.quote), HOUSE, -fill.side.sign * fill.cost)


def _overdrawn(engine: Engine) -> list[str]:
    # A margin wallet may be: a loss is made real whole, and nobody is liquidated here.
    margin = {market.wallet for market in engine.markets.values() if market.perpetual}
    return [
        f"{account}/{wallet}/{asset}: overdrawn by {-amount}"
        for (account, wallet, asset), amount in engine.ledger.balances().items()
        if amount < 0 and account not in (HOUSE, OUTSIDE) and wallet not in margin
    ]


def _misfilled(engine: Engine) -> list[str]:
    """Compare each order with its fills."""
    filled: Counter[int] = Counter()
    amounts: dict[int, Decimal] = {}
    costs: dict[int, Decimal] = {}
    for fill in engine.books.fills:
        filled[fill.order_id] += 1
        amounts[fill.order_id] = EXACT.add(amounts.get(fill.order_id, ZERO), fill.amount)
        costs[fill.order_id] = EXACT.add(costs.get(fill.order_id, ZERO), fill.cost)
    return [
        f"order {order.order_id}: {order.filled} filled, its {filled[order.order_id]} fills say otherwise"
        for order in engine.books.orders.values()
        if order.filled != amounts.get(order.order_id, ZERO)
        or order.cost != costs.get(order.order_id, ZERO)
        or not ZERO <= order.filled <= order.amount
    ]


def _misplaced(engine: Engine) -> list[str]:
    """Compare each position with the fills of its market."""
    sums: dict[tuple[str, str], Decimal] = {}
    for fill in engine.books.fills:
        if engine.markets[fill.symbol].perpetual:
            key = (fill.account, fill.symbol)
            sums[key] = EXACT.add(sums.get(key, ZERO), fill.side.sign * fill.amount)
    keys = sums.keys() | engine.books.positions.keys()
    return [
        f"position {'/'.join(key)}: {engine.books.position(*key).amount}, its fills say {sums.get(key, ZERO)}"
        for key in sorted(keys)
        if engine.books.position(*key).amount != sums.get(key, ZERO)
    ]
