"""What a trade moves, and what an order must have for it. A spot market's way is here, a perpetual's beside it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from allornone.testexchange.engine.fees import FeePolicy, fee_of
from allornone.testexchange.engine.ledger import FEES, HOUSE, Ledger, Move
from allornone.testexchange.engine.market import Market, Side
from allornone.testexchange.engine.order import Order, Ticket
from allornone.units import EXACT, ZERO, times


@dataclass(frozen=True, slots=True)
class Charge:
    """What a fill cost in the fee's own asset, and the profit that it made real, in quote."""

    fee: Decimal
    asset: str
    realized: Decimal = ZERO


class Settlement(Protocol):
    """How trades of one sort of market settle."""

    def room(self, market: Market, ticket: Ticket) -> Decimal | None:
        """Return the most that the ticket may fill, where its terms limit it."""
        ...

    def check(self, market: Market, ticket: Ticket, amount: Decimal, cost: Decimal) -> None:
        """Raise RejectedError unless the account has what filling so much takes."""
        ...

    def hold(self, market: Market, order: Order, amount: Decimal, cost: Decimal) -> None:
        """Set aside what filling so much more takes; nothing for 0."""
        ...

    def settle(
        self, entry: str, market: Market, order: Order, amount: Decimal, price: Decimal, *, maker: bool
    ) -> Charge:
        """Move one side of a trade between the account and the house, and its fee."""
        ...


class SpotSettlement:
    """Settles trades of spot markets: base against quote."""

    def __init__(self, ledger: Ledger, markets: dict[str, Market], policy: FeePolicy, third: set[str]) -> None:
        self._ledger = ledger
        self._markets = markets
        self._policy = policy
        self._pays_third = third
        """Accounts that chose to pay in the third asset; changed while the exchange runs."""

    def room(self, market: Market, ticket: Ticket) -> Decimal | None:
        """Return nothing: a spot order has no such terms."""
        del market, ticket
        return None

    def check(self, market: Market, ticket: Ticket, amount: Decimal, cost: Decimal) -> None:
        """Raise RejectedError unless the account has the base to sell, or the quote to pay."""
        # All that is offered has to be there, also what a market order will not find a buyer for.
        asset, needed = self._needed(market, ticket.side, max(amount, ticket.amount), cost)
        self._ledger.check_free(Move(ticket.account, market.wallet, asset, needed))

    def hold(self, market: Market, order: Order, amount: Decimal, cost: Decimal) -> None:
        """Set aside the base to sell, or the quote to pay."""
        asset, needed = self._needed(market, order.side, amount, cost)
        self._ledger.hold(order.cause, Move(order.account, market.wallet, asset, needed))

    def settle(
        self, entry: str, market: Market, order: Order, amount: Decimal, price: Decimal, *, maker: bool
    ) -> Charge:
        """Move one side of a trade between the account and the house, and its fee."""
        cost, sign = times(amount, price), order.side.sign
        charge = self._charge(market, order, amount, cost, maker=maker)
        self._ledger.post(
            entry,
            Move(order.account, market.wallet, market.base, sign * amount),
            Move(HOUSE, market.wallet, market.base, -sign * amount),
            Move(order.account, market.wallet, market.quote, -sign * cost),
            Move(HOUSE, market.wallet, market.quote, sign * cost),
            Move(order.account, market.wallet, charge.asset, -charge.fee),
            Move(FEES, market.wallet, charge.asset, charge.fee),
        )
        return charge

    def _needed(self, market: Market, side: Side, amount: Decimal, cost: Decimal) -> tuple[str, Decimal]:
        if side is Side.SELL:
            return market.base, amount
        extra = ZERO if self._policy.in_received else fee_of(cost, market.taker_fee)
        return market.quote, cost + extra

    def _charge(self, market: Market, order: Order, amount: Decimal, cost: Decimal, *, maker: bool) -> Charge:
        rate = market.maker_fee if maker else market.taker_fee
        third = self._in_third(market, order.account, times(cost, rate))
        if third is not None:
            return third
        if self._policy.in_received and order.side is Side.BUY:
            return Charge(fee_of(amount, rate), market.base)
        return Charge(fee_of(cost, rate), market.quote)

    def _in_third(self, market: Market, account: str, in_quote: Decimal) -> Charge | None:
        """Return the fee in the third asset, where the account chose it and has that much beside what it trades."""
        asset = self._policy.third
        if asset is None or account not in self._pays_third:
            return None
        for priced in self._markets.values():
            if (priced.base, priced.quote, priced.perpetual) == (asset, market.quote, False):
                fee = fee_of(EXACT.divide(in_quote, priced.mark), 1 - self._policy.discount)
                has = self._ledger.free(account, market.wallet, asset)
                return Charge(fee, asset) if has >= fee else None
        return None
