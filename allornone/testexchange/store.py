"""The books of the test exchanges in SQLite: they outlive the process, and a second reader can hold them against a log.

One file, one table for each sort of record, with the exchange's name in front. Amounts are decimal text.
"""

import dataclasses
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter

from allornone.testexchange.engine.books import Record
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.ledger import Posting
from allornone.testexchange.engine.movement import Deposit, Transfer, Withdrawal
from allornone.testexchange.engine.order import Fill, Order
from allornone.testexchange.engine.position import Funding, Position

STORE_FILE = "testexchange.db"

_KEYS: dict[type[Record], tuple[str, tuple[str, ...]]] = {
    Posting: ("postings", ("posting_id",)),
    Position: ("positions", ("account", "symbol")),
    Order: ("orders", ("order_id",)),
    Fill: ("fills", ("fill_id",)),
    Funding: ("fundings", ("funding_id",)),
    Transfer: ("transfers", ("transfer_id",)),
    Withdrawal: ("withdrawals", ("withdrawal_id",)),
    Deposit: ("deposits", ("deposit_id",)),
}
"""The table and key of each record, in the order in which they are read back."""
_Settings = tuple[tuple[tuple[str, str, bool], ...], tuple[str, ...], tuple[tuple[str, str], ...]]
"""Each market's symbol, mark and halt; the accounts that pay fees in the third asset; the wallets that were chosen."""
_MARKETS = (
    "CREATE TABLE IF NOT EXISTS markets "
    "(exchange TEXT, symbol TEXT, mark TEXT, halted INTEGER, PRIMARY KEY (exchange, symbol))"
)
_CHOICES = "CREATE TABLE IF NOT EXISTS pays_third (exchange TEXT, account TEXT, PRIMARY KEY (exchange, account))"
_WALLETS = (
    "CREATE TABLE IF NOT EXISTS chosen (exchange TEXT, account TEXT, wallet TEXT, PRIMARY KEY (exchange, account))"
)


class Store:
    """Keeps the books of several exchanges. `commit` before an answer leaves."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / STORE_FILE)
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A process that is killed loses nothing so; a machine that stops may lose the last moments.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        for kind in _KEYS:
            self._connection.execute(_table(kind))
        self._connection.execute(_MARKETS)
        self._connection.execute(_CHOICES)
        self._connection.execute(_WALLETS)
        self._changed: dict[str, dict[tuple[object, ...], Record]] = {}
        self._engines: dict[str, Engine] = {}
        self._settings: dict[str, _Settings] = {}

    def attach(self, name: str, engine: Engine) -> None:
        """Give an engine the books that were kept under this name; the first time, keep the ones it has."""
        changed = self._changed.setdefault(name, {})
        kept = list(self._kept(name))
        if kept:
            engine.restore(kept)
            self._restore_settings(name, engine)
        else:
            changed.update((_key(posting), posting) for posting in engine.books.postings)
        engine.books.keep = lambda record: changed.update({_key(record): record})
        self._engines[name] = engine
        self.commit()

    def commit(self) -> None:
        """Write what changed, all of it or nothing."""
        settings = {name: _settings(engine) for name, engine in self._engines.items()}
        if settings == self._settings and not any(self._changed.values()):
            return
        with self._connection:
            for name, changed in self._changed.items():
                for record in changed.values():
                    self._write(name, record)
            for name, setting in settings.items():
                self._write_settings(name, setting)
        self._settings = settings
        for changed in self._changed.values():
            changed.clear()

    def close(self) -> None:
        """Write what changed and let go of the file."""
        self.commit()
        self._connection.close()

    def _write(self, name: str, record: Record) -> None:
        table, _ = _KEYS[type(record)]
        values = [_column(getattr(record, field.name)) for field in dataclasses.fields(record)]
        marks = ", ".join("?" * (len(values) + 1))
        self._connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", (name, *values))  # noqa: S608

    def _kept(self, name: str) -> Iterator[Record]:
        for kind, (table, keys) in _KEYS.items():
            adapter: TypeAdapter[Record] = TypeAdapter(kind)
            columns = [field.name for field in dataclasses.fields(kind)]
            found = self._connection.execute(
                f"SELECT {', '.join(columns)} FROM {table} WHERE exchange = ? ORDER BY {', '.join(keys)}",  # noqa: S608
                (name,),
            )
            for row in found:
                yield adapter.validate_python(dict(zip(columns, row, strict=True)))

    def _write_settings(self, name: str, settings: _Settings) -> None:
        if self._settings.get(name) == settings:
            return
        markets, accounts, wallets = settings
        self._connection.executemany(
            "INSERT OR REPLACE INTO markets VALUES (?, ?, ?, ?)", [(name, *market) for market in markets]
        )
        self._connection.execute("DELETE FROM pays_third WHERE exchange = ?", (name,))
        self._connection.executemany("INSERT INTO pays_third VALUES (?, ?)", [(name, account) for account in accounts])
        self._connection.executemany(
            "INSERT OR REPLACE INTO chosen VALUES (?, ?, ?)", [(name, *wallet) for wallet in wallets]
        )

    def _restore_settings(self, name: str, engine: Engine) -> None:
        for symbol, mark, halted in self._connection.execute(
            "SELECT symbol, mark, halted FROM markets WHERE exchange = ?", (name,)
        ):
            if symbol in engine.markets:
                engine.markets[symbol].mark, engine.markets[symbol].halted = Decimal(mark), bool(halted)
        chosen = self._connection.execute("SELECT account FROM pays_third WHERE exchange = ?", (name,))
        engine.pays_third.update(account for (account,) in chosen)
        wallets = self._connection.execute("SELECT account, wallet FROM chosen WHERE exchange = ?", (name,))
        engine.moving.chosen.update(dict(wallets.fetchall()))


def _settings(engine: Engine) -> _Settings:
    markets = tuple((market.symbol, str(market.mark), market.halted) for market in engine.markets.values())
    return markets, tuple(sorted(engine.pays_third)), tuple(sorted(engine.moving.chosen.items()))


def _table(kind: type[Record]) -> str:
    table, keys = _KEYS[kind]
    columns = ", ".join(f"{field.name} {_affinity(field.type)}" for field in dataclasses.fields(kind))
    key = ", ".join(("exchange", *keys))
    return f"CREATE TABLE IF NOT EXISTS {table} (exchange TEXT, {columns}, PRIMARY KEY ({key}))"


def _affinity(kind: type | str) -> str:
    return "INTEGER" if kind in (int, bool) else "TEXT"


def _key(record: Record) -> tuple[object, ...]:
    table, keys = _KEYS[type(record)]
    return table, *(getattr(record, key) for key in keys)


def _column(value: object) -> object:
    match value:
        case Decimal():
            return format(value, "f")
        case StrEnum():
            return value.value
        case _:
            return value
