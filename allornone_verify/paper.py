"""The paper venues' ledger, a SQLite file, read by a second reader."""

import sqlite3
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from allornone_verify.amounts import Holding, Moves, amount_of
from allornone_verify.fields import fields_of
from allornone_verify.holdings import holding
from allornone_verify.ledger import Effect, LedgerError, Order
from allornone_verify.records import moment

BUSY_TIMEOUT_S = 10

LATENESS_S: dict[tuple[str, str], float | None] = {
    ("binance", "withdraw"): 5,
    ("binance", "transfer"): None,
    ("binance.usdm", "transfer"): None,
    ("coinbase", "spot_trade"): 5,
    ("coinbase", "withdraw"): 5,
    ("coinbase", "transfer"): 5,
    ("kraken", "withdraw"): None,
    ("kraken", "transfer"): 5,
}
"""How long after its expiry a paper venue may still act, as each of them declares; every other enforces it."""

_ORDERS = (
    "SELECT order_id, venue, client_ref, group_id, operation_id, operation_type, direction, requested, filled, state,"
    " received_at, not_after FROM orders WHERE ?1 IS NULL OR group_id = ?1 ORDER BY group_id, order_id"
)
_EFFECTS = (
    "SELECT effect_id, order_id, group_id, position_key, delta, fee_kind, at FROM effects"
    " WHERE ?1 IS NULL OR group_id = ?1 ORDER BY group_id, effect_id"
)


class PaperLedger:
    """A `paper.db`, opened to be read only, as of the moment it is opened."""

    def __init__(self, path: Path, number: int = 0, quotes: Path | None = None) -> None:
        self.name = path.name if number == 0 else f"{path.parent.name}/{path.name}"
        self._number = number
        self._quotes = quotes or path.parent / "quotes.yaml"
        if not path.is_file():
            raise LedgerError(f"{path} is no file")
        self._connection = sqlite3.connect(
            f"file:{path}?mode=ro", timeout=BUSY_TIMEOUT_S, uri=True, isolation_level=None
        )
        try:
            self._connection.execute("BEGIN")
            # A transaction's view begins with its first read.
            self._connection.execute("SELECT count(*) FROM orders").fetchone()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self.close()
            raise LedgerError(f"{self.name} cannot be read: {error}") from None

    @property
    def label(self) -> str:
        """What it is in a report."""
        return self.name

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def groups(self, group_id: str | None) -> Iterator[tuple[str, tuple[Order, ...]]]:
        """Yield each group with its orders, by group id."""
        effects = _Ahead(self._rows(_EFFECTS, group_id), column=2)
        orders = _Ahead(self._rows(_ORDERS, group_id), column=3)
        while (current := orders.group) is not None:
            # Effects of a group without an order belong to no order: the foreign key of the file forbids them.
            found = effects.of(current)
            yield current, tuple(self._order(row, found) for row in orders.of(current))

    def strangers(self) -> Iterator[tuple[str, str]]:
        """Yield nothing: each of its rows names its group."""
        yield from ()

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Yield nothing: its orders are held against their effects group by group."""
        yield from ()

    def lateness_s(self, venue: str, operation_type: str) -> float | None:
        """Return how long after an expiry a paper venue may still act."""
        return LATENESS_S.get((venue, operation_type), 0)

    def effects(self) -> Iterator[tuple[int, Holding, Decimal, str]]:
        """Yield every effect in the order in which it happened."""
        statement = "SELECT effect_id, order_id, position_key, delta FROM effects WHERE ?1 IS NULL ORDER BY effect_id"
        for effect_id, order_id, key, delta in self._rows(statement, None):
            place = f"effect {effect_id}"
            yield order_id, holding(key), self._amount(delta, place), f"{self.name} {place}"

    def balances(self) -> Mapping[Holding, Decimal] | None:
        """Return what the file's own table says every balance changed by."""
        rows = self._rows("SELECT position_key, amount FROM balances WHERE ?1 IS NULL", None)
        return {holding(key): self._amount(amount, f"balance {key}") for key, amount in rows}

    def opening(self) -> Mapping[Holding, Decimal] | None:
        """Return the balances that `quotes.yaml` beside the file begins with."""
        try:
            read = yaml.safe_load(self._quotes.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            return None
        listed = fields_of(fields_of(read).get("balances"))
        if not listed:
            return None
        given: Moves = {}
        for key, amount in listed.items():
            given[holding(str(key))] = self._amount(str(amount), f"opening balance {key}")
        return given

    def _rows(self, statement: str, group_id: str | None) -> Iterator[Any]:
        try:
            yield from self._connection.execute(statement, (group_id,))
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise LedgerError(f"{self.name} cannot be read: {error}") from None

    def _order(self, row: Any, effects: list[Any]) -> Order:
        place = f"{self.name} order {row[0]}"
        try:
            return Order(
                position=row[0],
                venue=row[1],
                ref=row[2],
                group_id=row[3],
                operation_id=row[4],
                direction=row[6],
                requested=amount_of(row[7]),
                filled=amount_of(row[8]),
                state=row[9],
                received_at=moment(row[10]),
                not_after=moment(row[11]),
                lateness_s=self.lateness_s(row[1], row[5]),
                place=place,
                effects=tuple(self._effect(each) for each in effects if each[1] == row[0]),
                ledger=self._number,
            )
        except (ValueError, TypeError) as error:
            raise LedgerError(f"{place}: {error}") from None

    def _effect(self, row: Any) -> Effect:
        return Effect(
            row[0], holding(row[3]), amount_of(row[4]), row[5], moment(row[6]), f"{self.name} effect {row[0]}"
        )

    def _amount(self, value: Any, place: str) -> Decimal:
        try:
            return amount_of(value)
        except ValueError as error:
            raise LedgerError(f"{self.name} {place}: {error}") from None


class _Ahead:
    """Rows in the order of their groups, taken group by group."""

    def __init__(self, rows: Iterator[Any], column: int) -> None:
        self._rows = rows
        self._column = column
        self._next: Any = next(rows, None)

    @property
    def group(self) -> str | None:
        """The group of the next row, None behind the last."""
        return None if self._next is None else str(self._next[self._column])

    def of(self, group_id: str) -> list[Any]:
        """Return the rows of a group, and drop those of groups before it."""
        found: list[Any] = []
        while self.group is not None and self.group <= group_id:
            if self.group == group_id:
                found.append(self._next)
            self._next = next(self._rows, None)
        return found
