"""A `testexchange.db`: everything that each exchange in it has written down, as of one moment."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from allornone_verify.amounts import amount_of
from allornone_verify.exchange.rows import (
    CONTRACT,
    Deposit,
    Fill,
    Funding,
    Placed,
    Position,
    Posting,
    Transfer,
    Withdrawal,
)
from allornone_verify.ledger import LedgerError

BUSY_TIMEOUT_S = 10

_Row = TypeVar("_Row", Posting, Position, Placed, Fill, Funding, Transfer, Withdrawal, Deposit)


@dataclass(frozen=True, slots=True)
class Books:
    """One exchange's records, each kind in the order in which it came."""

    file: str
    exchange: str
    postings: list[Posting]
    positions: list[Position]
    orders: list[Placed]
    fills: list[Fill]
    fundings: list[Funding]
    transfers: list[Transfer]
    withdrawals: list[Withdrawal]
    deposits: list[Deposit]
    sides: dict[str, tuple[str, str]]
    """The base and the quote of each symbol that filled."""


def read_books(path: Path) -> Iterator[Books]:
    """Yield each exchange of a file, opened to be read only. Raises LedgerError where it is not what it should be."""
    if not path.is_file():
        raise LedgerError(f"{path} is no file")
    try:
        address = f"file:{path}?mode=ro"
        with closing(sqlite3.connect(address, timeout=BUSY_TIMEOUT_S, uri=True, isolation_level=None)) as connection:
            connection.execute("BEGIN")  # one moment for all tables: it begins with the first read
            names = [str(name) for (name,) in connection.execute("SELECT DISTINCT exchange FROM postings ORDER BY 1")]
            found = [_books(connection, path.name, name) for name in names]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise LedgerError(f"{path.name} cannot be read: {error}") from None
    yield from found


def _books(connection: sqlite3.Connection, file: str, exchange: str) -> Books:
    def rows(kind: type[_Row], table: str, order: str) -> list[_Row]:
        names = [each.name for each in fields(kind)]
        statement = f"SELECT {', '.join(names)} FROM {table} WHERE exchange = ? ORDER BY {order}"  # noqa: S608 (ours)
        return [_row(kind, f"{file} {table} {row[0]}", row) for row in connection.execute(statement, (exchange,))]

    postings, fills = rows(Posting, "postings", "posting_id"), rows(Fill, "fills", "fill_id")
    assets = {posting.asset for posting in postings}
    return Books(
        file=file,
        exchange=exchange,
        postings=postings,
        positions=rows(Position, "positions", "account, symbol"),
        orders=rows(Placed, "orders", "order_id"),
        fills=fills,
        fundings=rows(Funding, "fundings", "funding_id"),
        transfers=rows(Transfer, "transfers", "transfer_id"),
        withdrawals=rows(Withdrawal, "withdrawals", "withdrawal_id"),
        deposits=rows(Deposit, "deposits", "deposit_id"),
        sides={symbol: _sides(symbol, assets) for symbol in {fill.symbol for fill in fills}},
    )


def _sides(symbol: str, assets: set[str]) -> tuple[str, str]:
    """Take a symbol apart by the assets that the books know."""
    bare = symbol.removesuffix(CONTRACT)
    if "-" in bare:
        base, _, quote = bare.partition("-")
        return base, quote
    ends = [asset for asset in assets if bare.endswith(asset) and asset != bare]
    known = [asset for asset in ends if bare.removesuffix(asset) in assets]
    quote = next(iter(known or ends), "")
    return bare.removesuffix(quote), quote


def _row(kind: type[_Row], place: str, values: tuple[Any, ...]) -> _Row:
    try:
        told = [_value(each.type, value) for each, value in zip(fields(kind), values, strict=True)]
    except ValueError as error:
        raise LedgerError(f"{place}: {error}") from None
    return kind(*told)


def _value(wanted: Any, value: Any) -> Any:
    if wanted is Decimal:
        return amount_of(value)
    if not isinstance(value, wanted):
        raise ValueError(f"{wanted.__name__} was {value!r}")  # noqa: TRY004 (one kind of bad row)
    return value
