"""A position in a perpetual, and what funding paid on it."""

from dataclasses import dataclass
from decimal import Decimal

from allornone.units import ZERO

LEVERAGE = 20


@dataclass(slots=True)
class Position:
    """What an account holds of one perpetual: positive is long. `entry` is its average price."""

    account: str
    symbol: str
    amount: Decimal = ZERO
    entry: Decimal = ZERO
    leverage: int = LEVERAGE
    updated_ms: int = 0


@dataclass(frozen=True, slots=True)
class Funding:
    """One payment on a position; negative was paid by the account."""

    funding_id: int
    account: str
    symbol: str
    asset: str
    amount: Decimal
    rate: Decimal
    at_ms: int
