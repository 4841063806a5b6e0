"""One exchange: its markets, ledger, books and orders, put together."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from allornone.testexchange.engine.books import Books
from allornone.testexchange.engine.execution import Execution
from allornone.testexchange.engine.fees import FeePolicy
from allornone.testexchange.engine.ledger import OUTSIDE, Ledger, Move
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.movement import Network
from allornone.testexchange.engine.moving import Moving
from allornone.testexchange.engine.perpetual import PerpetualSettlement
from allornone.testexchange.engine.reading import Reading
from allornone.testexchange.engine.settlement import SpotSettlement
from allornone.testexchange.engine.trading import IdRule, Settlements, Trading


class Engine:
    """The books of one exchange and what may be done with them. Not for several threads.

    `trading`, `moving` and `perpetuals` change the books; `reading` is what the exchange shows of them, which may lag;
    `books` and `ledger` are the truth, for the witness.
    """

    def __init__(
        self,
        markets: Iterable[Market],
        now: Callable[[], int],
        *,
        fees: FeePolicy | None = None,
        id_rule: IdRule = "open",
        networks: Sequence[Network] = (),
    ) -> None:
        self.now = now
        """Milliseconds of the exchange's clock."""
        self.markets = {market.symbol: market for market in markets}
        self.books = Books()
        self.ledger = Ledger(now, self.books.keep_posting)
        self.pays_third: set[str] = set()
        """Accounts that pay fees in the third asset while they have it."""
        self.perpetuals = PerpetualSettlement(self.ledger, self.books)
        spot = SpotSettlement(self.ledger, self.markets, fees or FeePolicy(), self.pays_third)
        settlements = Settlements(spot, self.perpetuals)
        self.reading = Reading(self.books, self.ledger)
        self.moving = Moving(self.books, self.ledger, self.reading, networks)
        execution = Execution(self.books, self.ledger, settlements.of, now)
        self.trading = Trading(self.markets, self.books, self.reading, execution, settlements, id_rule=id_rule)

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
