"""A market: what is traded against what, in which steps, and around which price the house quotes."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.units import EXACT, ZERO


class Side(StrEnum):
    """Which way an order goes."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def other(self) -> "Side":
        """The side that this one trades with."""
        return Side.SELL if self is Side.BUY else Side.BUY


@dataclass(slots=True)
class Market:
    """One market. Prices are quote per base; amounts are in base; `mark` and `halted` change while it runs."""

    symbol: str
    """Its name in the engine; `name` is the exchange's, which a spot market and a perpetual may share."""
    base: str
    quote: str
    wallet: str
    """Where its trades settle: `spot`, or the margin wallet of a perpetual."""
    step: Decimal
    tick: Decimal
    minimum: Decimal
    maximum: Decimal
    minimum_cost: Decimal
    mark: Decimal
    gap: Decimal
    """The house quotes at mark ± gap, ± 2 gap, and so on."""
    depth: Decimal
    """What the house offers at each price; there again for every order."""
    levels: int = 20
    taker_fee: Decimal = Decimal("0.001")
    maker_fee: Decimal = Decimal("0.001")
    perpetual: bool = False
    halted: bool = False
    band: Decimal = Decimal(5)
    """A price must lie between mark / band and mark x band."""
    name: str = ""

    def __post_init__(self) -> None:
        """Name it as the engine does, where the exchange has no other name."""
        self.name = self.name or self.symbol

    def ladder(self, side: Side) -> list[tuple[Decimal, Decimal]]:
        """Return the house's (price, amount) that an order of `side` meets, best first."""
        prices = (self.mark + side.sign * self.gap * nth for nth in range(1, self.levels + 1))
        return [(price, self.depth) for price in prices if price > 0 and self.depth]

    def floored(self, amount: Decimal) -> Decimal:
        """Return `amount` rounded down to the step."""
        return amount - EXACT.remainder(amount, self.step)

    def check_trading(self) -> None:
        """Raise unless the market takes orders."""
        if self.halted:
            raise RejectedError(Reason.HALTED, f"{self.symbol} is halted")

    def check_amount(self, amount: Decimal) -> None:
        """Raise unless `amount` is in the market's bounds and on its step."""
        if not self.minimum <= amount <= self.maximum:
            reason = Reason.AMOUNT if amount < self.minimum else Reason.TOO_LARGE
            raise RejectedError(reason, f"amount {amount} is not in {self.minimum}..{self.maximum}")
        if EXACT.remainder(amount, self.step) != ZERO:
            raise RejectedError(Reason.STEP, f"amount {amount} is no multiple of {self.step}")

    def check_price(self, price: Decimal) -> None:
        """Raise unless `price` is on the tick and near enough to the mark."""
        if price <= 0 or EXACT.remainder(price, self.tick) != ZERO:
            raise RejectedError(Reason.TICK, f"price {price} is no multiple of {self.tick}")
        if not EXACT.divide(self.mark, self.band) <= price <= EXACT.multiply(self.mark, self.band):
            raise RejectedError(Reason.PRICE_BAND, f"price {price} is too far from {self.mark}")

    def check_cost(self, cost: Decimal) -> None:
        """Raise unless price x amount reaches the minimum."""
        if cost < self.minimum_cost:
            raise RejectedError(Reason.COST, f"cost {cost} is under {self.minimum_cost}")
