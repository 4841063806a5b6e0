"""The paper ledger: one SQLite file, the independent witness of what took effect at the paper venues."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from allornone.units import ZERO, total
from allornone.venues.paper.book import TABLES, Book
from allornone.venues.paper.rows import EffectRow, OrderRow, OrderState

BUSY_TIMEOUT_S = 10
"""How long one process waits for another's transaction. Each takes about a millisecond."""


class PaperLedger:
    """What took effect, and what was refused. Without a path it lives in memory.

    Several processes may open one file. Within a process it may be used from any thread; transactions come
    one at a time. A commit survives the death of any process (WAL, synchronous NORMAL), not a loss of power.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        self._connection.row_factory = sqlite3.Row
        self._lock = threading.Lock()
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(TABLES)

    def close(self) -> None:
        """Close the file. The ledger cannot be used after it."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[Book]:
        """Give a book whose every change is written together, or not at all."""
        with self._lock:
            # IMMEDIATE, because a reader that becomes a writer could meet another one and fail.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Book(self._connection)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def effects(self, group_id: str | None = None, client_ref: str | None = None) -> tuple[EffectRow, ...]:
        """Return every effect, or those of one group or reference, oldest first."""
        with self.transaction() as book:
            return book.effects(group_id, client_ref)

    def orders(self, state: OrderState | None = None) -> tuple[OrderRow, ...]:
        """Return every order, or those in one state, oldest first."""
        with self.transaction() as book:
            return book.orders_in(state)

    def totals(self, group_id: str | None = None, client_ref: str | None = None) -> dict[str, Decimal]:
        """Return the sum of effects per position key, fees included; sums of zero are left out."""
        sums: dict[str, Decimal] = {}
        for row in self.effects(group_id, client_ref):
            key = row.effect.position_key
            sums[key] = total((sums.get(key, ZERO), row.effect.delta))
        return {key: amount for key, amount in sums.items() if amount}
