"""What a row of the books changed: the two sides of a trade (a contract has one), profit, fees."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from allornone_verify.amounts import EXACT
from allornone_verify.exchange.rows import CONTRACT, MARGIN, Deposit, Fill, Transfer, Withdrawal


@dataclass(frozen=True, slots=True)
class Change:
    """One balance change, in a wallet. `kind` is asset or perp; `fee` is a fee's kind, else None."""

    wallet: str
    kind: str
    token: str
    delta: Decimal
    fee: str | None = None


def wallet_of(symbol: str) -> str:
    """Return the wallet that a market settles in."""
    return MARGIN if symbol.endswith(CONTRACT) else "spot"


def of_fill(fill: Fill, sides: tuple[str, str]) -> Iterator[Change]:
    """Yield what a fill changed; a contract goes by its symbol."""
    wallet, (base, quote) = wallet_of(fill.symbol), sides
    signed = EXACT.multiply(fill.amount, Decimal(fill.sign))
    if wallet == MARGIN:
        yield Change(wallet, "perp", fill.symbol, signed)
        yield Change(wallet, "asset", quote, fill.realized)
    else:
        yield Change(wallet, "asset", base, signed)
        yield Change(wallet, "asset", quote, EXACT.multiply(fill.cost, Decimal(-fill.sign)))
    yield Change(wallet, "asset", fill.fee_asset, fill.fee.copy_negate(), "commission")


def of_transfer(row: Transfer) -> Iterator[Change]:
    """Yield what a transfer changed: one wallet and the other."""
    yield Change(row.source, "asset", row.asset, row.amount.copy_negate())
    yield Change(row.target, "asset", row.asset, row.amount)


def of_deposit(row: Deposit) -> Iterator[Change]:
    """Yield what a deposit changed: nothing before it is credited."""
    if row.is_credited:
        yield Change(row.wallet, "asset", row.asset, row.amount)


def of_withdrawal(row: Withdrawal) -> Iterator[Change]:
    """Yield what a withdrawal changed: nothing before it is completed."""
    if row.is_done:
        arrives = EXACT.subtract(row.amount, row.fee)
        yield Change(row.wallet, "asset", row.asset, arrives.copy_negate())
        yield Change(row.wallet, "asset", row.asset, row.fee.copy_negate(), "withdrawal")
