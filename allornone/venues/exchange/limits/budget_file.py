"""Where the budgets and circuits of a host lie: one SQLite file, shared by every worker on it."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from allornone.venues.exchange.limits.circuit import Circuit
from allornone.venues.exchange.limits.host_clock import HostClock, host_clock
from allornone.venues.exchange.limits.spending import Spending
from allornone.venues.exchange.limits.window import Spent, Told

BUSY_TIMEOUT_S = 1
"""How long one process waits for another's transaction. Each takes less than a millisecond."""

_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL, ahead INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS spending (
    account TEXT PRIMARY KEY, version INTEGER NOT NULL, at INTEGER NOT NULL, state BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS circuits (
    exchange TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL, status INTEGER, times INTEGER NOT NULL
);
"""


class BudgetPage:
    """What the file holds, within one transaction. `now` is the host's shared time, in milliseconds."""

    def __init__(self, connection: sqlite3.Connection, clock: HostClock) -> None:
        self._connection = connection
        self.now = _now(connection, clock)

    def spending(self, account: str) -> Spending:
        """Return what was used of an account's limits; nothing where the file has it in another version's form."""
        row = self._connection.execute(
            "SELECT state FROM spending WHERE account = ? AND version = ?", (account, _VERSION)
        ).fetchone()
        return Spending() if row is None else _spending(orjson.loads(row[0]))

    def keep_spending(self, account: str, spending: Spending) -> None:
        """Write what was used of an account's limits."""
        state = orjson.dumps(spending, option=orjson.OPT_NON_STR_KEYS)
        self._connection.execute(
            "INSERT OR REPLACE INTO spending (account, version, at, state) VALUES (?, ?, ?, ?)",
            (account, _VERSION, self.now, state),
        )

    def circuit(self, exchange: str) -> Circuit:
        """Return an exchange's circuit."""
        row = self._connection.execute(
            "SELECT until, status, times FROM circuits WHERE exchange = ?", (exchange,)
        ).fetchone()
        return Circuit() if row is None else Circuit(*row)

    def keep_circuit(self, exchange: str, circuit: Circuit) -> None:
        """Write an exchange's circuit."""
        self._connection.execute(
            "INSERT OR REPLACE INTO circuits (exchange, at, until, status, times) VALUES (?, ?, ?, ?, ?)",
            (exchange, self.now, circuit.until, circuit.status, circuit.times),
        )


class BudgetFile:
    """The budgets of one host. Without a path they are this process's own and live in memory.

    Nothing in it is held: what was granted counts until it is old, and whoever waits says so again and again. So a
    process may die at any moment. May be used from any thread; transactions come one at a time.
    """

    def __init__(self, path: Path | None = None, clock: HostClock | None = None) -> None:
        self.clock = clock or host_clock()
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file. The next transaction opens it again; what lived in memory only is forgotten."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @contextmanager
    def page(self) -> Generator[BudgetPage]:
        """Give the file to one writer. Raises sqlite3.Error or OSError where it cannot be had."""
        with self._lock:
            connection = self._connection = self._connection or _opened(self._path)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield BudgetPage(connection, self.clock)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        ":memory:" if path is None else path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_TABLES)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _now(connection: sqlite3.Connection, clock: HostClock) -> int:
    """Return the shared time: the uptime, and what it lay behind the wall clock when this boot was first seen."""
    row = connection.execute("SELECT boot, ahead FROM clock").fetchone()
    if row is not None and row[0] == clock.boot:
        return clock.uptime() + int(row[1])
    uptime = clock.uptime()
    # The wall clock may have gone back while the host was down. No moment that was written may come again.
    latest = connection.execute(
        "SELECT MAX(at) FROM (SELECT at FROM spending UNION ALL SELECT at FROM circuits)"
    ).fetchone()[0]
    ahead = max(clock.wall(), int(latest or 0)) - uptime
    connection.execute("INSERT OR REPLACE INTO clock (one, boot, ahead) VALUES (1, ?, ?)", (clock.boot, ahead))
    return uptime + ahead


def _spending(state: Any) -> Spending:
    return Spending({name: _spent(each) for name, each in state["spent"].items()}, state["waiting"])


def _spent(state: Any) -> Spent:
    told = state["told"]
    slots = {int(slot): amount for slot, amount in state["slots"].items()}
    return Spent(slots, state["granted"], None if told is None else Told(**told))
