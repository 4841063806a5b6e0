"""Who has how much of what: double entries, so that nothing appears and nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.units import ZERO, total

HOUSE = "house"
"""The other side of what no account trades; it owes without limit."""
FEES = "fees"
OUTSIDE = "outside"
"""The world: what came from it and what went to it."""
OPENING = "opening-"
"""How the entries start that declare what was there from the beginning."""


@dataclass(frozen=True, slots=True)
class Move:
    """A signed amount for one account, in one of its wallets."""

    account: str
    wallet: str
    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Posting:
    """A kept move; those of one entry add up to nothing per asset."""

    posting_id: int
    entry: str
    account: str
    wallet: str
    asset: str
    amount: Decimal
    at_ms: int


class Ledger:
    """Balances and what is set aside of them. `keep` is told every posting."""

    def __init__(self, now: Callable[[], int], keep: Callable[[Posting], None]) -> None:
        self.now = now
        self._keep = keep
        self._totals: dict[tuple[str, str, str], Decimal] = {}
        self._holds: dict[str, Move] = {}
        self._count = 0

    def post(self, entry: str, *moves: Move) -> None:
        """Write one entry. Moves that do not add up to nothing are a fault of the engine."""
        for asset in {move.asset for move in moves}:
            if total(move.amount for move in moves if move.asset == asset) != 0:
                raise AssertionError(f"entry {entry} creates or loses {asset}")
        for move in moves:
            if move.amount:
                self._count += 1
                posting = Posting(self._count, entry, move.account, move.wallet, move.asset, move.amount, self.now())
                self.load(posting)
                self._keep(posting)

    def load(self, posting: Posting) -> None:
        """Count a posting that was kept before."""
        key = (posting.account, posting.wallet, posting.asset)
        self._totals[key] = total((self._totals.get(key, ZERO), posting.amount))
        self._count = max(self._count, posting.posting_id)

    def total(self, account: str, wallet: str, asset: str) -> Decimal:
        """Return free and locked together."""
        return self._totals.get((account, wallet, asset), ZERO)

    def held(self, account: str, wallet: str, asset: str) -> list[tuple[str, Decimal]]:
        """Return what is set aside, with what for."""
        where = (account, wallet, asset)
        return [
            (cause, held.amount)
            for cause, held in self._holds.items()
            if (held.account, held.wallet, held.asset) == where
        ]

    def locked(self, account: str, wallet: str, asset: str) -> Decimal:
        """Return what is set aside for open orders, positions and withdrawals."""
        return total(amount for _, amount in self.held(account, wallet, asset))

    def free(self, account: str, wallet: str, asset: str) -> Decimal:
        """Return what can be used."""
        return self.total(account, wallet, asset) - self.locked(account, wallet, asset)

    def check_free(self, move: Move) -> None:
        """Raise unless the account has as much free."""
        if self.free(move.account, move.wallet, move.asset) < move.amount:
            raise RejectedError(Reason.INSUFFICIENT, f"{move.account} has too little free {move.asset}")

    def hold(self, cause: str, move: Move) -> None:
        """Set aside for `cause`, instead of what it held before; nothing is held of an amount of 0."""
        self._holds.pop(cause, None)
        if move.amount > 0:
            self._holds[cause] = move

    def release(self, cause: str) -> None:
        """Give back what `cause` held; again does nothing."""
        self._holds.pop(cause, None)

    def clear(self) -> None:
        """Forget everything, to be given other postings and holds."""
        self._totals.clear()
        self._holds.clear()
        self._count = 0

    def balances(self) -> dict[tuple[str, str, str], Decimal]:
        """Return every total that was ever touched, by (account, wallet, asset)."""
        return dict(self._totals)
