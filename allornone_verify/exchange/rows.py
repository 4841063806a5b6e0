"""The records of a test exchange, as its file has them. Amounts are exact; times are ms of the exchange's clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

SYSTEM = frozenset({"house", "fees", "outside"})
"""The accounts that are nobody's: what trades, fees and the world have on their side."""
OPENING = "opening-"
"""How the entries begin that an account was endowed by."""
CONTRACT = ".P"
"""How the symbols of perpetuals end."""
MARGIN = "usdm"
"""The wallet that perpetuals settle in; it may be overdrawn, since nobody is liquidated."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(at_ms: int) -> datetime:
    """Return a time of the exchange's clock."""
    return _EPOCH + timedelta(milliseconds=at_ms)


@dataclass(frozen=True, slots=True)
class Posting:
    """A signed amount for one account; those of one entry add up to nothing."""

    posting_id: int
    entry: str
    account: str
    wallet: str
    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Position:
    """What an account holds of a perpetual."""

    account: str
    symbol: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that the exchange accepted."""

    order_id: int
    client_id: str
    symbol: str
    side: str
    type: str
    amount: Decimal
    price: Decimal
    status: str
    filled: Decimal
    cost: Decimal
    created_ms: int


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of an order. `realized` is the profit of a perpetual's closed part, in quote."""

    fill_id: int
    trade_id: int
    order_id: int
    account: str
    symbol: str
    side: str
    amount: Decimal
    cost: Decimal
    fee: Decimal
    fee_asset: str
    realized: Decimal
    at_ms: int

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self.side == "buy" else -1


@dataclass(frozen=True, slots=True)
class Funding:
    """A payment on a position; negative was paid by the account."""

    funding_id: int
    account: str
    symbol: str
    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Transfer:
    """An amount moved between two wallets of an account."""

    transfer_id: int
    account: str
    asset: str
    amount: Decimal
    source: str
    target: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An amount on its way out. `amount` is what leaves the account, the fee in it, once it is completed."""

    withdrawal_id: int
    account: str
    client_id: str
    wallet: str
    asset: str
    address: str
    amount: Decimal
    fee: Decimal
    state: str
    applied_ms: int
    ended_ms: int
    tx_id: str

    @property
    def is_done(self) -> bool:
        """Whether it left."""
        return self.state == "completed"


@dataclass(frozen=True, slots=True)
class Deposit:
    """An amount that came, `seen_ms` by the exchange, and `credited_ms` to the account."""

    deposit_id: int
    account: str
    wallet: str
    asset: str
    amount: Decimal
    state: str
    seen_ms: int
    credited_ms: int
    tx_id: str

    @property
    def is_credited(self) -> bool:
        """Whether the account has it."""
        return self.state == "credited"
