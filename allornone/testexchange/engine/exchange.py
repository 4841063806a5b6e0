"""One exchange: its markets, ledger, books and orders, put together."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from allornone.testexchange.engine.books import Books
from allornone.testexchange.engine.fees import FeePolicy
from allornone.testexchange.engine.ledger import OUTSIDE, Ledger, Move
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.settlement import SpotSettlement
from allornone.testexchange.engine.trading import IdRule, Trading


class Engine:
    """The books of one exchange and what may be done with them. Not for several threads."""

    def __init__(
        self,
        markets: Iterable[Market],
        now: Callable[[], int],
        *,
        fees: FeePolicy | None = None,
        id_rule: IdRule = "open",
    ) -> None:
        self.now = now
        """Milliseconds of the exchange's clock."""
        self.markets = {market.symbol: market for market in markets}
        self.books = Books()
        self.ledger = Ledger(now, self.books.keep)
        self.pays_third: set[str] = set()
        """Accounts that pay fees in the third asset while they have it."""
        spot = SpotSettlement(self.ledger, self.markets, fees or FeePolicy(), self.pays_third)
        self.trading = Trading(self.markets, self.books, self.ledger, spot, now)
        self.trading.id_rule = id_rule

    def endow(self, account: str, wallet: str, asset: str, amount: Decimal) -> None:
        """Declare that so much came from outside."""
        self.ledger.post(
            f"opening-{account}-{wallet}-{asset}",
            Move(account, wallet, asset, amount),
            Move(OUTSIDE, wallet, asset, -amount),
        )

    def assets(self) -> list[str]:
        """Return every asset that the markets trade, by name."""
        return sorted({asset for market in self.markets.values() for asset in (market.base, market.quote)})
