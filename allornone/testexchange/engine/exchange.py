"""One exchange: its markets, ledger, books and orders, put together."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from allornone.testexchange.engine.books import Books, Record
from allornone.testexchange.engine.execution import Execution
from allornone.testexchange.engine.fees import FeePolicy
from allornone.testexchange.engine.ledger import OPENING, OUTSIDE, Ledger, Move, Posting
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.matching import SelfTrade
from allornone.testexchange.engine.movement import Network, Withdrawal
from allornone.testexchange.engine.moving import Moving
from allornone.testexchange.engine.order import Order
from allornone.testexchange.engine.perpetual import PerpetualSettlement
from allornone.testexchange.engine.position import Position
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
        gives_way: SelfTrade = "resting",
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
        self._execution = Execution(self.books, self.ledger, settlements.of, now)
        self.trading = Trading(
            self.markets,
            self.books,
            self.reading,
            self._execution,
            settlements,
            id_rule=id_rule,
            gives_way=gives_way,
        )

    def endow(self, account: str, wallet: str, asset: str, amount: Decimal) -> None:
        """Declare that so much came from outside."""
        self.ledger.post(
            f"{OPENING}{account}-{wallet}-{asset}",
            Move(account, wallet, asset, amount),
            Move(OUTSIDE, wallet, asset, -amount),
        )

    def restore(self, records: Iterable[Record]) -> None:
        """Take other books in place of these: postings before positions, positions before orders."""
        self.books.clear()
        self.ledger.clear()
        for record in records:
            self.books.load(record)
            match record:
                case Posting():
                    self.ledger.load(record)
                case Position():
                    self.perpetuals.hold_position(self.markets[record.symbol], record)
                case Order() if record.open:
                    self._execution.rest(self.markets[record.symbol], record)
                case Withdrawal() if record.open:
                    self.moving.hold(record)
                case _:
                    pass

    def assets(self) -> list[str]:
        """Return every asset that the markets trade, by name."""
        return sorted({asset for market in self.markets.values() for asset in (market.base, market.quote)})
