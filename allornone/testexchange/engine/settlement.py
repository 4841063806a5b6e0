"""What a trade moves: base against quote, and each side's fee."""

from dataclasses import dataclass
from decimal import Decimal

from allornone.testexchange.engine.fees import FeePolicy, fee_of
from allornone.testexchange.engine.ledger import FEES, HOUSE, Ledger, Move
from allornone.testexchange.engine.market import Market, Side
from allornone.testexchange.engine.order import Order
from allornone.units import EXACT, ZERO, times


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee in its own asset."""

    amount: Decimal
    asset: str


class SpotSettlement:
    """Settles trades of spot markets."""

    def __init__(self, ledger: Ledger, markets: dict[str, Market], policy: FeePolicy, third: set[str]) -> None:
        self._ledger = ledger
        self._markets = markets
        self._policy = policy
        self._pays_third = third
        """Accounts that chose to pay in the third asset; changed while the exchange runs."""

    def needed(self, market: Market, side: Side, amount: Decimal, cost: Decimal) -> tuple[str, Decimal]:
        """Return the asset and the amount of it that an order must have free."""
        if side is Side.SELL:
            return market.base, amount
        extra = ZERO if self._policy.in_received else fee_of(cost, market.taker_fee)
        return market.quote, cost + extra

    def hold(self, market: Market, order: Order) -> None:
        """Set aside what the open rest of an order needs."""
        asset, amount = self.needed(market, order.side, order.left, times(order.left, order.price))
        self._ledger.hold(f"order-{order.order_id}", Move(order.account, market.wallet, asset, amount))

    def settle(
        self, entry: str, market: Market, order: Order, amount: Decimal, price: Decimal, *, maker: bool
    ) -> Charge:
        """Move one side of a trade between the account and the house, and its fee. Returns the fee."""
        cost, sign = times(amount, price), order.side.sign
        charge = self._charge(market, order, amount, cost, maker=maker)
        self._ledger.post(
            entry,
            Move(order.account, market.wallet, market.base, sign * amount),
            Move(HOUSE, market.wallet, market.base, -sign * amount),
            Move(order.account, market.wallet, market.quote, -sign * cost),
            Move(HOUSE, market.wallet, market.quote, sign * cost),
            Move(order.account, market.wallet, charge.asset, -charge.amount),
            Move(FEES, market.wallet, charge.asset, charge.amount),
        )
        return charge

    def _charge(self, market: Market, order: Order, amount: Decimal, cost: Decimal, *, maker: bool) -> Charge:
        rate = market.maker_fee if maker else market.taker_fee
        third = self._in_third(market, order.account, fee_of(cost, rate))
        if third is not None:
            return third
        if self._policy.in_received and order.side is Side.BUY:
            return Charge(fee_of(amount, rate), market.base)
        return Charge(fee_of(cost, rate), market.quote)

    def _in_third(self, market: Market, account: str, in_quote: Decimal) -> Charge | None:
        asset = self._policy.third
        priced = self._markets.get(f"{asset}{market.quote}")
        if asset is None or account not in self._pays_third or priced is None:
            return None
        fee = fee_of(EXACT.divide(in_quote, priced.mark), 1 - self._policy.discount)
        has = self._ledger.free(account, market.wallet, asset)
        return Charge(fee, asset) if has >= fee else None
